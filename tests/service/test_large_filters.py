"""Filters and searches that ask for much memory or time: nothing of them stays, and limits and deadlines hold."""

from __future__ import annotations

import contextlib
import gc
import itertools
import time
import tracemalloc
from collections.abc import Callable

import pytest

from lineal import errors
from lineal.catalogue import Asked, Catalogue
from lineal.deadlines import Deadline, calling_until
from lineal.kinds import ARTIFACT
from lineal.security import LimitSettings
from lineal.service import MetadataService
from lineal.store.engine.session import Row, Session
from lineal.store.rows import listing
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY

MIB = 1 << 20
_numbers = itertools.count()


def listed(service: MetadataService, filter_query: str) -> None:
    options = pb.ListOperationOptions(max_result_size=1, filter_query=filter_query)
    service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options))


def ors(count: int, condition: str = "id > {}") -> str:
    """Return a filter that no other is equal to."""
    return f"id = {next(_numbers)} OR " + " OR ".join(condition.format(number) for number in range(count - 1))


def kept_after(ask: Callable[[], None], *, times: int) -> int:
    """Return how many bytes of Python's memory asking leaves behind."""
    ask()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(times):
            ask()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_distinct_long_filters_leave_nothing_in_memory(service: MetadataService) -> None:
    assert kept_after(lambda: listed(service, ors(120)), times=3) < MIB // 2


@pytest.mark.slow
@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_what_stays_of_a_short_filter_is_no_expression(service: MetadataService) -> None:
    text = " OR ".join(f"id>{number}" for number in range(80))
    assert kept_after(lambda: listed(service, f"id > {next(_numbers)} OR {text}"), times=4) < 4 * 75_000


@pytest.mark.parametrize(
    ("limits", "flag"),
    [
        (LimitSettings(max_filter_bytes=100), "has .* bytes, and the server allows 100.*--max-filter-bytes"),
        (LimitSettings(max_filter_terms=9), "has 20 conditions, and the server allows 9.*--max-filter-terms"),
    ],
)
def test_a_larger_filter_or_search_is_refused_with_the_setting(limits: LimitSettings, flag: str) -> None:
    with open_service("sqlite://") as service:
        service.database.limits = limits
        with pytest.raises(errors.InvalidArgumentError, match=f"filter_query {flag}"):
            listed(service, ors(20))
        with pytest.raises(errors.InvalidArgumentError, match=f"filter_query {flag}"):
            Catalogue(service).count(Asked(ARTIFACT, filter_query=ors(20)), exact=True)
        with pytest.raises(errors.InvalidArgumentError, match=f"^q {flag}"):
            Catalogue(service).count(Asked(ARTIFACT, search=" ".join(["name:abc"] * 20)), exact=True)


def test_values_of_in_are_no_conditions() -> None:
    with open_service("sqlite://") as service:
        service.database.limits = LimitSettings(max_filter_terms=2)
        listed(service, f"id IN ({', '.join(map(str, range(500)))}) OR name = 'x'")


@pytest.mark.flaky(reruns=2)
@pytest.mark.parametrize("condition", ["id > {}", "name LIKE 'a{}%'", "properties.a.int_value = {}"])
def test_a_deadline_holds_while_a_filter_becomes_a_statement(service: MetadataService, condition: str) -> None:
    started = time.monotonic()
    with calling_until(Deadline(0.05)), pytest.raises(errors.DeadlineExceededError, match="--max-call-seconds"):
        listed(service, ors(2000, condition))
    assert time.monotonic() - started < 2


