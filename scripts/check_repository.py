"""Check the habits of this repository that no linter knows; `make lint` runs it.

Each check reads tracked files and yields one sentence for each breach. Format, style, types and layers are checked by
ruff, mypy and import-linter and stay out of here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import plain_english

TOP = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 40
LONGEST_FILE = 600
REGISTRY = re.compile(r"pypi\.(org|python)|files\.pythonhosted\.|registry\.npmjs\.|deb\.debian\.|/simple/?[\"'\s]")
NOT_EXPRESSIONS = {
    "create_engine",
    "engine",
    "Engine",
    "Connection",
    "event",
    "orm",
    "pool",
    "Result",
    "exc",
    "inspect",
}


def main() -> None:
    """Print every breach and exit with 1 if there is one."""
    files = [TOP / name for name in _tracked() if (TOP / name).is_file()]
    checks = (registry_addresses, machine_paths, long_code, kubeflow_package, filter_beyond_expressions, english)
    breaches = [breach for check in checks for breach in check(files)]
    print("\n".join(breaches) or f"repository checks passed: {len(files)} files")
    sys.exit(bool(breaches))


def registry_addresses(files: list[Path]) -> Iterator[str]:
    """Find addresses of package registries: everyone's tools are set up for their own."""
    for path, number, line in _lines(files):
        if REGISTRY.search(line):
            yield f"{_name(path)}:{number} holds the address of a package registry: leave it to the tools' own settings"


def machine_paths(files: list[Path]) -> Iterator[str]:
    """Find folders of the machine that a file was written on."""
    folders = [re.escape(f"{folder}/") for folder in (TOP, Path.home()) if len(folder.parts) > 1]
    absolute = re.compile(rf"(?<![\w.])({'|'.join(folders)})")
    for path, number, line in _lines(files):
        if absolute.search(line):
            yield f"{_name(path)}:{number} names a folder of this machine: make the path relative"


def long_code(files: list[Path]) -> Iterator[str]:
    """Find functions and files so long that they must have more than one duty."""
    for path in _python(files):
        text = path.read_text()
        if text.count("\n") > LONGEST_FILE:
            yield f"{_name(path)} has more than {LONGEST_FILE} lines: cut it in two"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{_name(path)}:{node.lineno} {node.name} has {length} lines: cut it to {LONGEST_FUNCTION}"


def kubeflow_package(files: list[Path]) -> Iterator[str]:
    """Find an `__init__.py` in `kubeflow`, which would hide or overwrite that of other distributions."""
    if TOP / "src" / "kubeflow" / "__init__.py" in files:
        yield "src/kubeflow/__init__.py must not exist: `kubeflow` is shared with other distributions"


def filter_beyond_expressions(files: list[Path]) -> Iterator[str]:
    """Find uses of SQLAlchemy in the filter language beyond its expressions, such as engines and connections."""
    for path in _python(files):
        if "src/lineal/filter/" not in path.as_posix():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if wrong := NOT_EXPRESSIONS.intersection(_sqlalchemy_names(node)):
                yield f"{_name(path)} uses SQLAlchemy's {', '.join(wrong)}: the filter may only build expressions"


def english(files: list[Path]) -> Iterator[str]:
    """Find sentences of the docs and of `src` that read like a translation (plain_english.py)."""
    prose = [path for path in files if path.suffix == ".md" and "node_modules" not in path.parts]
    for path in [*prose, *(path for path in _python(files) if _name(path).startswith("src/"))]:
        for line, text in plain_english.texts_of(path):
            for habit in plain_english.habits(text):
                yield f"{_name(path)}:{line} {habit}"


def _sqlalchemy_names(node: ast.AST) -> list[str]:
    """List what an import of `sqlalchemy`, or an attribute of it, brings in."""
    match node:
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "sqlalchemy":
            return [*module.split("."), *(alias.name for alias in node.names)]
        case ast.Import():
            return [
                word for alias in node.names for word in alias.name.split(".") if alias.name.startswith("sqlalchemy")
            ]
        case ast.Attribute(value=ast.Name(id="sqlalchemy" | "sa")):
            return [node.attr]
    return []


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def _python(files: list[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".py" and "_pb2" not in path.name]


def _lines(files: list[Path]) -> Iterator[tuple[Path, int, str]]:
    for path in files:
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            yield path, number, line


def _name(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


if __name__ == "__main__":
    main()
