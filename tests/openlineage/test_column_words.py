"""Data sets are found by the names of their columns: those of the schema that came last, and not of one before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.catalogue import Asked, Catalogue
from lineal.kinds import ARTIFACT
from lineal.openlineage.facets import values_of
from lineal.service import MetadataService
from tests.openlineage.receiving import send, store
from tests.openlineage.shop import ORDERS, data_set, event, facets

pytestmark = pytest.mark.slow


def told(service: MetadataService, time: str, *fields: dict[str, Any]) -> None:
    """Send an event of a run that reads the orders with these columns."""
    read = data_set(ORDERS, facets(schema={"fields": list(fields)}))
    send(service, event("load", "0190a3a4-0000-7000-8000-000000000001", time, inputs=[read]))


def found(service: MetadataService, word: str) -> int:
    return len(Catalogue(service).page(Asked(ARTIFACT, word), order="name", columns="", limit=5, cursor="").items)


@pytest.mark.parametrize("word", ["customer_email", "CUSTOMER_email", "address.city", "größe"])
def test_a_word_finds_a_column_also_within_another_one(word: str) -> None:
    with store() as service:
        city = {"name": "address", "fields": [{"name": "city", "type": "text"}]}
        told(service, "2026-11-01T00:00:00Z", {"name": "customer_email"}, city, {"name": "größe"})
        assert (found(service, word), found(service, "customer_phone")) == (1, 0)


def test_a_column_that_was_renamed_is_found_by_its_new_name_alone() -> None:
    with store() as service:
        told(service, "2026-11-02T00:00:00Z", {"name": "newer_name"})
        assert found(service, "newer_name") == 1
        told(service, "2026-11-03T00:00:00Z", {"name": "newest_name"})
        told(service, "2026-11-01T00:00:00Z", {"name": "oldest_name"})
        assert [found(service, f"{age}_name") for age in ("oldest", "newer", "newest")] == [0, 0, 1]


def test_of_very_many_columns_the_first_ten_thousand_characters_are_found() -> None:
    with store() as service:
        told(service, "2026-11-01T00:00:00Z", *[{"name": f"column_{number:04}"} for number in range(5000)])
        assert [found(service, f"column_{number}") for number in ("0000", "0700", "0768", "0769")] == [1, 1, 1, 0]


def test_odd_schemas_have_names_as_far_as_they_say_some() -> None:
    deep: dict[str, Any] = {"name": "x"}
    for _ in range(100):
        deep = {"name": "x", "fields": [deep]}
    assert values_of(ARTIFACT, "schema", None)["column_names"] is None
    assert (
        values_of(ARTIFACT, "schema", '{"fields": [{"name": 3}, 4, {"fields": [{"name": "a"}]}]}')["column_names"]
        is None
    )
    assert values_of(ARTIFACT, "schema", '{"fields": "a"}')["column_names"] is None
    names = values_of(ARTIFACT, "schema", json.dumps({"fields": [deep]}))["column_names"]
    assert str(names).split(", ")[-1] == ".".join(["x"] * 21)
