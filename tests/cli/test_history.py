"""What was changed: `lineal history` of a database and of a server, and how `lineal audit` and `get` print it."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.cli import main
from lineal.kinds import ARTIFACT
from lineal.security import AccessSettings
from lineal.service.access import Role
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.access.serving import Served, serving
from tests.operations.lineages import Lineage

DIGEST = f"sha256:{'1' * 64}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a model whose label was changed once."""
    found = f"sqlite:///{tmp_path}/store.db"
    with lineal.connect(found) as store:
        model_type = pb.ArtifactType(name="Model", properties={"__ALL_META__": pb.STRING})
        model = pb.Artifact(type_id=store.put_artifact_type(model_type), uri="s3://models/1")
        meta = {"digest": DIGEST, "size": 34, "labels": {"team": "a", "tier": "x"}}
        model.properties["__ALL_META__"].string_value = json.dumps(meta)
        model.custom_properties["__started__"].int_value = 1_700_000_000_123
        store.put_artifacts([model])
    assert main(["set", "model:1", "--label", "team=b", "--db", found]) == 0
    return found


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(list(words)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    assert end.value.code == 2
    return capsys.readouterr().err


def test_a_table_of_changes_has_the_values_that_differ_and_json_all(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = printed(capsys, "history", "model:1", "--db", url).splitlines()[1]
    assert '"labels": {"team": "a"}' in line
    assert '"labels": {"team": "b"}' in line
    assert "digest" not in line
    [entry] = json.loads(printed(capsys, "history", "model:1", "--db", url, "--json"))
    assert json.loads(entry["old"]["properties.__ALL_META__"])["digest"] == DIGEST


def test_audit_and_history_of_a_database_say_the_same(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    history = printed(capsys, "history", "artifact:1", "--db", url, "--json")
    assert json.loads(history)
    assert printed(capsys, "audit", "--id", "model:1", "--db", url, "--json") == history
    assert printed(capsys, "audit", "--subject", "artifact", "--id", "1", "--db", url, "--json") == history


def test_a_server_tells_the_history_to_those_who_see_the_record(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(access=AccessSettings(auth=("token",))) as served:
        artifact = pb.Artifact(type_id=1)
        store = ["--server", served.grpc, "--ui-url", f"http://{served.http}"]
        monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.ADMIN))
        with lineal.connect(f"grpc://{served.grpc}") as client:
            artifact.type_id = client.put_artifact_type(pb.ArtifactType(name="Model"))
            client.put_artifacts([artifact])
        for team in "abc":
            assert main(["set", "artifact:1", "--label", f"team={team}", "--server", served.grpc]) == 0
        monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.READER))
        capsys.readouterr()
        found: list[dict[str, Any]] = json.loads(
            printed(capsys, "history", "artifact:1", "--limit", "2", *store, "--json")
        )
        assert [each["new"] for each in found] == [{"custom_properties.team": team} for team in "cb"]
        assert "--audit" in printed(capsys, "history", "artifact:1", *store)
        monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.READER, "elsewhere"))
        assert main(["history", "artifact:1", *store]) == 1
        assert "there is no artifact with the id 1" in capsys.readouterr().err


def test_a_history_of_a_server_needs_its_http_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINEAL_UI_URL", raising=False)
    assert "LINEAL_UI_URL" in refused(capsys, "history", "artifact:1", "--server", "localhost:1")


@pytest.mark.parametrize("named", [["--server", "localhost:8080"], ["--db", "grpc://localhost:8080"]])
def test_audit_of_a_server_says_what_there_is_instead(named: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "audit", *named)
    assert "lineal history" in said
    assert "/api/v1/audit" in said


