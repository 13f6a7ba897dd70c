"""A user's mistakes at the command line: one line on standard error, a code that is not 0, no stack trace."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from tests.parameters import rare

PASSWORD = "hunter2"


# Root may write everywhere; without its capabilities it is a user like any other.
AS_USER = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []

Refusal = Callable[..., str]


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Run a command that must fail, and return its one line."""

    def run(*words: str) -> str:
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return only_line(code, printed.out, printed.err)

    return run


def only_line(code: object, output: str, errors: str) -> str:
    assert code in (1, 2)
    assert output == ""
    assert errors.count("\n") == 1, errors
    return errors


def serve(url: str, *flags: str) -> str:
    """Start a server that must not start, in a process of its own, and return its one line."""
    command = [*AS_USER, sys.executable, "-m", "lineal", "serve", "--db", url, "--grpc-port=0", "--http-port=0", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return only_line(done.returncode, done.stdout, done.stderr)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, and long enough to be read as the header of a database\n" * 20)
    assert f"{path} is not a SQLite database" in serve(f"sqlite:///{path}")


@pytest.mark.slow
def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "missing") in serve(f"sqlite:///{tmp_path}/missing/store.db")


def test_a_directory_without_write_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert f"permission to write in the directory {tmp_path}" in serve(f"sqlite:///{tmp_path}/store.db")


def test_a_newer_schema_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    lineal.connect(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    connection.executescript("UPDATE MLMDEnv SET schema_version = 99")
    connection.close()
    assert "99" in serve(f"sqlite:///{path}")


@pytest.mark.parametrize("flag", ["--grpc-port", rare("--http-port")])
def test_a_port_in_use_is_named_with_its_flag(flag: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        line = serve("sqlite://", flag, str(port))
    assert f"127.0.0.1:{port}" in line
    assert flag in line


def test_an_unknown_scheme_is_named(refusal: Refusal) -> None:
    assert "'oracle'" in refusal("serve", "--db", "oracle://host/db")


def test_a_text_that_is_no_url_is_not_repeated(refusal: Refusal) -> None:
    line = refusal("serve", "--db", f"root:{PASSWORD}@host/db")
    assert "sqlite:///" in line
    assert PASSWORD not in line


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--db", f"oracle://root:{PASSWORD}@host/db"],
        ["serve", f"mysql://root:{PASSWORD}@host/db"],
        ["ls", "artifacts", "--db", f"oracle://root:{PASSWORD}@host/db"],
        ["ls", "artifacts", "--db", f"root:{PASSWORD}@host/db"],
        ["ls", "artifacts", "--db", f"postgresql://root:{PASSWORD}@127.0.0.1:1/db?password={PASSWORD}"],
        ["ls", "artifacts", "--db", f"mysql://root:{PASSWORD}@127.0.0.1:1/db"],
        ["ls", "artifacts", "--server", f"http://root:{PASSWORD}@127.0.0.1:1"],
    ],
)
def test_a_password_is_never_repeated(refusal: Refusal, words: list[str]) -> None:
    assert PASSWORD not in refusal(*words)


@pytest.mark.parametrize(
    "flags",
    [
        ["--host", ""],
        ["--grpc-port", "70000"],
        ["--http-port", "-1"],
        ["--max-message-mib", "0"],
        ["--threads", "0"],
        ["--stop-grace", "-1"],
        ["--grpc-engine", "rust"],
        ["--stop-grace", "nan"],
        ["--threads", "many"],
        ["--busy-timeout", "-1"],
    ],
)
def test_a_value_that_a_flag_cannot_have_names_the_flag(refusal: Refusal, flags: list[str]) -> None:
    assert flags[0] in refusal("serve", "--db", "sqlite://", *flags)


def test_an_unknown_flag_is_named_and_help_is_offered(refusal: Refusal) -> None:
    line = refusal("ls", "artifacts", "--nothing")
    assert "--nothing" in line
    assert "--help" in line


def test_an_unknown_command_is_named(refusal: Refusal) -> None:
    assert "'sevre'" in refusal("sevre")


@pytest.mark.parametrize("command", [["serve"], ["ls", "artifacts"], ["get", "artifact", "1"], ["lineage", "1"]])
def test_without_a_store_the_flags_are_named(refusal: Refusal, command: list[str]) -> None:
    line = refusal(*command)
    assert "--db" in line
    assert "LINEAL_URL" in line


@pytest.mark.parametrize("node", ["x", "context:1", "artifact:", "-", "1.5"])
def test_a_node_that_cannot_be_one_is_named(refusal: Refusal, store_url: str, node: str) -> None:
    assert f"'{node}'" in refusal("lineage", node, "--db", store_url)


def test_a_server_that_does_not_answer_is_named(refusal: Refusal) -> None:
    assert "127.0.0.1:1" in refusal("ls", "artifacts", "--server", "127.0.0.1:1")


def test_a_database_file_that_is_missing_is_not_created_by_reading(refusal: Refusal, tmp_path: Path) -> None:
    path = tmp_path / "typo.db"
    assert str(path) in refusal("ls", "artifacts", "--db", f"sqlite:///{path}")
    assert not path.exists()


@pytest.mark.parametrize(
    "place", ["localhost", "sqlite:///tut.db", "grpc://localhost", "http://localhost:8080", ":8080"]
)
def test_a_server_is_asked_for_in_the_form_of_the_flag(refusal: Refusal, place: str) -> None:
    assert "give HOST:PORT such as localhost:8080" in refusal("ls", "artifacts", "--server", place)


@pytest.mark.parametrize(("url", "said"), [("tut.db", "sqlite:///tut.db"), ("oracle://x", "the scheme 'oracle'")])
def test_what_is_no_url_of_a_store_is_shown(refusal: Refusal, url: str, said: str) -> None:
    assert said in refusal("ls", "artifacts", "--db", url)


def test_a_copy_in_a_folder_that_is_only_read_can_be_checked(tmp_path: Path) -> None:
    lineal.connect(f"sqlite:///{tmp_path}/copy.db").get_artifact_types()
    tmp_path.chmod(0o500)
    command = [*AS_USER, sys.executable, "-m", "lineal", "restore", f"{tmp_path}/copy.db", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ["ls", "artifacts", "--type"],
        ["retain", "--older-than", "1d", "--workspace"],
        ["retain", "--older-than", "1d", "--type"],
        ["token", "revoke"],
        ["token", "create", "--role", "reader", "--name"],
        ["token", "create", "--role", "reader", "--name", "x", "--workspace"],
        ["audit", "--who"],
    ],
)
def test_a_word_that_is_not_utf_8_is_refused(words: list[str], store_url: str, refusal: Refusal) -> None:
    assert "not UTF-8" in refusal(*words, "caf\udce9", *(["--db", store_url]))


def test_a_user_whose_name_is_not_utf_8_is_named_in_the_audit_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOGNAME", "caf\udce9")
    url = f"sqlite:///{tmp_path}/store.db"
    assert main(["token", "create", "--role", "reader", "--name", "x", "--db", url]) == 0
    assert main(["audit", "--db", url]) == 0
    assert r"caf\udce9 (command line)" in capsys.readouterr().out
