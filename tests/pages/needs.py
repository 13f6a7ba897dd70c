"""What blocks of pages need, by the word in `needs: WORD`: a Python with more packages, a service, what tests lack."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests import engines, services
from tests.environments import Environment
from tests.pages.places import Places

ASKING = Path(__file__).with_name("asking.py")
NEVER = ("docker", "cluster")
"""What no test has. The blocks that need one of them are counted, and not run."""
PYTHONS: dict[str, Callable[[], Path]] = {
    "frameworks": services.require_mlflow_python,
    "mlflow": services.require_mlflow_python,
    "openlineage": services.require_openlineage_python,
    "ml-metadata": services.require_official_python,
}
"""Pythons with more packages. All programs of a page run in the same one, but not the command `lineal`."""


@dataclass
class Given:
    """What a service adds to the page: variables, folders of programs."""

    variables: dict[str, str] = field(default_factory=dict)
    programs: list[Path] = field(default_factory=list)


def postgresql(stack: ExitStack, places: Places) -> Given:
    """Let localhost:5432 and db.example be a server of the session, with the roles and databases of this page alone."""
    server = stack.enter_context(engines.postgresql())
    port = server.url.rstrip("/").rpartition(":")[2]
    places.give_port("5432", port)
    places.hosts["@db.example/"] = f"@127.0.0.1:{port}/"
    where = {"PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "postgres"}
    return Given(where, [engines._postgresql_programs()])


def environment(_: ExitStack, places: Places) -> Given:
    """Make the folder `new`: a virtual environment with Lineal, for a page that changes what is installed."""
    Environment(places.folder / "new", sources=services.REPOSITORY / "src")
    return Given()


def nginx(stack: ExitStack, places: Places) -> Given:
    """Let a page start nginx from its folder; what still runs is stopped after the page, by its process id."""
    program = services.require_program("nginx", package="nginx-light")
    stack.callback(_stop, places.folder / "nginx.pid")
    return Given(programs=[program.parent])


def _stop(process_id: Path) -> None:
    if process_id.exists():
        os.kill(int(process_id.read_text()), signal.SIGTERM)


SERVICES: dict[str, Callable[[ExitStack, Places], Given]] = {
    "environment": environment,
    "nginx": nginx,
    "postgresql": postgresql,
}


def is_never_run(need: str) -> bool:
    """Tell whether a block that needs this runs nowhere in tests; raises ValueError for an unknown word."""
    if need not in (*NEVER, *PYTHONS, *SERVICES):
        raise ValueError(f"'needs: {need}' is not known; known are {', '.join((*NEVER, *PYTHONS, *SERVICES))}")
    return need in NEVER


def add_programs(folder: Path, python: Path, lineal_at: str) -> None:
    """Make the programs `python`, `lineal` and `sudo` of a page; `sudo -u NAME` runs the rest as it is.

    Args:
        folder: where.
        python: the Python of the page's programs.
        lineal_at: the socket at which commands of `lineal` are run; those that stay running have their own process.

    """
    folder.mkdir(parents=True, exist_ok=True)
    own = Path(sys.executable)
    command = f"""unset PYTHONPATH
case "$1" in serve|watch|ml-metadata) exec {own.parent}/lineal "$@";; esac
exec {own} -S -E {ASKING} {lineal_at} "$@\""""
    for name, line in {
        "python": f'exec {python} "$@"',
        "python3": f'exec {python} "$@"',
        "lineal": command,
        "sudo": '[ "$1" = -u ] && shift 2; exec "$@"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
