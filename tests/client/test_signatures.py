"""The public surface is that of the official client; what the calls do is tested beside this."""

from __future__ import annotations

import inspect
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lineal.client import ExtraOptions, ListOptions, MetadataStore, OrderByField

DESCRIBE = """
import inspect
def describe(cls):
    return {
        name: [[p.name, str(p.kind), repr(p.default)] for p in inspect.signature(value).parameters.values()]
        for name, value in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_") or name == "__init__"
    }
"""
PRINT_OFFICIAL = (
    DESCRIBE
    + """
import json
from ml_metadata.metadata_store import metadata_store as m
surface = {name: describe(getattr(m, name)) for name in ("MetadataStore", "ListOptions", "ExtraOptions")}
surface["OrderByField"] = {item.name: item.value for item in m.OrderByField}
surface["ListOptions text"] = repr(m.ListOptions(limit=3))
print(json.dumps(surface))
"""
)
OWN_EXTRAS = {"close", "from_transport", "from_url", "is_portable"}


@pytest.fixture(scope="module")
def official(official_python: Path) -> dict[str, Any]:
    ran = subprocess.run([official_python, "-c", PRINT_OFFICIAL], capture_output=True, text=True, check=True)
    surface: dict[str, Any] = json.loads(ran.stdout)
    return surface


def _describe(cls: type) -> dict[str, list[list[str]]]:
    scope: dict[str, Any] = {}
    exec(DESCRIBE, scope)
    described: dict[str, list[list[str]]] = scope["describe"](cls)
    return described


def test_every_official_call_takes_the_same_arguments_in_the_same_order_with_the_same_defaults(
    official: dict[str, Any],
) -> None:
    ours = _describe(MetadataStore)

    assert {name: ours[name] for name in official["MetadataStore"]} == official["MetadataStore"]


def test_the_client_has_no_other_public_names_than_the_official_ones_and_its_own_four(
    official: dict[str, Any],
) -> None:
    names = {name for name, _ in inspect.getmembers(MetadataStore) if not name.startswith("_")}

    assert names - set(official["MetadataStore"]) == OWN_EXTRAS | {"pipeline_asset"}


@pytest.mark.parametrize("cls", [ListOptions, ExtraOptions])
def test_the_option_classes_are_made_as_the_official_ones(cls: type, official: dict[str, Any]) -> None:
    assert _describe(cls)["__init__"] == official[cls.__name__]["__init__"]


def test_the_orders_have_the_official_names_and_numbers(official: dict[str, Any]) -> None:
    assert {item.name: item.value for item in OrderByField} == official["OrderByField"]


def test_list_options_are_shown_and_compared_as_the_official_ones(official: dict[str, Any]) -> None:
    assert repr(ListOptions(limit=3)) == official["ListOptions text"]
    assert ListOptions(limit=3) == ListOptions(limit=3) != ListOptions(limit=4)
