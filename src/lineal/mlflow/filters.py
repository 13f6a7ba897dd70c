"""The filter of a request."""

from __future__ import annotations

from lineal import filter as filters
from lineal.filter.mlflow import Search, Term, parse_filter
from lineal.mlflow.requests import Request
from lineal.store.engine.session import Session


def terms_of(session: Session, request: Request, search: Search) -> tuple[Term, ...]:
    """Return the terms of the filter of a request, none if it has no filter.

    Raises:
        InvalidArgumentError: it is longer than the server allows, or no filter of this search.
    """
    text = request.text("filter")
    filters.require_length(text, session.limits.max_filter_bytes, name="filter")
    return parse_filter(text, search)