def test_an_id_alone_does_not_mix_kinds(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--id artifact:1" in refused(capsys, "audit", "--id", "1", "--db", url)
    assert "two things" in refused(capsys, "audit", "--subject", "execution", "--id", "artifact:1", "--db", url)


def test_csv_has_times_of_iso_8601_and_json_numbers(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    [row] = csv.DictReader(io.StringIO(printed(capsys, "audit", "--db", url, "-o", "csv")))
    [entry] = json.loads(printed(capsys, "audit", "--db", url, "--json"))
    seconds = f"{entry['time'] // 1000 % 60:02}.{entry['time'] % 1000:03}Z"
    assert row["time"].startswith("20")
    assert row["time"].endswith(seconds)


def test_get_says_the_digest_and_shows_times_of_the_sdk(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split(None, 1) for line in printed(capsys, "get", "artifact", "1", "--db", url).splitlines()]
    shown = {line[0]: line[1] for line in lines if len(line) == 2}
    assert (shown["content.digest"], shown["content.size"]) == (DIGEST, "34")
    assert shown["custom_properties.__started__"] == "2023-11-14 22:13:20 UTC"
    record = json.loads(printed(capsys, "get", "artifact", "1", "--db", url, "--json"))
    assert (record["content"]["size"], record["custom_properties"]["__started__"]) == (34, 1_700_000_000_123)


def test_what_was_changed_after_it_was_recorded_is_marked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "changed_since" not in json.loads(printed(capsys, "get", "model:1", "--db", url, "--json"))
    assert main(["set", "model:1", "--property", "digest=sha256:2", "--db", url]) == 0
    assert "  digest (see lineal history artifact:1)" in printed(capsys, "get", "model:1", "--db", url)
    assert main(["set", "model:1", "--property", f"digest={DIGEST}", "--db", url]) == 0
    assert "changed_since" not in printed(capsys, "get", "model:1", "--db", url)


def test_the_log_is_asked_for_what_was_deleted(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete", "model:1", "--db", url]) == 0
    for action, found in (("delete", ["delete"]), ("update", ["update"]), ("tombstone", [])):
        entries = json.loads(printed(capsys, "audit", "--action", action, "--db", url, "--json"))
        assert [entry["action"] for entry in entries] == found


def test_commands_say_who_deleted_a_record_and_when(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete", "model:1", "--db", url]) == 0
    for words in (["get", "model:1"], ["lineage", "1"], ["set", "artifact:1", "--state", "LIVE"]):
        capsys.readouterr()
        assert main([*words, "--db", url]) == 1
        assert "there is no artifact with the id 1 any more: " in capsys.readouterr().err


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server with a model, which the environment names with both addresses and a token."""
    with serving(access=AccessSettings(auth=("token",))) as found:
        for name, value in {
            "LINEAL_TOKEN": found.token(Role.ADMIN),
            "LINEAL_URL": f"grpc://{found.grpc}",
            "LINEAL_UI_URL": f"http://{found.http}",
        }.items():
            monkeypatch.setenv(name, value)
        with lineal.connect() as client:
            type_id = client.put_artifact_type(pb.ArtifactType(name="Model"))
            client.put_artifacts([pb.Artifact(type_id=type_id, custom_properties={"rows": pb.Value(int_value=1)})])
        assert main(["set", "artifact:1", "--property", "rows=2"]) == 0
        yield found


def test_a_server_says_at_the_addresses_of_the_environment_what_was_changed_and_deleted(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json.loads(printed(capsys, "get", "1", "--json"))["changed_since"] == ["rows"]
    assert "changed_since" not in printed(capsys, "get", "1", "--server", served.grpc)  # may be another server
    assert "--ui-url" in refused(capsys, "history", "1", "--server", served.grpc)
    assert main(["delete", "artifact:1"]) == 0
    assert main(["get", "1"]) == 1
    assert "there is no artifact with the id 1 any more: somebody" in capsys.readouterr().err
    assert main(["get", "2"]) == 1
    assert "There is no artifact with the id 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://lineal.invalid:1", ""), ("http://h:99999", "LINEAL_UI_URL"), ("http://127.0.0.1:1", "no answer")],
)
def test_a_record_is_printed_whatever_its_http_address_is_and_the_token_stays_here(
    served: Served, address: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_UI_URL", address)
    capsys.readouterr()
    assert main(["get", "1"]) == 0
    found = capsys.readouterr()
    assert "custom_properties.rows" in found.out
    assert said in found.err
    assert ("is not known" in found.err) == bool(said)


def test_a_number_of_users_is_no_time_whatever_it_is_called(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set", "model:1", "--property", "expires=30", "--property", "deleted=1", "--db", url]) == 0
    assert main(["archive", "model:1", "--db", url]) == 0
    found = printed(capsys, "history", "model:1", "--db", url)
    assert '"custom_properties.deleted": 1, "custom_properties.expires": 30' in found
    assert '"custom_properties.__archived__": "20' in found


def test_a_table_of_changes_says_what_it_leaves_out(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set", "model:1", "--description", "long " * 50, "--db", url]) == 0
    found = printed(capsys, "history", "model:1", "--limit", "1", "--db", url)
    assert "There are older changes; a larger --limit shows them." in found
    assert "Long values are cut" in found
    assert max(map(len, found.splitlines())) < 500


@pytest.mark.parametrize("words", [["backup", "x.zip"], ["token", "list"], ["export", "openlineage"]])
def test_commands_of_a_database_say_so_where_a_server_is_named(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "works on the database itself" in refused(capsys, *words, "--db", "grpc://localhost:1")


def test_lineage_says_what_was_deleted_of_what_came_from_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    with open_service(url) as service:
        lineage = Lineage(service)
        lineage.run("train", reads="data", writes="net old older")
        lineage.delete("old older")
        start = f"artifact:{lineage.names(ARTIFACT)['data']}"
    line = next(line for line in printed(capsys, "lineage", start, "--db", url).splitlines() if "execution 1" in line)
    assert line.endswith("train  and 2 deleted outputs  (INPUT)")
    heading = printed(capsys, "lineage", "execution:1", "--db", url).splitlines()[0]
    assert heading.endswith("train  and 2 deleted outputs")
    assert "deleted" not in printed(capsys, "lineage", "execution:1", "--up", "--db", url)
    nodes = json.loads(printed(capsys, "lineage", start, "--down", "--db", url, "--json"))["downstream"]["nodes"]
    assert [node.get("deleted_outputs") for node in nodes] == [None, 2, None]


def test_lineage_on_a_server_says_what_was_deleted(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    with lineal.connect() as client:
        type_id = client.put_execution_type(pb.ExecutionType(name="Trainer"))
        [execution_id] = client.put_executions([pb.Execution(type_id=type_id)])
        client.put_events([pb.Event(artifact_id=1, execution_id=execution_id, type=pb.Event.OUTPUT)])
    assert main(["delete", "artifact:1"]) == 0
    assert "and 1 deleted output\n" in printed(capsys, "lineage", "execution:1")
    assert "deleted" not in printed(capsys, "lineage", "execution:1", "--server", served.grpc)


def test_a_record_of_a_server_is_printed_without_loading_what_reads_databases(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lineal.upkeep.archive.backing_up", None)  # its import would raise
    assert main(["get", "1"]) == 0
    assert main(["lineage", "artifact:1"]) == 0
