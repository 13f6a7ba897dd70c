"""Consoles that cannot show every character, pipes that close, disks that are full: never a stack trace."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from lineal.wire import metadata_store as pb
from tests.cli.test_mistakes import Refusal, refusal  # noqa: F401 a fixture
from tests.parameters import rare

BEYOND = str(1 << 64)
READING = [
    ["ls", "artifacts"],
    rare(["get", "artifact", "1"]),
    rare(["lineage", "2"]),
    ["get", "artifact", "1", "--json"],
]


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store whose names no single-byte encoding has."""
    url = f"sqlite:///{tmp_path_factory.mktemp('odd') / 'odd.db'}"
    with lineal.connect(url) as store:
        kind, step = (
            store.put_artifact_type(pb.ArtifactType(name="T")),
            store.put_execution_type(pb.ExecutionType(name="S")),
        )
        used, made = pb.Artifact(type_id=kind, name="☃ 🚀" + "x" * 80), pb.Artifact(type_id=kind, name="日本")
        events = [(used, pb.Event(type=pb.Event.INPUT)), (made, pb.Event(type=pb.Event.OUTPUT))]
        store.put_execution(pb.Execution(type_id=step), events, [])
    return url


def run(*words: str, encoding: str = "utf-8", shell: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "lineal", *words]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    environment.pop("PYTHONUNBUFFERED", None)  # it hides what is still to be flushed at the end
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    return subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)


@pytest.mark.parametrize("encoding", ["cp1252", rare("ascii")])
@pytest.mark.parametrize("words", READING)
def test_a_character_that_the_console_lacks_is_an_escape(odd_url: str, words: list[str], encoding: str) -> None:
    ran = run(*words, "--db", odd_url, encoding=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"\\u" in ran.stdout
    if "--json" in words:
        assert json.loads(ran.stdout.decode(encoding))["name"].startswith("☃ 🚀")


def test_the_lines_of_a_tree_are_drawn_with_what_the_console_has(odd_url: str) -> None:
    assert b"`- execution 1" in run("lineage", "2", "--up", "--db", odd_url, encoding="ascii").stdout


@pytest.mark.parametrize(
    "words",
    [
        rare(["version"]),
        ["--help"],
        *map(rare, (["--version"], [], ["ls", "--help"])),
        ["ls", "artifacts", "--db", "{url}"],
    ],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_a_full_disk_is_one_line(odd_url: str, words: list[str]) -> None:
    ran = run(*[word.format(url=odd_url) for word in words], shell=">/dev/full")
    assert ran.returncode == 1
    assert ran.stderr == b"lineal: cannot use standard output: No space left on device\n"


@pytest.mark.parametrize("shell", [">&-", rare("2>&-"), "2>/dev/full"])
def test_closed_streams_end_in_no_stack_trace(shell: str) -> None:
    ran = run("version", shell=shell)
    assert (ran.returncode, ran.stderr) == (0, b"")
    ran = run("get", "artifact", "1", "--db", "sqlite:///none.db", shell=shell)
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    assert run("get", "nothing", shell=shell).returncode == 2


def test_a_closed_pipe_ends_in_no_stack_trace(odd_url: str) -> None:
    assert run("get", "artifact", "1", "--db", odd_url, shell="| head -1 >/dev/null").stderr == b""


@pytest.mark.parametrize(
    "words",
    [
        ["get", "artifact"],
        ["get", "type"],
        ["lineage"],
        ["lineage", "--depth"],
        ["ls", "artifacts", "--limit"],
        ["audit", "--id"],
        ["audit", "--limit"],
        ["migrate", "--to"],
    ],
)
@pytest.mark.parametrize("number", [BEYOND, "-1", "0x1", "²", "1_000", "", "9" * 5000])
def test_a_number_that_cannot_be_one_is_a_clear_error(
    refusal: Refusal,  # noqa: F811
    odd_url: str,
    words: list[str],
    number: str,
) -> None:
    end = [f"{words[-1]}={number}"] if words[-1].startswith("--") else [words[-1], number]
    more = ["1"] if "--depth" in words else []
    line = refusal(*words[:-1], *end, *more, "--db", odd_url)
    assert "from 1 to" in line or "from 0 to" in line
    assert len(line) < 300


@pytest.mark.parametrize("kind", ["artifact", "execution", "context"])
def test_a_node_to_delete_beyond_64_bits_is_a_clear_error(refusal: Refusal, kind: str) -> None:  # noqa: F811
    assert "from 1 to" in refusal("delete", f"{kind}:{BEYOND}")


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
def test_an_interval_that_is_none_is_refused(refusal: Refusal, seconds: str) -> None:  # noqa: F811
    line = refusal("watch", "--to=sqlite://", "--resources=Pod/v1", f"--discovery-interval={seconds}")
    assert "--discovery-interval" in line


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_a_flag_too(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([flag])
    assert (end.value.code, capsys.readouterr().out) == (0, f"lineal {lineal.__version__}\n")


@pytest.mark.parametrize("words", [[], ["token"], ["ml-metadata"]])
def test_without_a_command_the_help_is_printed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0
    assert "usage: lineal" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ls", "metrics"], 0),
        (["ls", "artifacts", "-q", "nothing-like-this"], 0),
        (["audit", "--id", "artifact:99"], 0),
        (["get", "artifact", "99"], 1),
        (["lineage", "99"], 1),
        (["delete", "artifact:99"], 1),
        (["delete", "artifact:1"], 1),
        (["restore", "none.zip"], 1),
        (["ls", "nothings"], 2),
        (["ls", "artifacts", "-q", "a:b:"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_every_command_has_the_same_codes(store_url: str, words: list[str], code: int) -> None:
    try:
        ended: object = main([*words, "--db", store_url])
    except SystemExit as end:
        ended = end.code
    assert ended == code


def test_a_backup_is_checked_without_a_database(
    odd_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for flags in ([], ["--copy", "--overwrite"]):
        assert main(["backup", "b.zip", "--db", odd_url, *flags]) == 0
        capsys.readouterr()
        assert main(["restore", "--check", "b.zip"]) == 0
        assert capsys.readouterr().out.startswith("b.zip: checked, ")


class Interrupting(io.StringIO):
    """Output during which the user presses Ctrl-C."""

    def write(self, text: str) -> int:
        signal.raise_signal(signal.SIGINT)
        return len(text)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What Ctrl-C does where the tests were started in the background, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("words", [["ls", "artifacts"], ["backup", "new.zip"], ["doctor"]])
def test_a_command_that_is_interrupted_says_nothing_and_ends_with_130(
    words: list[str], store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Interrupting())

    assert main([*words, "--db", store_url]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("interruptible")
def test_a_backup_that_is_interrupted_leaves_no_file(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(signal.SIGINT))

    assert main(["backup", "new.zip", "--db", store_url]) == 130
    assert os.listdir() == []
