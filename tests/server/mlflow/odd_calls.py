"""Calls of MLflow's interface that no well-meaning client makes: each is a good call with one odd value in it.

What stays out: what a server must make of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from lineal.mlflow import CALLS
from lineal.mlflow.requests import Field
from tests.server.mlflow.door import Door

ADDRESSES = {
    "registered-models/set-alias": ("POST", "registered-models/alias"),
    "registered-models/get-by-alias": ("GET", "registered-models/alias"),
    "registered-models/delete-alias": ("DELETE", "registered-models/alias"),
    "logged-models/create": ("POST", "logged-models"),
    "logged-models/search": ("POST", "logged-models/search"),
    "logged-models/get": ("GET", "logged-models/{model_id}"),
    "logged-models/finalize": ("PATCH", "logged-models/{model_id}"),
    "logged-models/delete": ("DELETE", "logged-models/{model_id}"),
    "logged-models/log-params": ("POST", "logged-models/{model_id}/params"),
    "logged-models/set-tags": ("PATCH", "logged-models/{model_id}/tags"),
    "logged-models/delete-tag": ("DELETE", "logged-models/{model_id}/tags/{tag_key}"),
}
"""The methods and the addresses of the calls whose names are not their addresses."""
DEPTHS = (50, 300, 900, 990, 2000, 10_000)
LONG = "x" * 70_000
_NUMBERS = ["0", "-1", "1.5", "1e400", "NaN", "-Infinity", str(1 << 63), str(-(1 << 63)), "9" * 400, "9" * 5000]
_TEXTS = [
    "",
    " ",
    "\t\n",
    "NaN",
    "1e999",
    "-0",
    "9" * 5000,
    "1_000",
    "٣",  # a digit that is none of ASCII
    "é" * 200,
    "\u202e\U0010ffff\ufffe",
    "\x7f\x01\x1b",
    "Ω" * 2000,
    LONG,
    "../../etc/passwd",
    "a/../b",
    "%2e%2e%2f",
    "' OR 1=1 --",
    "%_%_%",
    "latest",
    "__kf_workspace__",
    "true",
]
_OTHERS = ["null", "true", "[]", "{}", "[[]]", "[null]", "[{}]", '[""]', "[1]", '{"a": 1}', '"\\ud800"', '"a\\u0000b"']
_FILTERS = [
    "(" * 3000,
    "a = 'b'",
    "name = 'a' AND " * 400 + "name = 'a'",
    "attributes.status = 'FINISHED' AND metrics.`a` > 1e999",
    "params.`a``b` = '1'",
    "tags.a LIKE '" + "%_" * 3000 + "'",
    "name ILIKE '" + "%a" * 500 + "%'",
    "run_id IN ()",
    "run_id IN (" + "'a'," * 3000 + "'a')",
    "name = '\u202e'",
    "metrics.a = NaN",
    "creation_time > " + "9" * 400,
    "version_number > 99999999999999999999",
    "name",
    "'",
    "`",
    "name = 'a' OR name = 'b'",
    "metrics.`" + "m" * 5000 + "` > 1",
    "tags.`mlflow.prompt.is_prompt` = 'true'",
]
_ORDERS = ["metrics.`a` DESC", "nothing", "name DESC DESC", "`", "'", "name; DROP", "metrics." + "m" * 5000, "params.a"]
_TOKENS = [
    base64.b64encode(text.encode()).decode()
    for text in ('{"offset": -1}', '{"offset": 1e400}', '{"offset": "x"}', "[]", "{", '{"offset": ' + "9" * 30 + "}")
]
_SOURCES = [
    "models:/",
    "models:/m@",
    "models:/{name}/99999999999999999999",
    "models:/{name}/" + "9" * 5000,
    "models:/{name}/٣",
    "models:/{name}/1",
    "models:/m-" + "0" * 32,
    "runs:/../x",
    "runs:/{run_id}/../../x",
    "runs:/{run_id}/model",
    "mlflow-artifacts:/..",
    "mlflow-artifacts://[::1/x",
    "file:///etc/passwd",
    "s3://[::1",
    "s3://a:b:c@:99999999/x",
    "//",
    "\u202e",
    "http://a/b",
    "dbfs:/x",
]
_JSON_TEXTS = [
    *["[" * depth + "]" * depth for depth in DEPTHS],
    *['{"uri":' * depth + "1" + "}" * depth for depth in DEPTHS],
    *[
        json.dumps({"run_id": "r", "artifact_path": path, "utc_time_created": "t", "flavors": flavors})
        for path in ("a", LONG, "../..", ["a"], {"a": 1}, None, "\ud800", "a\0b")
        for flavors in ({"sklearn": {}}, {"\ud800": {}}, [], {LONG: 1})
    ],
    '{"uri": "\\ud800"}',
    '{"uri": "a\\u0000b"}',
    json.dumps({"uri": LONG}),
    '{"run_id": 1e400, "artifact_path": ' + "9" * 5000 + ', "utc_time_created": NaN, "flavors": {}}',
    "nothing",
]
_OF_KIND: dict[str, Sequence[str]] = {
    "filter": _FILTERS,
    "order_by": _ORDERS,
    "field_name": _ORDERS,
    "page_token": _TOKENS,
    "source": [*_SOURCES, *_JSON_TEXTS],
    "model_json": _JSON_TEXTS,
    "schema": _JSON_TEXTS,
    "profile": _JSON_TEXTS,
    "version": ["01", " 1", "1.0", "1e0", "99999999999999999999", "latest", "-1"],
    "status": ["FINISHED", "3", "99", "LOGGED_MODEL_READY"],
    "stage": ["production", "None", "Archived"],
    "key": ["mlflow.parentRunId", "mlflow.runName", "mlflow.note.content", "mlflow.log-model.history", "a//b", "."],
    "value": ["{run_id}", "0"],
    "run_name": ["a"],
}
"""Texts for fields of these names."""
_DATA_SET = [
    Field(name, str) for name in ("name", "digest", "source_type", "source", "schema", "profile")
]  # log-inputs reads them itself


class Sent(NamedTuple):
    """A request: its method, its address, and its fields as JSON texts by name."""

    name: str
    method: str
    address: str
    fields: dict[str, str]

    @property
    def body(self) -> bytes:
        """The fields as a body, as they are: JSON may be broken by them."""
        return ("{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in self.fields.items()) + "}").encode()

    @property
    def query(self) -> list[tuple[str, str]]:
        """The fields as arguments of a query; lists are repeated."""
        found: list[tuple[str, str]] = []
        for name, text in self.fields.items():
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                value = text
            for each in value if isinstance(value, list) else [value]:
                shown = each if isinstance(each, str) else json.dumps(each)
                found.append((name, shown[:3000].encode("utf-8", "ignore").decode()))
        return found

    def __repr__(self) -> str:
        return f"{self.method} {self.address} {self.body[:300]!r}"


_NEW = count()


def world(door: Door) -> dict[str, Any]:
    """Make an experiment, a run, a logged model, and a registered model; return good values of all fields."""
    name = f"n{next(_NEW)}"
    tag = {"key": "k", "value": "v"}
    experiment = door.experiment(name, tags=[tag])
    run = door.run(experiment, tags=[tag])
    point = {"key": "auc", "value": 0.5, "timestamp": 1, "step": 1}
    door.post("runs/log-batch", run_id=run, metrics=[point], params=[{"key": "p", "value": "1"}])
    model = door.post("logged-models", experiment_id=experiment, name="m", source_run_id=run, tags=[tag])["model"][
        "info"
    ]
    data_set = {"name": "d", "digest": "1", "source_type": "local", "source": '{"uri": "s3://b/d"}'}
    door.post("runs/log-inputs", run_id=run, datasets=[{"dataset": data_set}])
    door.post("registered-models/create", name=name, tags=[tag])
    door.post("model-versions/create", name=name, source="s3://b/m", tags=[tag])
    door.post("registered-models/alias", name=name, alias="best", version="1")
    told = {"run_id": run, "artifact_path": "m", "utc_time_created": "t", "flavors": {"a": {}}}
    return {
        **_ALWAYS,
        **dict.fromkeys(("name", "experiment_name"), name),
        **dict.fromkeys(("run_id", "run_uuid", "source_run_id"), run),
        "new_name": f"{name}new",
        "experiment_id": experiment,
        "experiment_ids": [experiment],
        "run_ids": [run],
        "model_id": model["model_id"],
        "metrics": [point],
        "datasets": [{"dataset": data_set, "tags": [tag]}],
        "models": [{"model_id": model["model_id"], "step": 1}],
        "model_json": json.dumps(told),
    }


_ALWAYS = {
    **dict.fromkeys(("key", "tag_key"), "k"),
    **{each: [{"key": "k", "value": "v"}] for each in ("tags", "params")},
    **dict.fromkeys(("value", "version", "dataset_digest"), "1"),
    **dict.fromkeys(("timestamp", "step", "start_time", "start_step"), 1),
    **dict.fromkeys(("end_time", "end_step", "max_results"), 9),
    "metric_key": "auc",
    "status": "LOGGED_MODEL_READY",
    "alias": "best",
    "stage": "Staging",
    "source": "s3://b/m",
    "dataset_name": "d",
}
"""Good values of fields, whatever they are about."""


def good_call(name: str, good: dict[str, Any]) -> Sent:
    """Return a call as a client makes it; `good` has good values of fields by their names."""
    return _sent(name, _fields(name, good), good)


def calls_of(name: str, good: dict[str, Any]) -> Iterator[Sent]:
    """Yield a call with odd values, one after the other."""
    fields = _fields(name, good)
    for field in CALLS[name].fields:
        for text in _odd(name, field, good):
            yield _sent(name, {**fields, field.name: text}, good)


def _fields(name: str, good: dict[str, Any]) -> dict[str, str]:
    return {each.name: json.dumps(_good(name, each.name, good)) for each in CALLS[name].fields if _is_used(each, good)}


def _is_used(field: Field, good: dict[str, Any]) -> bool:
    return field.name in good and (field.is_required or field.name not in ("run_uuid", "page_token"))


def _good(name: str, field: str, good: dict[str, Any]) -> Any:
    if field == "name" and name in ("experiments/create", "registered-models/create"):
        return f"{good['name']}x"
    if name == "logged-models/search":
        return [] if field == "datasets" else good[field]
    return "FINISHED" if (name, field) == ("runs/update", "status") else good[field]


def _odd(name: str, field: Field, good: dict[str, Any]) -> Iterator[str]:
    """Yield odd values of a field, as JSON."""
    yield from _NUMBERS
    yield from _OTHERS
    for depth in DEPTHS:
        yield "[" * depth + "]" * depth
        yield '{"a":' * depth + "1" + "}" * depth
    for text in [*_TEXTS, *_OF_KIND.get(field.name, ())]:
        yield json.dumps(_filled(text, good))
    if field.elements:
        [*first] = [f"{json.dumps(each.name)}: {json.dumps(good.get(each.name, 'a'))}" for each in field.elements]
        yield f"[{', '.join(['{' + ', '.join(first) + '}'] * 1100)}]"
    for each in field.elements:
        others = {other.name: json.dumps(good.get(other.name, "a")) for other in field.elements if other is not each}
        for text in _odd(name, each, good):
            yield _list_of_one({**others, each.name: text})
    if name == "runs/log-inputs" and field.name == "datasets":
        yield from _odd_data_sets(name, good)


def _odd_data_sets(name: str, good: dict[str, Any]) -> Iterator[str]:
    whole = {key: json.dumps(value) for key, value in good["datasets"][0]["dataset"].items()}
    for each in _DATA_SET:
        for text in _odd(name, each, good):
            yield _list_of_one({"dataset": _object({**whole, each.name: text})})
    for text in _odd(name, Field("tags", list, elements=(Field("key", str), Field("value", str))), good):
        yield _list_of_one({"dataset": _object(whole), "tags": text})
    for text in [*_NUMBERS, *_OTHERS]:
        yield _list_of_one({"dataset": text})


def _object(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {text}" for key, text in fields.items()) + "}"


def _list_of_one(fields: dict[str, str]) -> str:
    return f"[{_object(fields)}]"


def _filled(text: str, good: dict[str, Any]) -> str:
    return text.replace("{name}", good["name"]).replace("{run_id}", good["run_id"])


def _sent(name: str, fields: dict[str, str], good: dict[str, Any]) -> Sent:
    """Return a request; ids in the address are taken from its fields, or are good ones if those cannot be there."""
    method, address = ADDRESSES.get(name, ("", name))
    for each in ("model_id", "tag_key"):
        if f"{{{each}}}" in address:
            address = address.replace(f"{{{each}}}", str(good[each]))
    return Sent(name, method, address, fields)
