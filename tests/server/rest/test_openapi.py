"""The OpenAPI document: every route is in it and described, and the server does what it says (schemathesis)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lineal.kinds import KINDS
from lineal.server.rest import described
from tests.server.rest.conftest import serving
from tests.server.rest.shelf import Shelf
from tests.services import REPOSITORY


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server over a store in memory with a few records."""
    with serving("sqlite://") as (service, url), httpx.Client(base_url=url) as client:
        shelf = Shelf(service, client)
        for number in range(1, 6):
            shelf.put(name=f"thing {number}", custom={"team": "risk", "share": number / 10})
        shelf.run([1, 2], [3])
        shelf.run([3], [4])
        yield url


@pytest.fixture(scope="module")
def document(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/api/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def api_schema(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/api/openapi.json")


@pytest.mark.parametrize("examples", [2, pytest.param(25, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])])
def test_the_server_does_what_its_description_says(api_schema: Any, examples: int) -> None:
    for found in api_schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def conforms(case: schemathesis.Case) -> None:
            # Whether a search or a cursor can be read is more than a schema says: such answers may be 400.
            case.call_and_validate(timeout=60, excluded_checks=[positive_data_acceptance])

        conforms()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]


def test_the_web_ui_is_written_against_this_description(document: dict[str, Any]) -> None:
    snapshot = json.loads((REPOSITORY / "ui" / "openapi.json").read_text())
    for each in (snapshot, document):
        each["info"].pop("version")
    assert snapshot == document, "save /api/openapi.json as ui/openapi.json and run `npm run api` in ui/"


def test_every_operation_has_a_name_and_a_summary_of_its_own(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({each["operationId"] for _, each in found}) == len(found)
    assert all(each.get("summary") for _, each in found)


def test_every_parameter_under_api_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (name, parameter["name"])


def test_every_shape_is_described(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    assert [name for name, each in shapes.items() if not each.get("description")] == []


def test_every_operation_says_what_it_does_with_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert len(operation.get("description", "")) > 30, name
        assert operation["x-codeSamples"][0]["source"].startswith("curl "), name


def test_no_operation_is_described_that_is_gone(document: dict[str, Any]) -> None:
    known = {operation["operationId"] for _, operation in operations(document)}
    shared = {kind.name for kind in KINDS}
    gone = {name for name in described.OPERATIONS if name not in known}

    assert {name for name in gone if name.rpartition("_")[2] not in shared} == set()


def test_the_page_of_docs_shows_every_operation_and_loads_nothing_from_elsewhere(
    address: str, document: dict[str, Any]
) -> None:
    page = httpx.get(f"{address}/api/docs").text
    assert [path for path in document["paths"] if path not in page] == []
    assert page.count("<pre>curl ") == len(operations(document))
    assert "<script" not in page
    assert "https://" not in page
    assert httpx.get(f"{address}/api/docs.css").headers["content-type"].startswith("text/css")
