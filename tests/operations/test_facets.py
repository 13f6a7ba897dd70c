"""Facets and locations wherever a whole store is handled: deletion, retention, archives, the doctor, the audit log."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service import MetadataService
from lineal.service.access import UNNAMED
from lineal.service.audit import audited
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations, values
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.schema import on_demand
from lineal.upkeep import archive, doctor
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY, run_sql
from tests.operations.stores import OTHER_NAME, fill, put_facets
from tests.service.requests import put_artifact_type, put_artifacts

TABLES = ("lineal_facet", "lineal_event_facet", "lineal_location", "lineal_sent")
SCHEMA = '{"fields": [{"name": "größe"}]}'


def counts(service: MetadataService) -> tuple[int, ...]:
    """Return how many rows the tables have: facets, facets of events, locations, and what was sent."""
    return service.read(
        lambda session, _: tuple(session.script(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES)
    )


def delete(service: MetadataService, *, keeps: bool = False, **ids: list[int]) -> None:
    request = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(**ids))
    if keeps:
        request.on_reference = lifecycle.TOMBSTONE
    service.call("DeleteNodes", request)


def note_sent(session: Session, _: object) -> None:
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        session.script(f"INSERT INTO lineal_sent (kind, node_id, content) VALUES ({kind.type_kind}, 1, 'sent')")


def test_what_belongs_to_nodes_goes_with_them_on_every_engine(service: MetadataService) -> None:
    fill(service)
    assert counts(service) == (4, 1, 3, 0)
    found: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
    run: Any = service.call("GetExecutions", rpc.GetExecutionsRequest())
    inside: Any = service.call("GetContexts", rpc.GetContextsRequest())
    nodes = {"artifact_ids": [each.id for each in found.artifacts], "execution_ids": [run.executions[0].id]}
    delete(service, **nodes, context_ids=[each.id for each in inside.contexts])
    assert counts(service) == (0, 0, 0, 0)


def test_a_tombstone_and_its_events_have_no_facets_and_no_location(local: MetadataService) -> None:
    fill(local)
    local.write(note_sent)
    delete(local, artifact_ids=[1], keeps=True)
    assert counts(local) == (2, 0, 1, 2)
    assert local.read(lambda session, _: len(event_rows.events_of(session, ARTIFACT, [1]))) == 1


def test_the_facets_of_an_event_go_with_it(local: MetadataService) -> None:
    def work(session: Session, _: object) -> None:
        event_rows.delete_events(session, event_rows.events_of(session, ARTIFACT, [1]))

    fill(local)
    local.write(work)
    assert counts(local)[:2] == (4, 0)


def test_a_store_without_the_tables_deletes_as_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:
        fill(service)
    for name in TABLES:
        run_sql(url, f"DROP TABLE {name}")
    with open_service(url) as service:
        service.write(
            lambda session, _: event_rows.delete_events(session, event_rows.events_of(session, ARTIFACT, [1]))
        )
        delete(service, artifact_ids=[1])
    assert doctor.examine(DatabaseSettings(url)) == []


def held(session: Session, node_id: int) -> tuple[Any, ...]:
    """Return the facets of an artifact and of its event, and where it is found."""
    [event] = event_rows.events_of(session, ARTIFACT, [node_id])
    found = locations.artifacts_at(session, [OTHER_NAME, "s3://ärmel/data"])
    places = {uri: [row.id for row in rows] for uri, rows in found.items()}
    of_node = sorted(facets.of_nodes(session, ARTIFACT, [node_id]))
    return of_node, [each[1:] for each in facets.of_events(session, [event.id])], places


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("ids", list(archive.Ids))
def test_facets_and_locations_go_through_an_archive(tmp_path: Path, database_url: str, ids: archive.Ids) -> None:
    with open_service(f"sqlite:///{tmp_path}/old.db") as service:
        fill(service)
    archive.backup(DatabaseSettings(f"sqlite:///{tmp_path}/old.db"), tmp_path / "old.zip")
    if ids is archive.Ids.NEW:
        put_others(database_url)
    archive.restore(tmp_path / "old.zip", DatabaseSettings(database_url), ids=ids)
    with open_service(database_url) as service:
        found: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
        node_id = next(each.id for each in found.artifacts if each.name == "data")
        of_node, of_event, places = service.read(lambda session, _: held(session, node_id))
    assert of_node == [Facet(node_id, "ownership", 3, None), Facet(node_id, "schema", 2**50, SCHEMA)]
    assert of_event == [("inputStatistics", -1, '{"rowCount": 3}')]
    assert places == {OTHER_NAME: [node_id], "s3://ärmel/data": [node_id]}


def put_others(url: str) -> None:
    """Put a node and a run with an event, so that ids of all kinds are taken."""
    with open_service(url) as service:
        type_id = put_artifact_type(service)
        run = service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type={"name": "Other"}))
        request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=run.type_id))  # type: ignore[attr-defined]
        for type_ in (pb.Event.INPUT, pb.Event.OUTPUT):
            request.artifact_event_pairs.add(artifact=pb.Artifact(type_id=type_id), event=pb.Event(type=type_))
        for _ in range(3):
            service.call("PutExecution", request)


def test_of_the_facets_of_a_context_that_both_stores_have_the_later_ones_stay(tmp_path: Path) -> None:
    old, new = (f"sqlite:///{tmp_path}/{name}.db" for name in ("old", "new"))
    for url, times in ((old, (1, 8)), (new, (5, 5))):
        with open_service(url) as service:
            on_demand.prepare(service.database)
            context: Any = service.call("PutContextType", rpc.PutContextTypeRequest(context_type={"name": "Job"}))
            put = rpc.PutContextsRequest(contexts=[pb.Context(type_id=context.type_id, name="load")])
            service.call("PutContexts", put)
            given = [Facet(1, name, time, f'"{time}"') for name, time in zip(("a", "b"), times, strict=True)]
            service.write(lambda session, _, given=given: facets.merge_into_nodes(session, CONTEXT, given))  # type: ignore[misc]
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    archive.restore(tmp_path / "old.zip", DatabaseSettings(new), ids=archive.Ids.NEW)
    with open_service(new) as service:
        found = service.read(lambda session, _: facets.of_nodes(session, CONTEXT, [1]))
    assert sorted(found) == [Facet(1, "a", 5, '"5"'), Facet(1, "b", 8, '"8"')]


def store_id(url: str) -> str:
    with open_service(url) as service:
        on_demand.prepare(service.database)
        return service.write(lambda session, _: values.store_id(session))


def test_a_restored_store_takes_the_id_of_the_archive_and_one_that_is_added_to_keeps_its_own(tmp_path: Path) -> None:
    old, empty, other = (f"sqlite:///{tmp_path}/{name}.db" for name in ("old", "empty", "other"))
    ids = {url: store_id(url) for url in (old, empty, other)}
    with open_service(old) as service:
        service.write(lambda session, _: values.put(session, "a switch", "on"))
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    archive.restore(tmp_path / "old.zip", DatabaseSettings(empty))
    archive.restore(tmp_path / "old.zip", DatabaseSettings(other), ids=archive.Ids.NEW)
    assert (store_id(empty), store_id(other)) == (ids[old], ids[other])
    assert run_sql(empty, "SELECT count(*) FROM lineal_value") == [(1,)]


def test_a_restored_copy_can_get_an_id_of_its_own(tmp_path: Path) -> None:
    old, copied = (f"sqlite:///{tmp_path}/{name}.db" for name in ("old", "copied"))
    first = store_id(old)
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    assert main(["restore", str(tmp_path / "old.zip"), "--db", copied, "--new-store-id"]) == 0
    assert store_id(copied) not in ("", first)


def test_an_archive_without_facets_is_one_that_older_versions_know(local: MetadataService, tmp_path: Path) -> None:
    put_artifacts(local, pb.Artifact(type_id=put_artifact_type(local), uri="s3a://b/k/"))
    on_demand.prepare(local.database)
    manifest = archive.backup(local.database.settings, tmp_path / "plain.zip")
    assert not manifest.members.keys() & {"facets", "event_facets", "locations", "values"}


def test_artifacts_of_an_archive_of_an_older_version_are_found_at_their_locations(tmp_path: Path) -> None:
    old, new = (f"sqlite:///{tmp_path}/{name}.db" for name in ("old", "new"))
    with open_service(old) as service:
        put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service), uri="S3A://b/k/"))
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    archive.restore(tmp_path / "old.zip", DatabaseSettings(new))
    with open_service(new) as service:
        found = service.read(lambda session, _: locations.artifacts_at(session, ["s3://b/k"]))
    assert [row.id for row in found["s3://b/k"]] == [1]


WRONG = [
    ("facets", {"node_id": 77}, "its node_id 77 is not among the executions"),
    ("facets", {"kind": 9}, "the field kind is 9"),
    ("facets", {"content": "{'a': 1}"}, "the field content is .*, and not JSON"),
    ("facets", {"content": "NaN"}, "the field content is .*, and not JSON"),
    ("facets", {"time": "now"}, 'the field time is "now"'),
    ("event_facets", {"event_id": 77}, "its event_id 77 is not among the events"),
    ("event_facets", {"content": "{"}, "the field content is .*, and not JSON"),
    ("locations", {"artifact_id": 77}, "its artifact_id 77 is not among the artifacts"),
    ("locations", {"identity": "ABC"}, "and not 64 digits of a SHA-256"),
    ("locations", {"name": None}, "the field name is null"),
    ("values", {"name": "a switch"}, "which is no value of an archive"),
    ("values", {"value": "mine"}, "and not a UUID"),
]


@pytest.mark.parametrize(("member", "changed", "reason"), WRONG)
def test_a_wrong_record_is_refused_with_its_line(
    sound: Path, tmp_path: Path, member: str, changed: dict[str, Any], reason: str
) -> None:
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(tmp_path / "odd.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == f"{member}.jsonl":
                first, rest = content.split(b"\n", 1)
                content = json.dumps(json.loads(first) | changed).encode() + b"\n" + rest
            new.writestr(name, content)
    with archive.files.reading(tmp_path / "odd.zip") as opened, pytest.raises(errors.DataLossError, match=reason) as no:
        archive.checking.check_records(opened)
    assert f"{member}.jsonl, line 1" in str(no.value)


def test_the_doctor_finds_and_deletes_what_belongs_to_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:
        fill(service)
        service.write(note_sent)
    run_sql(url, "DELETE FROM lineal_event_facet")
    for table in ("Event", "EventPath", "Attribution", "ArtifactProperty", "lineal_alias", "lineal_metric", "Artifact"):
        run_sql(url, f"DELETE FROM {table}")
    run_sql(url, "INSERT INTO lineal_event_facet VALUES (88, 'schema', 1, '{}')")
    problems = {each.problem for each in doctor.examine(DatabaseSettings(url))}
    wrong = ["2 facets of artifacts that do not exist", "1 facet of events that do not exist"]
    wrong += ["3 locations of artifacts that do not exist", "1 row of what was sent of artifacts that do not exist"]
    assert set(wrong) <= problems
    assert doctor.mend(DatabaseSettings(url)) == []
    with open_service(url) as service:
        assert counts(service) == (2, 0, 0, 2)


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_the_doctor_finds_and_deletes_facets_that_are_not_json(database_url: str) -> None:
    with open_service(database_url) as service:
        fill(service)
    for table, name in (("lineal_facet", "schema"), ("lineal_event_facet", "inputStatistics")):
        run_sql(database_url, f"UPDATE {table} SET content = 'NaN' WHERE name = '{name}'")
    of_nodes, of_events = doctor.examine(DatabaseSettings(database_url))
    assert of_nodes.problem.startswith("1 facet of nodes that are not JSON: 1 ")
    assert of_events.problem.startswith("1 facet of events that are not JSON: ")
    assert doctor.mend(DatabaseSettings(database_url)) == []
    with open_service(database_url) as service:
        assert counts(service)[:2] == (3, 0)


def names_noted(service: MetadataService) -> list[Any]:
    sql = "SELECT subject, node_id, new_values FROM lineal_audit WHERE action = 'facets' ORDER BY id"
    found = service.read(lambda session, _: session.script(sql))
    return [(subject, node_id, json.loads(new)) for subject, node_id, new in found]


def test_the_audit_log_names_the_facets_that_were_written(tmp_path: Path) -> None:
    with open_service(f"sqlite:///{tmp_path}/store.db") as service:
        fill(service)
        run_sql(f"sqlite:///{tmp_path}/store.db", "DELETE FROM lineal_facet")
        run_sql(f"sqlite:///{tmp_path}/store.db", "DELETE FROM lineal_event_facet")
        again: Callable[..., Any] = audited(lambda session, *_: put_facets(session, 1, 1, 1), UNNAMED, "Receive")
        service.write(lambda session, types: again(session, types, None))
        noted = names_noted(service)
    assert noted == [
        ("artifact", 1, {"names": ["ownership", "schema"]}),
        ("execution", 1, {"names": ["sql"]}),
        ("context", 1, {"names": ["documentation"]}),
        ("execution", 1, {"names": ["inputStatistics"], "of": "event"}),
    ]
