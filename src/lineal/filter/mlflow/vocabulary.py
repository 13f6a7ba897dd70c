"""Which families, keys, operators and orders each search of MLflow has.

The lists are what an MLflow server 3.17 accepts. What stays out: reading the text (parser.py, order.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lineal.filter.mlflow.terms import Family, Operator


class ValueForm(Enum):
    """What the value of a comparison may be; the value says so in messages."""

    NUMBER = "a number"
    INTEGER = "a whole number"
    VERSION = "a whole number, with or without quotes"
    TEXT = "a text in quotes"
    ID = "a whole number in quotes"
    TEXT_OR_NUMBER = "a text in quotes, or a number"


@dataclass(frozen=True)
class Comparable:
    """What can be compared with a key.

    Attributes:
        form: the form of a value, and of each value in a list.
        operators: the operators that the key has.
    """

    form: ValueForm
    operators: frozenset[Operator]


_NUMBERS = frozenset(
    {
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.LESS,
        Operator.AT_MOST,
        Operator.GREATER,
        Operator.AT_LEAST,
    }
)
_SAME = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
_TEXTS = _SAME | {Operator.LIKE, Operator.ILIKE}
LISTS = frozenset({Operator.IN, Operator.NOT_IN})
NULLS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})

_NUMBER = Comparable(ValueForm.NUMBER, _NUMBERS)
_INTEGER = Comparable(ValueForm.INTEGER, _NUMBERS)
_TEXT = Comparable(ValueForm.TEXT, _TEXTS)
_TEXT_OR_LIST = Comparable(ValueForm.TEXT, _TEXTS | LISTS)
_TEXT_OR_NULL = Comparable(ValueForm.TEXT, _TEXTS | NULLS)
_LOOSE = Comparable(ValueForm.TEXT_OR_NUMBER, _TEXTS | LISTS)


@dataclass(frozen=True)
class Search:
    """The vocabulary of one search.

    Attributes:
        families: the words before the dot of a key, as written.
        free: the families whose keys are the user's, and what can be compared with them.
        named: the families whose keys are known, the keys as written, and what can be compared with them.
        spellings: other spellings of attributes, and the attribute that each means.
        orders: the attributes that a result can be ordered by, as written.
        free_orders: the families whose keys, any at all, a result can be ordered by.
        repeats: whether an order may name a key twice.
        order_has_families: whether the key of an order may have a family, or quotes.
        quotes_families: whether a family may be in back quotes.
        folds_operators: whether LIKE, ILIKE and IN may be in small letters.
    """

    families: Mapping[str, Family]
    free: Mapping[Family, Comparable]
    named: Mapping[Family, Mapping[str, Comparable]]
    orders: frozenset[str]
    spellings: Mapping[str, str]
    free_orders: frozenset[Family] = frozenset()
    repeats: bool = False
    order_has_families: bool = True
    quotes_families: bool = False
    folds_operators: bool = True


_RUN_NAMES = {"run name": "run_name", "Run name": "run_name", "Run Name": "run_name"}
_CREATED = {"created": "start_time", "Created": "start_time"}
_RUN_KEYS = {
    **dict.fromkeys(("status", "user_id", "artifact_uri", "run_name"), _TEXT),
    "run_id": _TEXT_OR_LIST,
    "start_time": _NUMBER,
    "end_time": _NUMBER,
}

RUNS = Search(
    families={
        **dict.fromkeys(("metric", "metrics"), Family.METRIC),
        **dict.fromkeys(("parameter", "parameters", "param", "params"), Family.PARAM),
        **dict.fromkeys(("tag", "tags"), Family.TAG),
        **dict.fromkeys(("attribute", "attributes", "attr", "run"), Family.ATTRIBUTE),
        **dict.fromkeys(("dataset", "datasets"), Family.DATASET),
    },
    free={Family.METRIC: _NUMBER, Family.PARAM: _TEXT_OR_NULL, Family.TAG: _TEXT_OR_NULL},
    named={
        Family.ATTRIBUTE: _RUN_KEYS,
        Family.DATASET: dict.fromkeys(("name", "digest", "context"), _TEXT_OR_LIST),
    },
    spellings={**_RUN_NAMES, **_CREATED},
    orders=frozenset({*_RUN_KEYS, *_CREATED}),
    free_orders=frozenset({Family.METRIC, Family.PARAM, Family.TAG}),
    quotes_families=True,
)

_FEW_FAMILIES = {"attribute": Family.ATTRIBUTE, "tag": Family.TAG, "tags": Family.TAG}
EXPERIMENTS = Search(
    families=_FEW_FAMILIES,
    free={Family.TAG: _TEXT_OR_NULL},
    named={
        Family.ATTRIBUTE: {
            "name": _TEXT,
            "experiment_id": Comparable(ValueForm.ID, _SAME | LISTS),
            "creation_time": _INTEGER,
            "last_update_time": _INTEGER,
        }
    },
    spellings={},
    orders=frozenset({"name", "experiment_id", "creation_time", "last_update_time"}),
    repeats=True,
    folds_operators=False,
)

REGISTERED_MODELS = Search(
    families=_FEW_FAMILIES,
    free={Family.TAG: _TEXT},
    named={Family.ATTRIBUTE: {"name": _TEXT_OR_LIST}},
    spellings={"timestamp": "last_updated_timestamp"},
    orders=frozenset({"name", "timestamp", "last_updated_timestamp"}),
    order_has_families=False,
)

MODEL_VERSIONS = Search(
    families=_FEW_FAMILIES,
    free={Family.TAG: _TEXT},
    named={
        Family.ATTRIBUTE: {
            "name": _TEXT_OR_LIST,
            "run_id": _TEXT_OR_LIST,
            "source_path": _TEXT,
            "version_number": Comparable(ValueForm.VERSION, _NUMBERS),
        }
    },
    spellings={},
    orders=frozenset({"name", "version_number", "creation_timestamp", "last_updated_timestamp"}),
)

_LOGGED_MODEL_TEXTS = (
    "name",
    "model_id",
    "model_type",
    "status",
    "status_message",
    "source_run_id",
    "experiment_id",
    "artifact_location",
    "lifecycle_stage",
)
LOGGED_MODELS = Search(
    families={
        "attributes": Family.ATTRIBUTE,
        "metrics": Family.METRIC,
        "params": Family.PARAM,
        "tags": Family.TAG,
    },
    free={Family.METRIC: _NUMBER, Family.PARAM: _LOOSE, Family.TAG: _LOOSE},
    named={
        Family.ATTRIBUTE: {
            **dict.fromkeys(_LOGGED_MODEL_TEXTS, _LOOSE),
            **dict.fromkeys(("creation_timestamp", "creation_time", "last_updated_timestamp"), _NUMBER),
        }
    },
    spellings={"creation_time": "creation_timestamp"},
    orders=frozenset(
        {
            "name",
            "model_id",
            "model_type",
            "status",
            "source_run_id",
            "creation_timestamp",
            "creation_time",
            "last_updated_timestamp",
        }
    ),
    free_orders=frozenset({Family.METRIC}),
)
