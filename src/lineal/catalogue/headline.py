"""The metrics that stand for records: which one a list shows first, and which numbers one record shows at its top.

A metric that is reported (by the record's own JSON or by an evaluation of it) counts. A property that is a number
counts if its name is well known or its record is a record of metrics: `layers` of a model is no result. What stays out:
reading the values (cards.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from lineal import conventions
from lineal.kinds import ARTIFACT, Kind
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows

MOST = 4
Family = Literal["model", "data", "metric", "other"]

_KNOWN = {name: place for place, name in enumerate(conventions.HEADLINE_METRICS)}
# Where a metric was measured, as writers put it before the name; results on data of the training say least.
_PLACES = ("", "test", "eval", "evaluation", "val", "valid", "validation", "dev", "train", "training")
_PLACE = re.compile(rf"({'|'.join(filter(None, _PLACES))})[_/.:-]+(?=.)")
# The same words as in the web UI (ui/src/lineage/looks.ts), which gives a type its icon by them; a test compares both.
WORDS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("metric", re.compile(r"metric|evaluat|slicing|confusion|report|\bloads?\b")),
    ("model", re.compile(r"model|encoder|checkpoint")),
    ("data", re.compile(r"data|example|statistic|schema|\bcsv|\btables?\b|feature")),
)


_WORD_END = re.compile(r"[a-z0-9](?=[A-Z])|[A-Z](?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")


def words_of(type_name: str) -> str:
    """Return the words of a type's name in lower case: "CSVTable" and "csv_table" are "csv table"."""
    return _BETWEEN.sub(" ", _WORD_END.sub(r"\g<0> ", type_name)).lower()


def family_of(type_name: str) -> Family:
    """Return what the records of an artifact type are, by the words in its name."""
    words = words_of(type_name)
    return next((family for family, known in WORDS if known.search(words)), "other")


def is_of_metrics(kind: Kind, type_name: str) -> bool:
    """Say whether the numbers of a record of a type are results: those of an execution are parameters."""
    return kind is ARTIFACT and family_of(type_name) == "metric"


def ranked(counts: Mapping[str, int]) -> list[str]:
    """Return names of metrics, the headline first.

    Well-known names come first, then those that most records have, ties by name. A well-known name that is rare beside
    the others counts as any other: its column would be empty. What MLflow measures of the machine comes last.

    Args:
        counts: how many records have each metric.
    """
    most = max(counts.values(), default=0)

    def place(name: str) -> tuple[bool, int, int, int, str]:
        known, measured = _known(name)
        if counts[name] * 10 < most:
            known = len(_KNOWN)
        is_of_machine = name.startswith(conventions.MLFLOW_SYSTEM_METRICS)
        return is_of_machine, known, measured if known < len(_KNOWN) else 0, -counts[name], name

    return sorted((name for name in counts if not name.startswith(conventions.INTERNAL_PREFIX)), key=place)


def _known(name: str) -> tuple[int, int]:
    """Return the place of a name among the well-known ones, and of where it was measured; the last if it is none."""
    plain = name.lower().replace("-", "_").replace(" ", "_")
    measured = _PLACE.match(plain)
    if measured:
        plain = plain[measured.end() :]
    return _KNOWN.get(plain, len(_KNOWN)), _PLACES.index(measured[1]) if measured else 0


def of_record(
    type_name: str, reported: Collection[str], stated: Collection[str], *, kind: Kind = ARTIFACT
) -> list[str]:
    """Return the names of up to four headline metrics of a record.

    Args:
        type_name: its type.
        reported: the metrics that its JSON or its evaluations report.
        stated: its properties that are numbers.
        kind: its kind.
    """
    counts = counting(dict.fromkeys(reported, 1), dict.fromkeys(stated, 1), is_of_metrics(kind, type_name))
    return ranked(counts)[:MOST]


def of_nodes(session: Session, kind: Kind, ids: Sequence[int], families: Collection[Family]) -> list[str]:
    """Return the names of up to four headline metrics of nodes whose types are of some families."""
    reported = facet_rows.by_metric(session, kind, ids)
    are_metrics = set(families) == {"metric"}
    return ranked(counting(reported, facet_rows.by_number(session, kind, ids), are_metrics))[:MOST]


def counting(reported: Mapping[str, int], stated: Mapping[str, int], are_metrics: bool) -> Counter[str]:
    """Return how many records have each metric, with the numbers among their properties that are results."""
    results = {name: count for name, count in stated.items() if not conventions.is_given(name)}
    counted = Counter({name: count for name, count in results.items() if are_metrics or _known(name)[0] < len(_KNOWN)})
    for name, count in reported.items():
        counted[name] = max(counted[name], count)
    return counted
