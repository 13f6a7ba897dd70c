"""Filters and searches that ask for much memory or time: nothing of them stays, and limits and deadlines hold."""

from __future__ import annotations

import gc
import itertools
import time
import tracemalloc
from collections.abc import Callable

import pytest

from lineal import errors
from lineal.deadlines import Deadline, calling_until
from lineal.kinds import ARTIFACT
from lineal.security import LimitSettings
from lineal.service import MetadataService, open_service
from lineal.service.catalogue import Asked, Catalogue
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

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


def test_distinct_long_filters_leave_nothing_in_memory(service: MetadataService) -> None:
    assert kept_after(lambda: listed(service, ors(120)), times=5) < MIB // 2


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


@pytest.mark.parametrize("condition", ["id > {}", "name LIKE 'a{}%'", "properties.a.int_value = {}"])
def test_a_deadline_holds_while_a_filter_becomes_a_statement(service: MetadataService, condition: str) -> None:
    started = time.monotonic()
    with calling_until(Deadline(0.05)), pytest.raises(errors.DeadlineExceededError, match="--max-call-seconds"):
        listed(service, ors(2000, condition))
    assert time.monotonic() - started < 2


def test_many_patterns_run_or_are_refused_with_what_to_do(service: MetadataService) -> None:
    try:
        listed(service, ors(2000, "name LIKE 'a{}%'"))
    except errors.InvalidArgumentError as error:
        assert "use fewer conditions" in error.message  # noqa: PT017 one of two answers
