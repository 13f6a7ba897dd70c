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


WITHOUT_EXTRA = "import sys; sys.modules['grpc_health'] = None; from lineal.cli import main; sys.exit(main(['serve', '--db=sqlite://']))"


def test_serve_names_the_extra_that_is_not_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "grpc_health" in done.stderr
    assert done.stderr.endswith("pip install 'lineal[server]'\n")


def test_version_names_what_a_bug_report_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert printed["lineal"] == lineal.__version__
    assert set(printed) == {"lineal", "python", "protobuf", "grpcio", "sqlalchemy"}


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


WITHOUT_KUBERNETES = WITHOUT_EXTRA.replace("grpc_health", "kubernetes").replace(
    "['serve', '--db=sqlite://']", "['watch', '--to=sqlite://', '--resources=Pod/v1']"
)


def test_watch_names_the_extra_that_is_not_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KUBERNETES], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "kubernetes" in done.stderr
    assert done.stderr.endswith("pip install 'lineal[watch]'\n")