@pytest.mark.flaky(reruns=2)
@pytest.mark.slow
@pytest.mark.parametrize("condition", ["id > {}", "id = {}", "properties.a.int_value > {}", "NOT uri = 'x{}'"])
def test_a_deadline_holds_for_the_largest_filter(service: MetadataService, condition: str) -> None:
    text = ors(9999, condition)
    for seconds in (1, 3, 5, 8):
        started = time.monotonic()
        with calling_until(Deadline(seconds)), contextlib.suppress(errors.DeadlineExceededError):
            listed(service, text)
        assert time.monotonic() - started < seconds + 1


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("condition", ["name LIKE 'a{}%'", "uri LIKE '%{}'", "NOT name LIKE '%{}%'"])
def test_2000_patterns_run_or_are_refused_with_what_to_do(service: MetadataService, condition: str) -> None:
    asks = (
        lambda text: listed(service, text),
        lambda text: Catalogue(service).count(Asked(ARTIFACT, filter_query=text), exact=True),
        lambda text: Catalogue(service).facets(Asked(ARTIFACT, filter_query=text), labels=None),
    )
    for ask in asks:
        try:
            ask(ors(2000, condition))
        except errors.InvalidArgumentError as error:
            assert "use fewer conditions" in error.message  # noqa: PT017 one of two answers


_CONDITIONS = [
    "name = 'n1'",
    "name = 'n2'",
    "name IN ('n2', 'n3')",
    "name LIKE 'N4%'",
    "uri = 'none'",
    "NOT (uri = 'u5' OR uri = 'u6' OR name != 'n7')",
    "state = LIVE",
    "properties.a.int_value = 8",
    "properties.a.int_value = 9.0",
    "properties.a.int_value IS NULL AND name = 'n10'",
    "contexts_c.name = 'c1'",
    "contexts_c.name = 'c2'",
]


def found(service: MetadataService, filter_query: str) -> list[str]:
    options = pb.ListOperationOptions(max_result_size=100, filter_query=filter_query)
    return [each.name for each in service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options)).artifacts]


_FORMS = ["{}", "NOT ({})", "id > 3 AND ({})", "({}) AND NOT ({})", "({}) IS NULL"]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("conditions", [_CONDITIONS[:10], _CONDITIONS[9:], _CONDITIONS[:2], _CONDITIONS])
def test_a_large_filter_finds_what_the_same_small_one_finds(service: MetadataService, conditions: list[str]) -> None:
    put_nodes(service)
    small, large = (
        " OR ".join(f"({each})" for each in conditions * times) for times in (1, 1 + 120 // len(conditions))
    )
    for form in _FORMS:
        assert found(service, form.format(small, small)) == found(service, form.format(large, large)), form


def put_nodes(service: MetadataService) -> None:
    types = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name="T", properties={"a": pb.INT})], context_types=[pb.ContextType(name="C")]
    )
    put = service.call("PutTypes", types)
    artifacts = [_artifact(put.artifact_type_ids[0], number) for number in range(14)]
    artifact_ids = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts)).artifact_ids
    contexts = [pb.Context(type_id=put.context_type_ids[0], name=f"c{number}") for number in (1, 2, 3)]
    context_ids = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts)).context_ids
    links = [pb.Attribution(artifact_id=artifact_ids[11 + place], context_id=context_ids[place]) for place in range(3)]
    service.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=links))


def _artifact(type_id: int, number: int) -> pb.Artifact:
    made = pb.Artifact(type_id=type_id, name=f"n{number}")
    if number % 3:
        made.uri = f"u{number}"
        made.properties["a"].int_value = number
        made.state = pb.Artifact.LIVE if number % 2 else pb.Artifact.PENDING
    return made


def test_a_large_or_is_not_planned_part_by_part() -> None:
    plans: list[list[Row]] = []
    with open_service("sqlite://") as service:
        for condition in ("id > {}", "id = {}", "name > 'n{}' AND id > 1"):
            text = ors(300, condition)
            form = listing._Form(ARTIFACT, "id", True, text, of_type=False, in_context=False, continued=False)
            plans.append(service.database.read(lambda session, form=form: _plan(session, form)))
    steps = [[row[3] for row in plan if "Artifact" in row[3] and "SUBQUERY" not in row[3]] for plan in plans]
    assert [len(each) for each in steps] == [1, 1, 1], steps


def _plan(session: Session, form: listing._Form) -> list[Row]:
    sql, values = session._compiled(listing._statement(form)).bind({"page_size": 1})
    return session.script(f"EXPLAIN QUERY PLAN {sql}", values)
