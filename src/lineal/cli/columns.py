"""The columns of listings: which there are, which are shown by default, and what `--columns` names.

What stays out: printing them (output/forms.py), and reading the records (ls.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lineal import errors
from lineal.cli import mistakes
from lineal.cli.output import Column, time_column
from lineal.cli.things import CONTEXTS, DATASETS, EXECUTIONS, METRICS, MODELS, RUNS, TYPES, WORKSPACES, Things
from lineal.conventions import is_given

_TIMES = {"created": "create_time_since_epoch", "updated": "last_update_time_since_epoch"}
_MAPS = {"label": "labels", "metric": "metrics", "prop": "properties"}
_FIELDS = ("id", "kind", "type", "type_id", "name", "external_id", "version", "state", "uri", "workspace", "run")
_OF_NODES = (*_FIELDS, "aliases", "duration", "labels", "metrics", "properties", "custom_properties", *_TIMES)
_OF_TYPES = ("id", "kind", "name", "version", "description", "external_id", "properties")
_OF_RUNS = ("id", "name", "workspace", "context_id", "artifacts", "executions", "states", *_TIMES)
# Those with a question mark are left out of a table if no record has a value.
_DEFAULTS = {
    MODELS.name: "id name version? aliases? workspace? state? labels? metrics? created",
    DATASETS.name: "id name version? aliases? workspace? labels? uri? created",
    METRICS.name: "id name workspace? labels? metrics created",
    EXECUTIONS.name: "id type name workspace? run? state created",
    CONTEXTS.name: "id type name labels? created",
    WORKSPACES.name: "id name labels? created",
    TYPES.name: "id kind name version properties",
    RUNS.name: "id name workspace? artifacts executions states created",
}
_OF_ARTIFACTS = "id type name version? aliases? workspace? labels? state uri created"
_PIECE = re.compile(r'((?:[^,"]|"(?:[^"\\]|\\.)*")*)(?:,|$)')


def known_columns(things: Things) -> Sequence[str]:
    """Return the columns that things have, without those of single labels, metrics and properties."""
    return {TYPES.name: _OF_TYPES, RUNS.name: _OF_RUNS}.get(things.name, _OF_NODES)


def columns_of(things: Things, text: str | None) -> list[Column]:
    """Return the columns that a list of names asks for, or the default ones.

    Raises:
        InvalidArgumentError: there is no such column.
    """
    if text is None:
        names = _DEFAULTS.get(things.name, _OF_ARTIFACTS).split()
        return [_column(name.removesuffix("?"), is_optional=name.endswith("?")) for name in names]
    names = _names(text)
    if not names:
        raise errors.InvalidArgumentError("--columns names no column; write for example --columns id,name,metric.auc")
    for name in names:
        _require(name, things)
    return [_column(name) for name in names]


def needs_search(columns: Sequence[Column]) -> bool:
    """Say whether columns show what only a search knows: a metric, which evaluations may have reported."""
    return any(column.title.startswith("metric.") for column in columns)


def _names(text: str) -> list[str]:
    """Split a list at its commas, except within quotation marks, and take the marks away."""
    pieces = [piece.strip() for piece in _PIECE.findall(text)]
    return [re.sub(r'"((?:[^"\\]|\\.)*)"', r"\1", piece) for piece in pieces if piece]


def _require(name: str, things: Things) -> None:
    family, _, rest = name.partition(".")
    known = known_columns(things)
    if name in known or (rest and (family in _MAPS or is_given(name)) and known is _OF_NODES):
        return
    more = ", label.NAME, metric.NAME, prop.NAME, param.NAME" if known is _OF_NODES else ""
    raise errors.InvalidArgumentError(
        f"{things.name} have no column {mistakes.quoted(name)}{mistakes.meant(name, known)}; there are "
        f"{', '.join(known)}{more}"
    )


def _column(name: str, *, is_optional: bool = False) -> Column:
    from lineal.cli.text import duration

    family, _, rest = (f"prop.{name}" if is_given(name) else name).partition(".")
    if rest:
        return Column(name, lambda record: _inner(record, family, rest), is_optional=is_optional)
    if name == "aliases":
        return Column(name, lambda record: ", ".join(record.get(name, ())), is_optional=is_optional)
    if name == "duration":
        return Column(name, lambda record: record.get(name), duration, is_optional)
    if name in _TIMES:
        return time_column(name, lambda record: record.get(_TIMES[name]), is_optional=is_optional)
    return Column(name, lambda record: record.get(name), _shown, is_optional)


def _inner(record: Mapping[str, Any], family: str, name: str) -> Any:
    if family != "prop":
        return record[_MAPS[family]].get(name)
    return record["properties"].get(name, record["custom_properties"].get(name))


def _shown(value: Any) -> object:
    """Return a value for a table: an object as `name=value`, the names of a type's properties alone."""
    if not isinstance(value, dict):
        return value
    from lineal.cli.text import plain

    if all(isinstance(inner, str) and inner in _KINDS for inner in value.values()):
        return ", ".join(value)
    return ", ".join(
        f"{name}={_short(inner) if isinstance(inner, float) else plain(inner)}" for name, inner in value.items()
    )


_KINDS = frozenset(("INT", "DOUBLE", "STRING", "STRUCT", "PROTO", "BOOLEAN", "UNKNOWN"))


def _short(number: float) -> str:
    return f"{number:.6g}"
