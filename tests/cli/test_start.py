from __future__ import annotations

import subprocess
import sys

import pytest

import lineal
from lineal.cli import main

HEAVY = ("grpc", "google.protobuf", "sqlalchemy", "fastapi", "uvicorn", "lineal.client", "lineal.service")
IMPORTED = f"import sys, lineal.cli; lineal.cli.build_parser(); print([m for m in {HEAVY!r} if m in sys.modules])"


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "extra", "command"),
    [
        ("grpc_health", "server", ["serve", "--db=sqlite://"]),
        ("kubernetes", "watch", ["watch", "--to=sqlite://", "--resources=Pod/v1"]),
    ],
)
def test_a_command_names_the_extra_that_is_not_installed(module: str, extra: str, command: list[str]) -> None:
    program = f"import sys; sys.modules[{module!r}] = None; from lineal.cli import main; sys.exit(main({command!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert module in done.stderr
    assert done.stderr.endswith(f"pip install 'lineal[{extra}]'; see: lineal docs install\n")


def test_version_names_what_a_bug_report_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert printed["lineal"] == lineal.__version__
    always = {"lineal", "python", "protobuf", "grpcio", "sqlalchemy"}
    assert always <= set(printed) <= always | {"pymysql", "mysqlclient", "psycopg"}


@pytest.mark.parametrize("command", ["serve", "tutorial", "ls", "get", "lineage", "version"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"lineal {command}" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = f"{sys.executable} -m lineal version | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
