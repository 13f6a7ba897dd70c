"""The language of MLflow's filters and orders: from text to terms.

    text → terms
           keys, values, parser, order         with the vocabulary of the search: runs, experiments, ...

It is not the language of `filter_query`: there is no OR, keys are quoted differently, and backslashes mean themselves.
What stays out: the rows that terms select (store/rows/run_search.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineal.errors import Details, InvalidArgumentError
from lineal.filter.mistakes import Mistake, shortened
from lineal.filter.mlflow.order import order_term
from lineal.filter.mlflow.parser import read_terms
from lineal.filter.mlflow.terms import Family, Operator, OrderTerm, Term
from lineal.filter.mlflow.vocabulary import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    Search,
)

__all__ = [
    "EXPERIMENTS",
    "LOGGED_MODELS",
    "MODEL_VERSIONS",
    "REGISTERED_MODELS",
    "RUNS",
    "Family",
    "Operator",
    "OrderTerm",
    "Search",
    "Term",
    "parse_filter",
    "parse_order",
]


def parse_filter(text: str, search: Search, *, name: str = "filter") -> tuple[Term, ...]:
    """Return the terms of a filter, all of which must hold; the empty text has none.

    Args:
        text: the filter.
        search: what is searched, such as RUNS.
        name: the parameter that the text is from, for messages.

    Raises:
        InvalidArgumentError: the text is no filter of this search; the message says where and what to write.
    """
    try:
        terms = tuple(read_terms(text, search))
    except Mistake as mistake:
        raise mistake.error(text, name=name) from None
    for term in terms:
        _require_unicode([term.key, *(term.value if isinstance(term.value, tuple) else [term.value])], name)
    return terms


def parse_order(texts: Sequence[str], search: Search, *, name: str = "order_by") -> tuple[OrderTerm, ...]:
    """Return the terms of an order, the first of which counts most.

    Args:
        texts: one key each, with ASC or DESC after it.
        search: what is searched.
        name: the parameter that the texts are from, for messages.

    Raises:
        InvalidArgumentError: a text is no term of an order, or two name the same key where the search refuses that.
    """
    terms = []
    for text in texts:
        try:
            terms.append(order_term(text, search))
        except Mistake as mistake:
            raise mistake.error(text, name=name) from None
    _require_unicode([term.key for term in terms], name)
    seen: dict[tuple[Family, str], str] = {}
    for term, text in zip(terms, texts, strict=True):
        key = (term.family, term.key)
        if key in seen and not search.repeats:
            problem = f"{shortened(seen[key])!r} and {shortened(text)!r} are the same key"
            raise InvalidArgumentError(f"{name}: {problem}; leave one out", Details(name, problem=problem))
        seen[key] = text
    return tuple(terms)


def _require_unicode(values: Iterable[object], name: str) -> None:
    """Refuse texts that no database takes."""
    for value in values:
        try:
            str(value).encode()
        except UnicodeEncodeError:
            problem = f"{shortened(str(value))!r} is not Unicode text: it holds half of a surrogate pair"
            raise InvalidArgumentError(f"{name}: {problem}", Details(name, problem=problem)) from None
