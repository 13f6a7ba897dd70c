"""The search index holds what is committed, whatever clocks, long transactions, foreign writers and passes do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lineal.catalogue import Asked, Catalogue, comparing, shapes
from lineal.catalogue import index as indexing
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.service.calls import CALLS
from lineal.store.engine import node_times
from lineal.store.schema import locks
from lineal.store.tables.own_tables import PROGRESS
from lineal.upkeep import doctor
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.crowd import Crowd
from tests.engines import SERVERS, run_sql
from tests.service.requests import put_artifact_type

HOUR = 3_600
CROWD_SECONDS = 1.5
Step = Callable[[float], None]


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Step:
    """A function that sets the time of day so many seconds from the true one."""
    true = time.time_ns

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: true() + int(seconds * 1e9))

    return set_to


@pytest.fixture
def type_id(service: MetadataService) -> int:
    return put_artifact_type(service)


@pytest.fixture
def catalogue(service: MetadataService) -> Catalogue:
    return Catalogue(service)


@pytest.fixture
def foreign(service: MetadataService, database_url: str) -> Iterator[MetadataService]:
    """A writer that knows nothing of an index, as the official library."""
    with open_service(database_url) as opened:
        opened.database.around_write = None
        yield opened


def artifact(type_id: int, team: str, node_id: int | None = None) -> pb.Artifact:
    node = pb.Artifact(type_id=type_id, id=node_id)
    node.custom_properties["team"].string_value = team
    return node


def put(service: MetadataService, *nodes: pb.Artifact) -> list[int]:
    return list(service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes)).artifact_ids)  # type: ignore[attr-defined]


def page(catalogue: Catalogue, q: str = "") -> shapes.Page:
    return catalogue.page(Asked(ARTIFACT, q), order="id", columns="", limit=100, cursor="")


def found(catalogue: Catalogue, q: str) -> tuple[list[int], bool]:
    answer = page(catalogue, q)
    return [row.id for row in answer.items], answer.complete


def soon_found(catalogue: Catalogue, query: str) -> tuple[list[int], bool]:
    """Return what a search finds once it says that its answer is complete; a busy machine needs more than one."""
    end = time.monotonic() + 20
    while not (answer := found(catalogue, query))[1] and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def test_an_update_after_the_clock_was_set_back_is_found(
    service: MetadataService, catalogue: Catalogue, type_id: int, step: Step
) -> None:
    [first] = put(service, artifact(type_id, "before"))
    step(HOUR)
    put(service, artifact(type_id, "early"))
    page(catalogue)
    step(-HOUR)
    put(service, artifact(type_id, "after", first))

    assert found(catalogue, "label.team=after") == ([first], True)


def test_an_update_by_a_server_whose_clock_is_behind_is_marked(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int, step: Step
) -> None:
    [first, _] = put(service, artifact(type_id, "before"), artifact(type_id, "other"))
    page(catalogue)
    with open_service(database_url) as behind:
        Catalogue(behind)
        step(-HOUR)
        put(behind, artifact(type_id, "after", first))

    assert run_sql(database_url, "SELECT node_id FROM lineal_index_mark") == [(first,)]
    assert found(catalogue, "label.team=after") == ([first], True)
    assert run_sql(database_url, "SELECT node_id FROM lineal_index_mark") == []


@pytest.mark.parametrize("wrote_before", [False, True])
def test_an_update_by_a_program_that_never_searches_and_whose_clock_is_behind_is_marked(
    service: MetadataService, database_url: str, type_id: int, step: Step, wrote_before: bool, monkeypatch: Any
) -> None:
    monkeypatch.setattr(node_times, "LOOK_SECONDS", 0.0)
    catalogue = Catalogue(service)
    with open_service(database_url) as behind:
        step(-HOUR)
        if wrote_before:
            put(behind, artifact(type_id, "own"))
        step(0)
        [first] = put(service, artifact(type_id, "before"))
        page(catalogue)
        step(-HOUR)
        put(behind, artifact(type_id, "after", first))

    assert run_sql(database_url, "SELECT node_id FROM lineal_index_mark") == [(first,)]
    assert found(catalogue, "label.team=after") == ([first], True)


def test_a_write_in_time_is_not_marked(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int
) -> None:
    put(service, artifact(type_id, "x", put(service, artifact(type_id, "y"))[0]))

    assert run_sql(database_url, "SELECT node_id FROM lineal_index_mark") == []


def test_a_write_that_takes_long_looks_at_its_end_how_far_the_index_is(
    service: MetadataService, catalogue: Catalogue, type_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(catalogue)
    clock, later, looks = time.monotonic, [10.0], []

    def observe(sql: str) -> None:
        looks.extend(["look"] if "max(" in sql and PROGRESS.name in sql else [])
        later[0] += 10.0 if sql.startswith("INSERT") else 0.0

    monkeypatch.setattr(time, "monotonic", lambda: clock() + later[0])
    put(service, artifact(type_id, "knows that there is an index"))
    service.database.observe = observe
    later[0] += 10.0
    put(service, artifact(type_id, "long"))
    assert len(looks) == 2


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_a_transaction_that_commits_late_is_found(
    service: MetadataService, catalogue: Catalogue, type_id: int, step: Step
) -> None:
    [first] = put(service, artifact(type_id, "before"))

    def write_long(session: Any, types: Any) -> None:
        request = rpc.PutArtifactsRequest(artifacts=[artifact(type_id, "late", first)])
        CALLS["PutArtifacts"].handler(session, types, request)
        step(30)
        put(service, artifact(type_id, "quick"))
        assert found(catalogue, "label.team=quick")[1]

    service.write(write_long)
    assert found(catalogue, "label.team=late") == ([first], True)


def test_an_update_by_a_foreign_writer_whose_clock_is_behind_is_found(
    service: MetadataService, catalogue: Catalogue, foreign: MetadataService, type_id: int, step: Step
) -> None:
    [first, _] = put(service, artifact(type_id, "before"), artifact(type_id, "other"))
    page(catalogue)
    step(-HOUR)
    put(foreign, artifact(type_id, "after", first))
    _wait_until_due(catalogue)

    assert soon_found(catalogue, "label.team=after") == ([first], True)


def _wait_until_due(catalogue: Catalogue) -> None:
    """Let the time pass after which a comparison is made again."""
    for known in catalogue.index._comparison._known.values():
        known.due = 0.0


def test_rows_of_the_index_that_are_gone_are_written_again(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int
) -> None:
    ids = put(service, artifact(type_id, "x"), artifact(type_id, "x"), artifact(type_id, "x"))
    page(catalogue)
    run_sql(database_url, f"DELETE FROM lineal_entry WHERE node_id = {ids[1]}")
    _wait_until_due(catalogue)

    assert soon_found(catalogue, "label.team=x") == (ids, True)


def test_nodes_that_somebody_deleted_by_hand_leave_the_index(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int
) -> None:
    ids = put(service, artifact(type_id, "x"), artifact(type_id, "x"))
    page(catalogue)
    for table, column in (("Artifact", "id"), ("ArtifactProperty", "artifact_id")):
        quoted = service.database.engine_dialect.identifier_preparer.quote(table)
        run_sql(database_url, f"DELETE FROM {quoted} WHERE {column} = {ids[0]}")
    _wait_until_due(catalogue)
    page(catalogue)

    assert run_sql(database_url, "SELECT node_id FROM lineal_entry") == [(ids[1],)]
    assert run_sql(database_url, "SELECT DISTINCT source_id FROM lineal_fact") == [(ids[1],)]


def test_two_updates_in_one_millisecond_have_two_times(
    service: MetadataService, catalogue: Catalogue, type_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    [first] = put(service, artifact(type_id, "one"))
    page(catalogue)
    put(service, artifact(type_id, "two", first))

    assert found(catalogue, "label.team=two") == ([first], True)


@pytest.mark.flaky(reruns=2)
def test_a_search_does_not_wait_for_a_pass_elsewhere(
    service: MetadataService, catalogue: Catalogue, foreign: MetadataService, type_id: int
) -> None:
    page(catalogue)
    put(service, artifact(type_id, "x"))

    def search(session: Any) -> shapes.Page:
        locks.take(session, locks.INDEX)
        return page(catalogue)

    began = time.monotonic()
    assert not foreign.database.write(search).complete
    assert time.monotonic() - began < 3
    assert page(catalogue).complete


def delete(service: MetadataService, *ids: int, **options: Any) -> None:
    service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes={"artifact_ids": ids}, **options))


def test_what_is_deleted_while_a_pass_runs_leaves_nothing_in_the_index(
    service: MetadataService,
    catalogue: Catalogue,
    database_url: str,
    type_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [first] = put(service, artifact(type_id, "secret"))
    deleting = threading.Thread(target=delete, args=(service, first))
    read = indexing.node_messages

    def read_slowly(*args: Any) -> Any:
        nodes = read(*args)
        deleting.start()
        deleting.join(0.5)
        return nodes

    monkeypatch.setattr(indexing, "node_messages", read_slowly)
    page(catalogue)
    deleting.join()
    for table in ("lineal_entry", "lineal_fact"):
        assert run_sql(database_url, f"SELECT node_id FROM {table}") == []


def test_a_tombstone_leaves_no_text_in_the_index(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int
) -> None:
    given = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="t"))
    run_type = service.call("PutExecutionType", given).type_id  # type: ignore[attr-defined]
    run = rpc.PutExecutionRequest(execution=pb.Execution(type_id=run_type))
    run.artifact_event_pairs.add(artifact=artifact(type_id, "secret"), event=pb.Event(type=pb.Event.INPUT))
    [first] = service.call("PutExecution", run).artifact_ids  # type: ignore[attr-defined]
    page(catalogue, "secret")
    delete(service, first, on_reference=lifecycle.TOMBSTONE)

    assert run_sql(database_url, "SELECT words FROM lineal_entry WHERE kind = 1") == []
    assert run_sql(database_url, f"SELECT text FROM lineal_fact WHERE source_id = {first} AND kind = 1") == []
    assert page(catalogue).complete


def test_doctor_finds_what_the_index_has_gone_past_and_mends_it(
    service: MetadataService,
    catalogue: Catalogue,
    foreign: MetadataService,
    database_url: str,
    type_id: int,
    step: Step,
) -> None:
    [first, _] = put(service, artifact(type_id, "before"), artifact(type_id, "other"))
    page(catalogue)
    step(-HOUR)
    put(foreign, artifact(type_id, "after", first))
    settings = DatabaseSettings(database_url)

    [finding] = doctor.examine(settings)
    assert finding.problem == "1 artifact is not in the search index as it is"
    assert doctor.mend(settings) == []
    assert found(Catalogue(service), "label.team=after") == ([first], True)


def test_doctor_finds_nothing_wrong_with_changes_that_the_next_search_will_index(
    service: MetadataService, catalogue: Catalogue, database_url: str, type_id: int, step: Step
) -> None:
    [first, _] = put(service, artifact(type_id, "before"), artifact(type_id, "other"))
    page(catalogue)
    step(-48 * HOUR)
    put(service, artifact(type_id, "after", first))
    step(0)

    assert run_sql(database_url, "SELECT node_id FROM lineal_index_mark") == [(first,)]
    assert doctor.examine(DatabaseSettings(database_url)) == []
    assert found(catalogue, "label.team=after") == ([first], True)


def test_an_update_is_found_although_the_clock_was_ahead_during_an_earlier_search(
    service: MetadataService, catalogue: Catalogue, type_id: int, step: Step
) -> None:
    [first] = put(service, artifact(type_id, "before"))
    step(2)
    put(service, artifact(type_id, "other"))
    step(HOUR)
    assert [found(catalogue, "label.team=before") for _ in range(2)] == [([first], True)] * 2
    step(0)
    put(service, artifact(type_id, "after", first))

    assert found(catalogue, "label.team=after") == ([first], True)


def test_every_worker_of_a_large_store_comes_to_know_that_its_answers_are_complete(
    service: MetadataService, database_url: str, type_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "_FEW", 0)
    monkeypatch.setattr(comparing, "_CHEAP", 0)
    put(service, artifact(type_id, "x"))
    with open_service(database_url) as other:
        first, second = Catalogue(service), Catalogue(other)
        while not first.index.step(ARTIFACT):
            pass
        assert (page(first).complete, page(second).complete) == (True, False)
        assert second.index.compare(ARTIFACT)
        assert (page(first).complete, page(second).complete) == (True, True)


@pytest.mark.long
def test_readers_and_writers_at_once_hinder_no_pass(
    service: MetadataService, database_url: str, type_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    with open_service(database_url) as second:
        catalogues = [Catalogue(service), Catalogue(second)]

        def write(writer: MetadataService) -> None:
            while not crowd.is_over:
                ids = put(writer, artifact(type_id, "x"), artifact(type_id, "y"))
                put(writer, artifact(type_id, "z", ids[0]))
                delete(writer, ids[1])

        def read(catalogue: Catalogue) -> None:
            while not crowd.is_over:
                page(catalogue, "label.team=z")

        writers = [lambda writer=writer: write(writer) for writer in (service, second) * 2]
        crowd = Crowd([*writers, *[lambda each=each: read(each) for each in catalogues * 2]])
        with crowd:
            time.sleep(CROWD_SECONDS)
        assert not [record for record in caplog.messages if "index" in record and "others are writing" not in record]
        _wait_until_due(catalogues[0])
        complete = page(catalogues[0], "label.team=z").complete
    assert complete
    assert run_sql(database_url, "SELECT node_id FROM lineal_entry ORDER BY node_id") == [
        (each,) for each in _all(service)
    ]


def _all(service: MetadataService) -> list[int]:
    return sorted(node.id for node in service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts)  # type: ignore[attr-defined]
