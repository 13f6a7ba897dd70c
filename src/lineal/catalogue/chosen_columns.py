"""Columns that the server chooses for a list: `headline` is a metric, `default` what suits the type and the search.

What stays out: which metric is the headline (headline.py), the columns that records fill (facets.py), and how a column
is written in the web UI.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lineal import conventions
from lineal.catalogue import headline
from lineal.catalogue.headline import Family
from lineal.filter.search import Comparison, Group, Has, Key, Query
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import search as found_rows
from lineal.store.index.search import Selection

HEADLINE = "headline"
DEFAULT = "default"
SAMPLE = 2000
_COUNTED = 200
_HASH = 0x9E3779B1  # multiplied by it, neighbours come far apart
_METRICS = "metrics"
# A row has its fields in any case; a list must ask for its values.
_OF_ARTIFACTS: dict[Family, tuple[str, ...]] = {
    "model": ("name", "version", "labels", "aliases", HEADLINE, "made_by", "state", "created"),
    "data": ("name", "version", "labels", "aliases", HEADLINE, "made_by", "workspace", "created"),
    "metric": ("name", _METRICS, "labels", "made_by", "workspace", "created"),
    "other": ("name", "version", "labels", HEADLINE, "made_by", "workspace", "created"),
}
_OF_ALL_TYPES: dict[Kind, tuple[str, ...]] = {
    ARTIFACT: ("name", "version", "type", "state", "made_by", "workspace", "created"),
    EXECUTION: ("name", "type", "state", "failure", "duration", "workspace", "run", "created"),
}
"""What a list has whose search names no type, as the web UI shows it (ui/src/list/columns.ts)."""
_PARAMS = "params"
_OF_EXECUTIONS = ("name", "state", "failure", "duration", HEADLINE, _PARAMS, "run", "workspace", "created")
_OF_MLFLOW_RUNS = ("name", "state", "duration", _METRICS, _PARAMS, "prop.user_id", "created")
_MOST_PARAMS = 4
_FEW = 50
"""Of how many executions the parameters are looked at, to choose those that say most."""
_LONGEST_PARAM = 100


class Chosen(NamedTuple):
    """What the columns of a list are.

    Attributes:
        shown: the keys of the values to show.
        headline: the metric that stands for the records, if it was asked for and they have one.
        defaults: all columns of the list, fields of a row included; None unless they were asked for and the search
            names types of one family, or something that is a column: an alias, a label, a metric or a property.
    """

    shown: list[str]
    headline: str | None = None
    defaults: list[str] | None = None


def choose(
    session: Session, types: KnownTypes, selection: Selection, columns: Sequence[str], read: Sequence[int] | None
) -> Chosen:
    """Return the columns of a list with `headline` and `default` replaced by what they stand for.

    Args:
        session: the session.
        types: the known types.
        selection: the nodes that are listed.
        columns: the columns that were asked for.
        read: ids of the selection that have been read (index.search.first_ids), if they have.
    """
    kind = selection.kind
    searched = _searched(selection.query) if DEFAULT in columns and kind in _OF_ALL_TYPES else []
    has_defaults = DEFAULT in columns and _names_type(selection.query)
    if HEADLINE not in columns and not has_defaults:
        defaults = _with_searched(_OF_ALL_TYPES[kind], searched) if searched else None
        return Chosen(replaced(columns, None, defaults), defaults=defaults)
    ids = found_rows.sample_ids(session, selection, limit=SAMPLE) if read is None else read
    families = _families(session, types, kind, ids)
    metrics = [f"metric.{name}" for name in _headlines(session, kind, ids, families)]
    defaults = list(_OF_ALL_TYPES[kind]) if searched else None
    if has_defaults and len(families) == 1:
        if kind is not EXECUTION:
            defaults = _defaults(kind, families[0], metrics)
        else:
            params = _params(session, _spread(ids, _FEW))
            of_mlflow = _are_mlflow_runs(session, types, ids)
            defaults = _of_mlflow_runs(params, metrics) if of_mlflow else _of_executions(params, metrics)
    first = metrics[0].partition(".")[2] if metrics else None
    defaults = defaults and _with_searched(defaults, searched)
    return Chosen(replaced(columns, first, defaults), first, defaults)


def for_nodes(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int], columns: Sequence[str]) -> Chosen:
    """Return the columns of nodes that are given with `headline` replaced by what it stands for."""
    first: list[str] = []
    if HEADLINE in columns and ids:
        first = headline.of_nodes(session, kind, ids, _families(session, types, kind, ids))
    name = first[0] if first else None
    return Chosen(replaced(columns, name, None), name)


def replaced(columns: Sequence[str], first: str | None, defaults: Sequence[str] | None) -> list[str]:
    """Return keys of values with `headline` and `default` replaced by the keys that they stand for."""
    values = [key for key in defaults or () if key.startswith(("metric.", "prop.", "label."))]
    own = {HEADLINE: [f"metric.{first}"] if first else [], DEFAULT: values}
    return list(dict.fromkeys(key for column in columns for key in own.get(column, [column])))


def _headlines(session: Session, kind: Kind, ids: Sequence[int], families: Sequence[Family]) -> list[str]:
    """Return the headline metrics of some of the nodes, or of all if those have none.

    To count the metrics of all takes longer than to read a page.
    """
    few = _spread(ids, _COUNTED)
    return headline.of_nodes(session, kind, few, families) or headline.of_nodes(session, kind, ids, families)


def _spread(ids: Sequence[int], most: int) -> list[int]:
    """Return some of the ids in the order of a hash, so that every part of them is there, such as every second one."""
    return sorted(ids, key=lambda node_id: node_id * _HASH % 2**32)[:most]


def _families(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> list[Family]:
    """Return the families of the types of nodes, each once; those of executions are all one."""
    type_ids = facet_rows.by_column(session, kind, "type_id", ids)
    if kind is not ARTIFACT:
        return ["other"] if type_ids else []
    types.load(session, type_ids)
    return list({headline.family_of(types.name(session, type_id)) for type_id in type_ids})


def _names_type(query: Query) -> bool:
    terms = [term.body for term in query.terms if not term.negated]
    return any(isinstance(body, Comparison) and body.key.field == "type" and body.operator != "!=" for body in terms)


def _searched(query: Query) -> list[str]:
    """Return the columns of what a search compares: `alias=production metric.auc>0.9` has aliases and metric.auc."""
    found: list[str] = []
    for term in query.terms:
        if isinstance(term.body, Group):
            found += [column for option in term.body.options for column in _searched(option)]
        elif isinstance(term.body, (Comparison, Has)) and not term.negated:
            found += _column_of(term.body.key)
    return list(dict.fromkeys(found))


def _column_of(key: Key) -> list[str]:
    if key.name and key.field in _VALUES:
        return [f"{key.field}.{key.name}"]
    return [_FIELDS[key.field]] if key.field in _FIELDS else []


_VALUES = ("label", "metric", "prop")
_FIELDS = {"alias": "aliases", "label": "labels", "uri": "uri", "run": "run", "state": "state", "error": "failure"}


def _with_searched(columns: Sequence[str], searched: Sequence[str]) -> list[str]:
    """Put the columns that a list lacks behind those that say which record it is."""
    at = 1 + max((columns.index(each) for each in ("name", "version", "type") if each in columns), default=-1)
    return [*columns[:at], *[each for each in searched if each not in columns], *columns[at:]]


def _defaults(kind: Kind, family: Family, metrics: Sequence[str]) -> list[str] | None:
    """Return all columns of a list of artifacts of one family; None for contexts, which have the same for all types."""
    if kind is CONTEXT:
        return None
    own = {HEADLINE: metrics[:1], _METRICS: metrics}
    return [key for column in _OF_ARTIFACTS[family] for key in own.get(column, [column])]


def _of_executions(params: list[str], metrics: Sequence[str]) -> list[str]:
    own = {HEADLINE: metrics[:1], _PARAMS: params}
    return [key for column in _OF_EXECUTIONS for key in own.get(column, [column])]


def _are_mlflow_runs(session: Session, types: KnownTypes, ids: Sequence[int]) -> bool:
    type_ids = facet_rows.by_column(session, EXECUTION, "type_id", ids)
    types.load(session, type_ids)
    return {types.name(session, type_id) for type_id in type_ids} == {conventions.MLFLOW_RUN}


def _of_mlflow_runs(params: list[str], metrics: Sequence[str]) -> list[str]:
    of_machine = f"metric.{conventions.MLFLOW_SYSTEM_METRICS}"
    own = {_PARAMS: params, _METRICS: [key for key in metrics if not key.startswith(of_machine)]}
    return [key for column in _OF_MLFLOW_RUNS for key in own.get(column, [column])]


def _params(session: Session, ids: Sequence[int]) -> list[str]:
    """Return the columns of some parameters of executions, those in which some of them differ first."""
    values: dict[str, list[str | float]] = {}
    prefix = conventions.PARAM_PREFIX
    for _, name, value in facet_rows.values_beginning(session, EXECUTION, prefix, ids, longest=_LONGEST_PARAM):
        values.setdefault(name, []).append(value)

    def place(name: str) -> tuple[bool, int, str]:
        found = values[name]
        return len(set(found)) == 1 and len(found) == len(ids), -len(found), name

    return [f"prop.{name}" for name in sorted(values, key=place)[:_MOST_PARAMS]]
