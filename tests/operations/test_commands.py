"""`lineal backup`, `restore`, `delete`, `retain` and `audit`: what they print, and how they are used wrongly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from lineal.cli import main
from lineal.cli.arguments import whoami
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.operations.lineages import Lineage
from tests.serving import running_server


@pytest.fixture
def lineage(local: MetadataService) -> Lineage:
    lineage = Lineage(local)
    lineage.run("train", reads="data", writes="model")
    return lineage


@pytest.fixture
def url(lineage: Lineage) -> str:
    return lineage.service.database.settings.url


def test_a_backup_is_written_checked_and_restored(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = str(tmp_path / "a.zip"), f"sqlite:///{tmp_path / 'b.db'}"

    assert main(["backup", file, "--db", url]) == 0
    assert main(["restore", file, "--db", target, "--check"]) == 0
    assert not (tmp_path / "b.db").exists()
    assert main(["restore", file, "--db", target]) == 0
    held = "12 types, 2 artifacts, 1 execution, 2 events"
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{file}: {held}", f"{file}: checked, {held}", f"{file}: restored, {held}"]


def test_a_file_that_is_no_backup_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.zip").write_text("no zip")

    assert main(["restore", str(tmp_path / "a.zip"), "--db", f"sqlite:///{tmp_path / 'b.db'}"]) == 1
    assert "is not a complete archive" in capsys.readouterr().err


def test_delete_says_what_it_did_and_audit_who(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete", "artifact:2", "--db", url, "--dry-run"]) == 0
    assert main(["delete", "artifact:2", "--db", url]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 artifact would be deleted", "1 artifact deleted"]

    assert main(["audit", "--db", url, "--json"]) == 0
    _, entry = json.loads(capsys.readouterr().out)
    assert (entry["who"], entry["action"], entry["old"]["name"]) == (whoami(), "delete", "model")


def test_audit_refuses_a_call_that_never_writes_and_takes_those_that_have_not_yet(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--db", url, "--rpc", "DeletNodes"]) == 1
    assert "the nearest is 'DeleteNodes'" in capsys.readouterr().err
    for name in ("DeleteNodes", "LogArtifact", "restore", "token"):
        assert main(["audit", "--db", url, "--rpc", name]) == 0


def test_what_is_protected_is_an_error_that_says_by_what(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete", "artifact:1", "--db", url]) == 1
    assert "artifact 1 is needed by execution 1" in capsys.readouterr().err


def test_retain_says_what_went_and_why_others_stayed(
    lineage: Lineage, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lineage.age("train data")

    assert main(["retain", "--older-than", "1d", "--db", url, "--tombstones"]) == 0
    printed = capsys.readouterr().out.splitlines()
    said = "nothing deleted, 1 artifact, 1 execution left as tombstones"
    assert printed == [said, "kept: 0 deployed or needed by deployed ones, 0 needed by others"]


def test_retain_of_what_is_older_than_the_epoch_deletes_nothing(
    lineage: Lineage, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retain", "--older-than", "1000y", "--dry-run", "--db", url]) == 0
    assert "nothing would be deleted" in capsys.readouterr().out


def test_retain_takes_a_state_in_any_case(lineage: Lineage, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retain", "--older-than", "1d", "--state", "failed", "--dry-run", "--db", url]) == 0
    assert "nothing would be deleted" in capsys.readouterr().out


def test_retain_refuses_a_type_that_does_not_exist(
    lineage: Lineage, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retain", "--older-than", "1d", "--db", url, "--type", "mlmd.Modle"]) == 1
    said = "lineal: no type 'mlmd.Modle'; the nearest is 'mlmd.Model'; `lineal ls types` lists them"
    assert capsys.readouterr().err.strip() == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["delete", "artefact:1"], "'artefact:1' is not a record; write artifact:7"),
        (["retain", "--older-than", "soon"], "'soon' is not a length of time"),
        (["retain", "--older-than", "1001y"], "'1001y' is too long; write at most 1000y"),
        (["retain"], "--older-than"),
        (["backup", "x.zip"], "no database is named"),
    ],
)
def test_wrong_usage_is_said_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)

    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_server_deletes_as_well_and_tells_of_it_over_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'served.db'}"
    with open_service(url) as service:
        Lineage(service).run("train", reads="data", writes="model")
    with running_server(url, "--audit") as server:
        assert main(["delete", "artifact:2", "--server", server.address]) == 0
        answer = httpx.get(f"{server.http}/api/v1/audit", params={"subject": "artifact"}).json()
    assert [(entry["action"], entry["node_id"]) for entry in answer["items"]] == [("delete", "2")]
    assert capsys.readouterr().out == "1 artifact deleted\n"


def test_audit_runs_in_a_process_that_has_imported_nothing_else(url: str) -> None:
    command = [sys.executable, "-m", "lineal", "audit", "--db", url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("ID  TIME")
