"""Aliases: one version of a name has an alias, however many ask for it at the same time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lineal import errors
from lineal.conventions import WORKSPACE_TYPE
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.store.workspaces.scope import Scope, Workspace
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle, records
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.audit import audit_entries
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts, put_type_of_records

SQLITE_MOSTLY = pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
PROMOTIONS = 100


def versions(service: MetadataService, number: int, *, workspace: str = "w", type_name: str = "Model") -> list[int]:
    """Put versions of one name; return their ids."""
    type_id = put_type_of_records(service, type_name)
    made = [artifact(type_id, properties={"__kf_workspace__": workspace}) for _ in range(number)]
    for index, node in enumerate(made):
        node.properties["name"].string_value = "mnist"
        node.properties["version"].string_value = str(index)
    return put_artifacts(service, *made)


def promote(service: MetadataService, artifact_id: int, alias: str = "production") -> records.PutAliasResponse:
    return service.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias=alias))


def aliases_of(service: MetadataService, ids: Sequence[int]) -> dict[int, str]:
    """Return what clients of ML Metadata see of the aliases of artifacts."""
    found = {node.id: node.custom_properties for node in get_artifacts(service, *ids)}
    return {node_id: held["__aliases__"].string_value for node_id, held in found.items() if "__aliases__" in held}


def named(service: MetadataService, **fields: Any) -> dict[str, int]:
    """Return the aliases of the versions of a name."""
    wanted = {"workspace": "w", "type_name": "Model", "name": "mnist", **fields}
    answer = service.call("GetAliases", records.GetAliasesRequest(**wanted))
    return {each.alias: each.artifact_id for each in answer.aliases}


def test_an_alias_moves_from_version_to_version(service: MetadataService) -> None:
    first, second = versions(service, 2)
    assert not promote(service, first).HasField("previous_artifact_id")
    assert promote(service, second).previous_artifact_id == first
    assert named(service) == {"production": second}
    assert aliases_of(service, [first, second]) == {second: "production"}


def test_a_version_has_many_aliases(service: MetadataService) -> None:
    first, second = versions(service, 2)
    for alias in ("production", "best", "staging"):
        promote(service, first, alias)
    promote(service, second, "best")
    assert aliases_of(service, [first, second]) == {first: "production,staging", second: "best"}
    answer = service.call("GetAliases", records.GetAliasesRequest(artifact_ids=[first, second]))
    assert [(each.artifact_id, each.alias, each.type_name) for each in answer.aliases] == [
        (first, "production", "Model"),
        (first, "staging", "Model"),
        (second, "best", "Model"),
    ]


def test_each_workspace_and_type_has_its_own_aliases(service: MetadataService) -> None:
    [here], [there], [other] = (
        versions(service, 1),
        versions(service, 1, workspace="v"),
        versions(service, 1, type_name="T"),
    )
    for artifact_id in (here, there, other):
        promote(service, artifact_id)
    assert named(service) == {"production": here}
    assert named(service, workspace="v") == {"production": there}
    assert named(service, type_name="T") == {"production": other}


@pytest.mark.long
def test_a_hundred_promotions_at_once_leave_one_holder_and_a_hundred_entries(database_url: str) -> None:
    with open_service(database_url) as one, open_service(database_url) as other:
        ids = versions(one, 10)
        with ThreadPoolExecutor(16) as pool:
            promoted = list(pool.map(lambda n: promote((one, other)[n % 2], ids[n % 10]), range(PROMOTIONS)))
        assert len(promoted) == PROMOTIONS
        [holder] = named(one).values()
        assert aliases_of(one, ids) == {holder: "production"}
        entries = [entry for entry in audit_entries(one, rpc="PutAlias") if entry.action != "lose alias"]
        assert [entry.action for entry in entries] == ["promote"] * PROMOTIONS
        assert _follows(entries)


def _follows(entries: Sequence[Any]) -> bool:
    """Say whether each promotion took the alias from the one before it."""
    steps = [(json.loads(entry.old_values or "null"), json.loads(entry.new_values)) for entry in entries]
    return steps[0][0] is None and all(old == before for (old, _), (_, before) in zip(steps[1:], steps, strict=False))


def test_an_alias_is_taken_away(service: MetadataService) -> None:
    first, second = versions(service, 2)
    promote(service, first)
    with pytest.raises(errors.NotFoundError, match=f"does not have the alias 'production'; artifact {first} has it"):
        service.call("DeleteAlias", records.DeleteAliasRequest(artifact_id=second, alias="production"))
    service.call("DeleteAlias", records.DeleteAliasRequest(artifact_id=first, alias="production"))
    assert named(service) == {}
    assert aliases_of(service, [first]) == {}


def test_a_promotion_is_undone(service: MetadataService) -> None:
    first, second = versions(service, 2)
    promote(service, first)
    promote(service, second)
    earlier, later, _ = audit_entries(service, rpc="PutAlias")
    with pytest.raises(errors.FailedPreconditionError, match=f"artifact {second} has it now"):
        service.call("UndoChange", records.UndoChangeRequest(audit_id=earlier.id))
    service.call("UndoChange", records.UndoChangeRequest(audit_id=later.id))
    assert named(service) == {"production": first}
    service.call("UndoChange", records.UndoChangeRequest(audit_id=earlier.id))
    assert named(service) == {}


def test_the_version_that_loses_an_alias_has_an_entry_by_which_it_gets_it_back(service: MetadataService) -> None:
    first, second = versions(service, 2)
    promote(service, first)
    promote(service, second)
    promote(service, second)
    [lost] = [entry for entry in audit_entries(service, rpc="PutAlias") if entry.action == "lose alias"]
    assert (lost.node_id, json.loads(lost.new_values)) == (first, {"alias": "production", "artifact_id": second})
    service.call("UndoChange", records.UndoChangeRequest(audit_id=lost.id))
    assert named(service) == {"production": first}
    with pytest.raises(errors.FailedPreconditionError, match=f"artifact {first} has it now"):
        service.call("UndoChange", records.UndoChangeRequest(audit_id=lost.id))


def test_a_deleted_version_has_no_alias(service: MetadataService) -> None:
    first, second = versions(service, 2)
    promote(service, first)
    nodes = lifecycle.NodeIds(artifact_ids=[first])
    service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes))
    assert named(service) == {}
    assert service.read(lambda session, _: alias_rows.of_artifacts(session, [first])) == []
    assert not promote(service, second).HasField("previous_artifact_id")


def rename(service: MetadataService, artifact_id: int, name: str) -> None:
    """Rename an artifact as a client of ML Metadata does."""
    update = pb.Artifact(id=artifact_id)
    update.properties["name"].string_value = name
    request = rpc.PutArtifactsRequest(artifacts=[update])
    request.update_mask.paths.append("properties.name")
    service.call("PutArtifacts", request)


def test_an_alias_is_taken_from_a_version_that_another_client_has_renamed(service: MetadataService) -> None:
    first, second = versions(service, 2)
    promote(service, first)
    rename(service, first, "other")
    service.call("DeleteAlias", records.DeleteAliasRequest(artifact_id=first, alias="production"))
    assert named(service) == aliases_of(service, [first]) == {}
    assert not promote(service, second).HasField("previous_artifact_id")


def test_a_renamed_version_that_is_promoted_again_has_its_alias_once(service: MetadataService) -> None:
    [version] = versions(service, 1)
    promote(service, version)
    rename(service, version, "other")
    promote(service, version)
    assert aliases_of(service, [version]) == {version: "production"}
    assert (named(service), named(service, name="other")) == ({}, {"production": version})


def test_a_version_that_is_renamed_while_it_is_promoted_gets_no_alias(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    [version] = versions(service, 1)
    put = alias_rows.put

    def renamed_first(session: Session, row: alias_rows.AliasRow) -> None:
        [node] = get_artifacts(service, version)
        node.properties["name"].string_value = "other"
        write_nodes(session, KnownTypes(), ARTIFACT, [node])
        put(session, row)

    monkeypatch.setattr(alias_rows, "put", renamed_first)
    with pytest.raises(errors.AbortedError, match="another name or workspace"):
        promote(service, version)
    assert service.read(lambda session, _: alias_rows.of_artifacts(session, [version])) == []


def test_a_caller_with_workspaces_learns_nothing_of_the_aliases_of_others(service: MetadataService) -> None:
    hidden, shared = versions(service, 2)  # in "w"; a context of "v" holds one of them
    promote(service, hidden)
    kind = pb.ContextType(name=WORKSPACE_TYPE)
    type_id = service.call("PutContextType", rpc.PutContextTypeRequest(context_type=kind)).type_id
    put = rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name="v")])
    [context_id] = service.call("PutContexts", put).context_ids
    link = pb.Attribution(artifact_id=shared, context_id=context_id)
    service.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=[link]))
    caller = Caller("vera", Role.WRITER, Scope((Workspace("v"),)))
    for method, request in (("PutAlias", records.PutAliasRequest), ("DeleteAlias", records.DeleteAliasRequest)):
        with pytest.raises(errors.PermissionDeniedError, match="workspace 'w'"):
            service.call(method, request(artifact_id=shared, alias="production"), caller=caller)
    assert named(service) == {"production": hidden}


@SQLITE_MOSTLY
@pytest.mark.parametrize("alias", ["", " x", "a,b", "a\nb", "x" * 256])
def test_a_text_that_is_no_alias_is_refused(service: MetadataService, alias: str) -> None:
    [version] = versions(service, 1)
    with pytest.raises(errors.InvalidArgumentError, match="alias"):
        promote(service, version, alias)


def test_an_artifact_without_a_name_has_no_versions(service: MetadataService) -> None:
    [nameless] = put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service)))
    with pytest.raises(errors.InvalidArgumentError, match="has no name"):
        promote(service, nameless)


def test_a_reader_cannot_promote(service: MetadataService) -> None:
    [version] = versions(service, 1)
    with pytest.raises(errors.PermissionDeniedError):
        service.call(
            "PutAlias",
            records.PutAliasRequest(artifact_id=version, alias="x"),
            caller=Caller("rita", Role.READER),
        )


def test_a_store_without_the_table_has_no_aliases(service: MetadataService) -> None:
    [version] = versions(service, 1)
    assert list(service.call("GetAliases", records.GetAliasesRequest(artifact_ids=[version])).aliases) == []
