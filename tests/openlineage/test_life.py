"""What happens to the records of OpenLineage's events later: archives, deletion, the doctor, events that come again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.openlineage.stored_form import DATA_SET_TYPE
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.rows import held_nodes
from lineal.upkeep import archive, doctor
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SERVERS, SQLITE_EVERY_DAY
from tests.openlineage.graphs import Graph, differences, graph_of
from tests.openlineage.receiving import send, store
from tests.openlineage.shapes import SHAPES
from tests.openlineage.shop import ORDERS, STAGING_RUN, data_set, event, facets
from tests.parameters import rare

pytestmark = pytest.mark.slow

EVENTS = [given for shape in SHAPES.values() for given in shape()]


def received(url: str) -> Graph:
    """Store the events of all tools; return their graph."""
    with store(url) as service:
        for given in EVENTS:
            send(service, given)
        return graph_of(service)


def put_one(url: str) -> None:
    """Put a node of each kind and an event, so that their ids are taken."""
    with open_service(url) as service:
        types: Any = service.call(
            "PutTypes",
            rpc.PutTypesRequest(
                artifact_types=[pb.ArtifactType(name="Other")],
                execution_types=[pb.ExecutionType(name="Other")],
                context_types=[pb.ContextType(name="Other")],
            ),
        )
        request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=types.execution_type_ids[0]))
        other = pb.Artifact(type_id=types.artifact_type_ids[0], name="other")
        request.artifact_event_pairs.add(artifact=other, event=pb.Event(type=pb.Event.OUTPUT))
        request.contexts.add(type_id=types.context_type_ids[0], name="other")
        service.call("PutExecution", request)


def delete_all_of(service: MetadataService, *type_names: str) -> None:
    """Delete all nodes of these types."""
    nodes = lifecycle.NodeIds()
    for kind in (ARTIFACT, EXECUTION):
        request = getattr(rpc, f"Get{kind.table}sRequest")()
        found: Any = getattr(service.call(f"Get{kind.table}s", request), kind.plural)
        getattr(nodes, f"{kind.name}_ids").extend(each.id for each in found if each.type in type_names)
    service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes))


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("ids", [rare(archive.Ids.KEEP), archive.Ids.NEW])
def test_the_graph_of_events_goes_through_an_archive_and_goes_on(
    tmp_path: Path, database_url: str, ids: archive.Ids
) -> None:
    """Sent again to the restored store, the events are those that it knows."""
    before = received(f"sqlite:///{tmp_path}/old.db")
    archive.backup(DatabaseSettings(f"sqlite:///{tmp_path}/old.db"), tmp_path / "old.zip")
    if ids is archive.Ids.NEW:
        put_one(database_url)
    archive.restore(tmp_path / "old.zip", DatabaseSettings(database_url), ids=ids)
    with open_service(database_url) as service:
        if ids is archive.Ids.NEW:
            delete_all_of(service, "Other")
        restored = graph_of(service)
    again = received(database_url)
    assert differences(without_others(restored), before) == ""
    assert differences(without_others(again), before) == ""
    assert doctor.examine(DatabaseSettings(database_url)) == []


def without_others(graph: Graph) -> Graph:
    """Return a graph without the context that was there before."""
    return {**graph, "nodes": {name: node for name, node in graph["nodes"].items() if not name.endswith("other")}}


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_deleted_runs_leave_nothing_behind_and_their_events_make_them_again(database_url: str) -> None:
    before = received(database_url)
    with open_service(database_url) as service:
        delete_all_of(service, "openlineage.Run", "openlineage.Declared", DATA_SET_TYPE)
        left = service.read(lambda session, _: session.script("SELECT count(*) FROM lineal_event_facet"))
        kinds = service.read(lambda session, _: session.script("SELECT DISTINCT kind FROM lineal_facet"))
    assert (left, kinds) == ([(0,)], [(CONTEXT.type_kind,)])
    assert doctor.examine(DatabaseSettings(database_url)) == []
    assert differences(received(database_url), before) == ""


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_deletions_beside_events_leave_no_facets_of_nothing(database_url: str) -> None:
    """A run reads a data set that somebody deletes with all that used it, again and again."""
    with open_service(database_url) as service, ThreadPoolExecutor(4) as threads:
        enough = threading.Event()
        done = [threads.submit(send_until, enough, service, number) for number in range(3)]
        deleted = 0
        while deleted < 10 and not all(each.done() for each in done):
            deleted += delete_what_is_there(service)
        enough.set()
        refused = [error for each in done for error in each.result()]
    assert deleted >= 10
    assert refused == []
    assert doctor.examine(DatabaseSettings(database_url)) == []


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_a_deletion_that_waits_for_a_run_lets_events_have_the_data_sets_meanwhile(database_url: str) -> None:
    """Or else each would wait for the other, as events lock the run first."""
    received(database_url)
    with open_service(database_url) as service, ThreadPoolExecutor(1) as threads:

        def hold_runs_then_data_sets(session: Session) -> Future[None]:
            session.script("SELECT id FROM Execution FOR UPDATE")
            done = threads.submit(delete_all_of, service, "openlineage.Run", "openlineage.Declared", DATA_SET_TYPE)
            time.sleep(0.5)  # until the deletion waits
            session.script("SELECT id FROM Artifact FOR UPDATE NOWAIT")
            return done

        service.database.write(hold_runs_then_data_sets).result()


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_a_data_set_that_an_event_only_names_is_not_deleted_until_the_event_is_stored(database_url: str) -> None:
    """Or else the event between both would lead to nothing."""
    given = event("load", STAGING_RUN, "2026-11-01T00:00:00Z", inputs=[data_set(ORDERS)])
    with open_service(database_url) as service, ThreadPoolExecutor(1) as threads:
        send(service, given)
        [(known,)] = service.read(lambda session, _: session.script("SELECT external_id FROM Artifact"))

        def name_it(session: Session) -> tuple[Future[None], bool]:
            assert held_nodes.ask_by_external_ids(session, ARTIFACT, [known], locks=False)()
            done = threads.submit(delete_all_of, service, "openlineage.Run", DATA_SET_TYPE)
            time.sleep(0.5)
            return done, done.done()

        deletion, was_done = service.database.write(name_it)
        deletion.result()
    assert not was_done


def send_until(enough: threading.Event, service: MetadataService, number: int) -> list[Exception]:
    """Send events of runs of one job that read one data set; return the errors that clients would not repeat."""
    refused: list[Exception] = []
    for turn in range(1000):
        if enough.wait(0.02):  # a deletion is refused while somebody begins to use what it deletes
            break
        run = f"0190a3a4-0000-7000-8000-{number:04}{turn:08}"
        time_of_day = f"{turn // 60:02}:{turn % 60:02}:0{number}"
        read = data_set(
            ORDERS, facets(schema={"fields": [{"name": f"c{turn}"}]}), inputFacets=facets(stats={"n": turn})
        )
        for kind in ("START", "COMPLETE"):
            try:
                send(service, event("load", run, f"2026-11-01T{time_of_day}Z", kind, inputs=[read]))
            except errors.AbortedError:
                continue
            except errors.StatusError as error:
                refused.append(error)
    return refused


def delete_what_is_there(service: MetadataService) -> int:
    """Delete all artifacts and executions, unless new ones use them meanwhile; return how many."""
    artifacts: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
    executions: Any = service.call("GetExecutions", rpc.GetExecutionsRequest())
    nodes = lifecycle.NodeIds(artifact_ids=[each.id for each in artifacts.artifacts])
    nodes.execution_ids.extend(each.id for each in executions.executions)
    try:
        service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes))
    except (errors.FailedPreconditionError, errors.InvalidArgumentError, errors.NotFoundError, errors.AbortedError):
        return 0
    return len(nodes.artifact_ids) + len(nodes.execution_ids)
