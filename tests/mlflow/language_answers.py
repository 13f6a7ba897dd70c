"""Run by a Python that has MLflow: what its server makes of filters and orders.

Each line of the input is a JSON list of [search, "filters" or "orders", text]; each line of the output, the list of the
answers: the terms as in tests/filter/mlflow_cases.json, or null for a text that is refused.
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import mlflow.utils.search_utils as language
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

FAMILIES = {"parameter": "param", "params": "param", "tags": "tag"}
TIMES = ("creation_time", "last_update_time", "version_number")
LANGUAGES = {
    "runs": (language.SearchUtils, "parse_order_by_for_search_runs"),
    "experiments": (language.SearchExperimentsUtils, "parse_order_by_for_search_experiments"),
    "registered models": (language.SearchModelUtils, "parse_order_by_for_search_registered_models"),
    "model versions": (language.SearchModelVersionUtils, "parse_order_by_for_search_model_versions"),
}


class Reference:
    """An empty store of MLflow: searching it shows whether it takes a text."""

    def __init__(self, folder: str) -> None:
        url = f"sqlite:///{folder}/reference.db"
        self.tracking = SqlAlchemyStore(url, folder)
        self.registry = Registry(url)

    def answer(self, search: str, what: str, text: str) -> list[list[Any]] | None:
        """Return the terms, or None if the text is refused."""
        parts = ("", [text]) if what == "orders" else (text, None)
        try:
            self.search(search, *parts)
            return terms(search, text) if what == "filters" else order(search, text)
        except (MlflowException, ValueError):
            return None

    def search(self, search: str, text: str, texts: list[str] | None) -> None:
        """Search without results."""
        if search == "runs":
            self.tracking.search_runs(["0"], text, ViewType.ALL, 1, texts)
        elif search == "experiments":
            self.tracking.search_experiments(ViewType.ALL, 1, text, texts)
        elif search == "registered models":
            self.registry.search_registered_models(text, 1, texts)
        else:
            self.registry.search_model_versions(text, 1, texts)


def terms(search: str, text: str) -> list[list[Any]]:
    """Return the terms of a filter that is accepted."""
    return [term(search, each) for each in LANGUAGES[search][0].parse_search_filter(text)]


def term(search: str, said: dict[str, Any]) -> list[Any]:
    """Return a term as the cases have it."""
    family, key, value = FAMILIES.get(said["type"], said["type"]), said["key"], said["value"]
    if family == "metric":
        value = float(value)
    elif family == "attribute" and key in TIMES and search != "runs":
        value = int(value)
    if family == "attribute" and search == "runs":
        key = language.SearchUtils.translate_key_alias(key)
    return [family, key, said["comparator"].upper(), list(value) if isinstance(value, tuple) else value]


def order(search: str, text: str) -> list[list[Any]]:
    """Return the one term of an order that is accepted."""
    parser, name = LANGUAGES[search]
    if search == "registered models":
        key, ascending = language.SearchUtils.parse_order_by_for_search_registered_models(text)
        return [["attribute", "last_updated_timestamp" if key == "timestamp" else key, ascending]]
    family, key, ascending = getattr(parser, name)(text)
    if family == "attribute" and search == "runs":
        key = language.SearchUtils.translate_key_alias(key)
    return [[FAMILIES.get(family, family), key, ascending]]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        reference = Reference(folder)
        for line in sys.stdin:
            print(json.dumps([reference.answer(*each) for each in json.loads(line)]), flush=True)
