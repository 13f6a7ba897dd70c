"""What a filter and an order of MLflow say: terms, each about one key.

What stays out: the text that they come from (parser.py) and the rows that they select (store/rows/run_search.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Value: TypeAlias = str | int | float | tuple[str, ...] | None


class Family(Enum):
    """What the key of a term names."""

    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    DATASET = "dataset"


class Operator(Enum):
    """How a term compares; the value is how MLflow writes it."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"


@dataclass(frozen=True)
class Term:
    """One comparison of a filter; all terms of a filter must hold.

    Attributes:
        family: what the key names.
        key: the key without quotes; of an attribute, its name and not another spelling of it ("start_time", never
            "Created").
        operator: how it is compared.
        value: a number for metrics and times, a tuple of texts for IN and NOT IN, None for IS NULL and IS NOT NULL,
            and a text otherwise.
    """

    family: Family
    key: str
    operator: Operator
    value: Value


@dataclass(frozen=True)
class OrderTerm:
    """One key of an order.

    Attributes:
        family: what the key names.
        key: the key, as in `Term`.
        ascending: the direction.
    """

    family: Family
    key: str
    ascending: bool = True
