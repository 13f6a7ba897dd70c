"""What the audit log tells of: times, changes that are taken back, paths, tokens, and who the caller was."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lineal.cli import main
from lineal.cli.arguments import whoami
from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from lineal.upkeep.tokens import Tokens
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.operations.stores import fill
from tests.operations.test_audit import entries, values
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_context_type, put_execution_type

UPDATED = "last_update_time_since_epoch"


@pytest.fixture
def audited(database_url: str) -> Iterator[MetadataService]:
    """A service that writes every change down, on each engine."""
    with open_service(dataclasses.replace(DatabaseSettings(database_url), audit=True)) as opened:
        yield opened


def put_execution(service: MetadataService, **fields: Any) -> rpc.PutExecutionResponse:
    response: rpc.PutExecutionResponse = service.call("PutExecution", rpc.PutExecutionRequest(**fields))
    return response


def delete(service: MetadataService, *, tombstones: bool = False, **ids: list[int]) -> None:
    kept = lifecycle.TOMBSTONE if tombstones else lifecycle.PROTECT
    request = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(**ids), on_reference=kept)
    service.call("DeleteNodes", request)


def artifact_id(service: MetadataService, name: str) -> int:
    request = rpc.GetArtifactByTypeAndNameRequest(type_name="Model", artifact_name=name)
    return int(service.call("GetArtifactByTypeAndName", request).artifact.id)


def test_a_forced_time_of_update_is_written_down_before_and_after(audited: MetadataService) -> None:
    run = pb.Execution(type_id=put_execution_type(audited), name="run", last_known_state=pb.Execution.RUNNING)
    run.id = put_execution(audited, execution=run).execution_id
    read = rpc.GetExecutionsByIDRequest(execution_ids=[run.id])
    before = audited.call("GetExecutionsByID", read).executions[0].last_update_time_since_epoch
    after = before
    while after == before:
        put_execution(audited, execution=run, options={"force_update_time": True})
        after = audited.call("GetExecutionsByID", read).executions[0].last_update_time_since_epoch
    [entry] = entries(audited, subject="execution")[1:]

    assert (entry.action, values(entry)) == ("update", ({UPDATED: before}, {UPDATED: after}))


def test_a_change_that_the_same_request_takes_back_is_written_down(audited: MetadataService) -> None:
    type_id = put_artifact_type(audited)
    [node_id] = put_artifacts(audited, artifact(type_id, properties={"owner": "ann"}))
    owners = [artifact(type_id, id=node_id, properties={"owner": owner}) for owner in ("eve", "ann")]
    put_artifacts(audited, *owners)
    there, back = [values(entry) for entry in entries(audited, subject="artifact")[1:]]

    assert there == ({"custom_properties.owner": "ann"}, {"custom_properties.owner": "eve"})
    assert back == ({"custom_properties.owner": "eve"}, {"custom_properties.owner": "ann"})


def test_the_path_and_time_of_an_event_are_written_down_when_it_comes_and_goes(audited: MetadataService) -> None:
    fill(audited)
    model = artifact_id(audited, "model")
    delete(audited, artifact_ids=[model])
    noted = [values(each) for each in entries(audited) if each.action == "event"]
    come, gone = [each for each in noted if (each[0] or each[1])["artifact_id"] == model]

    assert come[1]["path"] == ["files", 3]
    assert gone == (come[1], None)


def test_the_place_of_a_deleted_context_in_another_is_written_down(audited: MetadataService) -> None:
    type_id = put_context_type(audited)
    request = rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name=name) for name in ("in", "out")])
    child, parent = audited.call("PutContexts", request).context_ids
    pair = pb.ParentContext(child_id=child, parent_id=parent)
    audited.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[pair]))
    delete(audited, context_ids=[child])
    come, gone = [values(entry) for entry in entries(audited) if entry.action == "parent"]

    assert (come, gone) == ((None, {"parent_context_id": parent}), ({"parent_context_id": parent}, None))


def test_a_tombstone_is_one_entry(audited: MetadataService) -> None:
    fill(audited)
    data = artifact_id(audited, "data")
    delete(audited, artifact_ids=[data], tombstones=True)
    noted = entries(audited, subject="artifact", node_id=data, rpc="DeleteNodes")

    assert [entry.action for entry in noted] == ["tombstone"]


def test_tokens_are_written_down_without_their_secrets_whether_or_not_writes_are(database_url: str) -> None:
    with open_service(database_url) as service:
        made = Tokens(service).create("ada", Role.WRITER, workspaces=["churn"], seconds=60, who="ann")
        _, token_id, secret = made.split("_", 2)
        Tokens(service).revoke(token_id, who="ben")
        created, revoked = entries(service, subject="token")
        stored = service.read(lambda session, _: session.script("SELECT secret_hash FROM lineal_token"))

    assert [(each.who, each.rpc, each.action) for each in (created, revoked)] == [
        ("ann", "token", "create"),
        ("ben", "token", "revoke"),
    ]
    named = values(created)[1]
    assert (named["id"], named["name"], named["role"], named["workspaces"]) == (token_id, "ada", "writer", ["churn"])
    assert values(revoked)[1]["id"] == token_id
    assert not [text for text in (secret, str(stored[0][0])) if text in str((created, revoked))]


def test_a_token_that_cannot_be_revoked_leaves_no_entry(local: MetadataService) -> None:
    with pytest.raises(Exception, match="no token with the id"):
        Tokens(local).revoke("a" * 12)
    assert entries(local, subject="token") == []


def test_commands_say_who_made_and_revoked_a_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = ["--db", f"sqlite:///{tmp_path}/a.db"]
    assert main(["token", "create", *database, "--name", "ada", "--role", "reader"]) == 0
    assert main(["token", "revoke", *database, capsys.readouterr().out.split("_")[1]]) == 0
    capsys.readouterr()
    assert main(["audit", *database, "--subject", "token", "--json"]) == 0

    noted = json.loads(capsys.readouterr().out)
    assert [(each["who"], each["action"]) for each in noted] == [(whoami(), "revoke"), (whoami(), "create")]


def test_who_names_the_token_and_is_found_by_name_and_by_id(audited: MetadataService) -> None:
    tokens = Tokens(audited)
    first, second = [tokens.create("a%a", Role.WRITER) for _ in range(2)]
    for text in (first, second):
        caller = tokens.caller(text)
        assert caller is not None
        types = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=text[:20]))
        audited.call("PutArtifactType", types, caller=caller)
    token_id = first.split("_")[1]

    assert [each.who for each in entries(audited, who=token_id)] == [f"a%a (token {token_id})"]
    assert len(entries(audited, who="a%a")) == 2
    assert len(entries(audited, who=f"a%a (token {token_id})")) == 1
    assert entries(audited, who="axa") == entries(audited, who="%") == []


def test_a_name_cannot_pretend_another_way(audited: MetadataService) -> None:
    caller = Caller("ada (token abcdefghijkl)", Role.WRITER, way="oidc")
    audited.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T")), caller=caller)

    assert entries(audited, subject="type")[0].who == "ada (token abcdefghijkl) (oidc)"
    assert entries(audited, who="abcdefghijkl") == []


def test_an_archive_keeps_who_as_it_was(tmp_path: Path) -> None:
    settings = DatabaseSettings(f"sqlite:///{tmp_path}/old.db")
    with open_service(settings) as service:
        Tokens(service).create("ada", Role.READER, who="ann (token abcdefghijkl)")
        noted = entries(service)
    archive.backup(settings, tmp_path / "a.zip")
    archive.restore(tmp_path / "a.zip", DatabaseSettings(f"sqlite:///{tmp_path}/new.db"))
    with open_service(f"sqlite:///{tmp_path}/new.db") as service:
        assert entries(service) == noted
