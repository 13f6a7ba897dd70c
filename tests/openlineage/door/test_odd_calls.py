"""Odd events: wrong types, huge numbers and other surprises at every place of an event never make a fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.openlineage.door.posting import BATCH, ONE, event
from tests.openlineage.secrets import event_with_secrets
from tests.parameters import rare

pytestmark = pytest.mark.slow

_STATUSES = {200, 201, 400, 413}
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5e308,
    -0.0,
    "",
    "x",
    "\0",
    "\ud800",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{GRINNING FACE}",
    "9" * 5000,
    "2026-01-31T12:00:00Z",
    [],
    [[]],
    {},
    {"": {}},
    {"a": None},
    [None, 1, "x", {}],
    {"namespace": "n", "name": "n"},
]


def whole_event() -> dict[str, Any]:
    """Return an event with the facets that are understood."""
    found = event_with_secrets("odd")
    producer = {"_producer": "p", "_schemaURL": "s"}
    source = {"namespace": "s3://lake", "name": "raw"}
    column = {"inputFields": [{**source, "field": "a", "transformations": [{"type": "DIRECT", "masking": True}]}]}
    found["run"]["facets"].update(
        nominalTime={"nominalStartTime": "2026-01-31T12:00:00Z", "nominalEndTime": "2026-01-31T13:00:00Z"},
        processing_engine={**producer, "name": "spark", "version": "3"},
        tags={"tags": [{"key": "team", "value": "risk", "source": "x"}]},
        parent={"run": {"runId": "p"}, "job": source, "root": {"run": {"runId": "q"}, "job": source}},
    )
    found["job"]["facets"].update(
        jobType={"processingType": "BATCH", "integration": "SPARK", "jobType": "QUERY"},
        ownership={"owners": [{"name": "me", "type": "OWNER"}]},
        lineage={"entries": [{"type": "DATASET", **source, "inputs": [{"type": "DATASET", **source}], "fields": {}}]},
    )
    found["inputs"][0]["facets"].update(
        schema={"fields": [{"name": "a", "type": "int", "fields": [{"name": "b"}]}]},
        columnLineage={"fields": {"a": column}, "dataset": [{**source, "field": "a"}]},
        version={"datasetVersion": "1"},
        lifecycleStateChange={"lifecycleStateChange": "RENAME", "previousIdentifier": source},
        storage={"storageLayer": "iceberg", "fileFormat": "parquet"},
        dataQualityMetrics={"rowCount": 1, "bytes": 2, "columnMetrics": {"a": {"nullCount": 1}}},
        _deleted_one={"_deleted": True},
    )
    found["inputs"][0]["inputFacets"] = {
        "dataQualityAssertions": {"assertions": [{"assertion": "x", "success": False}]}
    }
    found["outputs"][0]["outputFacets"] = {"outputStatistics": {"rowCount": 5, "size": 6}}
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of everything in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*path, step)
        yield from places(each, (*path, step))


def with_odd(given: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return a copy of a value with something else at a place."""
    found = copy.deepcopy(given)
    holder = found
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = odd
    return found


def posted(client: httpx.Client, value: Any) -> httpx.Response:
    """Post an event as Python's own JSON."""
    response = client.post(ONE, content=json.dumps(value).encode())
    assert response.status_code in _STATUSES, (response.status_code, response.text, json.dumps(value)[:2000])
    return response


@pytest.mark.parametrize("odd", [{}, *[rare(odd) for odd in ODD if odd != {}]], ids=lambda odd: json.dumps(odd)[:20])
def test_something_odd_at_any_place_is_taken_or_refused(client: httpx.Client, odd: Any) -> None:
    whole = whole_event()
    assert posted(client, whole).status_code == 201
    batch = [with_odd(whole, path, odd) for path in places(whole)]
    found = client.post(BATCH, content=json.dumps(batch).encode()).json()
    assert [each for each in found["failed_events"] if "a fault of the server" in each["reason"]] == []
    assert found["summary"]["received"] == len(batch)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(places(event()))), _JSON, st.sampled_from(["RunEvent", "JobEvent", "DatasetEvent", ""]))
def test_anything_at_any_place_is_taken_or_refused(client: httpx.Client, path: Any, odd: Any, kind: str) -> None:
    changed = with_odd(event("fuzzed", dataset={"namespace": "n", "name": "d"}), path, odd)
    posted(client, {**changed, "schemaURL": f"https://example.org#/$defs/{kind}"} if kind else changed)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_bytes_are_taken_or_refused(client: httpx.Client, data: st.DataObject) -> None:
    body = bytearray(json.dumps(event("damaged")).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    for path, content in ((ONE, bytes(body)), (BATCH, b"[" + bytes(body) + b"]")):
        response = client.post(path, content=content[: data.draw(st.integers(0, len(content)))])
        assert response.status_code in _STATUSES, (response.status_code, content)
