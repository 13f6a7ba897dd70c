"""Type checkers in strict mode, run on a folder of programs as a user of an environment runs them."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.environments import Environment
from tests.services import REPOSITORY

PROGRAMS = Path(__file__).with_name("programs")
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MYPY_LINE = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): (?P<text>(?:error|warning): .*)")


@dataclass(frozen=True)
class Finding:
    """What a checker says of a line."""

    file: str
    line: int
    text: str


def write_programs(folder: Path, *names: str) -> None:
    """Write programs into a folder: those of `programs`, the tutorial, its notebook, and the Python of pages."""
    for name in names:
        if name.endswith(".md"):
            page = next(path for path in (REPOSITORY / "docs" / name, REPOSITORY / name) if path.exists())
            blocks = [block for block in PYTHON_BLOCK.findall(page.read_text()) if not _uses_pandas(block)]
            (folder / f"{re.sub('[/-]', '_', name[:-3]).lower()}.py").write_text("\n".join(blocks))
        elif name.endswith(".ipynb"):
            cells = json.loads((REPOSITORY / "examples" / name).read_text())["cells"]
            code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
            (folder / "notebook.py").write_text(
                "\n\n".join(_as_program(cell) for cell in code if not _uses_pandas(cell))
            )
        elif name == "tutorial.py":
            shutil.copy(REPOSITORY / "src" / "lineal" / "sdk" / name, folder / name)
        else:
            shutil.copy(PROGRAMS / name, folder / name)


def _uses_pandas(code: str) -> bool:
    """Tell whether strict checkers refuse a cell or a block for pandas, which has no types."""
    return "pandas" in code or "to_dataframe" in code


def _as_program(cell: str) -> str:
    """Return a cell whose last value is printed, as a notebook shows it."""
    last = ast.parse(cell).body[-1]
    if not isinstance(last, ast.Expr) or cell.splitlines()[last.lineno - 1].startswith("print("):
        return cell
    lines = cell.splitlines()
    return "\n".join([*lines[: last.lineno - 1], f"print({ast.unparse(last)})"])


def pyright(environment: Environment, folder: Path, *, version: str = "3.10") -> list[Finding]:
    """Return what pyright says of the programs in a folder, also warnings."""
    settings = {"typeCheckingMode": "strict", "pythonVersion": version}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    words = ["pyright", "--pythonpath", str(environment.python), "--outputjson", "--project", str(folder)]
    answer = json.loads(_run(*words))
    return [
        Finding(
            Path(found["file"]).name, found["range"]["start"]["line"] + 1, f"{found['severity']}: {found['message']}"
        )
        for found in answer["generalDiagnostics"]
    ]


def mypy(environment: Environment, folder: Path, *, version: str = "3.10") -> list[Finding]:
    """Return what mypy says of the programs in a folder."""
    words = ["mypy", "--strict", "--python-executable", str(environment.python), "--python-version", version]
    nothing_set = ["--config-file=", f"--cache-dir={environment.folder / 'mypy'}"]
    said = _run(*words, *nothing_set, *map(str, sorted(folder.glob("*.py"))))
    return [Finding(Path(m["file"]).name, int(m["line"]), m["text"]) for m in MYPY_LINE.finditer(said)]


def _run(*words: str) -> str:
    ran = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return ran.stdout
