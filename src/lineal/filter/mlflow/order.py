"""From the texts of an MLflow `order_by` to the terms of an order: a key, and ASC or DESC."""

from __future__ import annotations

import re

from lineal.filter.mistakes import Mistake, shortened, suggestion
from lineal.filter.mlflow.keys import ORDER_KEY, resolved
from lineal.filter.mlflow.terms import Family, OrderTerm
from lineal.filter.mlflow.vocabulary import Search

_TERM = re.compile(rf"(?P<key>{ORDER_KEY})(?:\s+(?P<direction>ASC|DESC))?", re.VERBOSE | re.IGNORECASE)


def order_term(text: str, search: Search) -> OrderTerm:
    """Return the term of an order that a text is.

    Raises:
        Mistake: it is none.
    """
    match = _TERM.fullmatch(text)
    if match is None:
        raise Mistake(
            0, text, "this is not a key with ASC or DESC after it", "write one key, such as metrics.loss DESC"
        )
    ascending = (match["direction"] or "ASC").upper() == "ASC"
    if not search.order_has_families:
        return OrderTerm(Family.ATTRIBUTE, _attribute(match["key"], match["key"], search), ascending)
    family, name = resolved(match["key"], 0, search)
    if family is Family.ATTRIBUTE:
        return OrderTerm(family, _attribute(name, match["key"], search), ascending)
    if family not in search.free_orders:
        raise Mistake(0, text, f"the result has no order by {family.value}", suggestion("", sorted(search.orders)))
    return OrderTerm(family, name, ascending)


def _attribute(name: str, written: str, search: Search) -> str:
    """Return the attribute of an order, in its first spelling."""
    if name not in search.orders:
        raise Mistake(
            0, written, f"the result has no order by {shortened(name)!r}", suggestion(name, sorted(search.orders))
        )
    return search.spellings.get(name, name)
