"""The rules of searching for runs and experiments: MLflow's filters and orders, views, and pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lineal.filter.mlflow import EXPERIMENTS, RUNS, parse_order
from lineal.kinds import CONTEXT, EXECUTION
from lineal.mlflow import experiments, matching, page_sizes, page_tokens, runs, stored_form, workspaces
from lineal.mlflow.filters import terms_of
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages
from lineal.store.rows.run_order import Place
from lineal.store.rows.run_search import View, find_runs

Fields = dict[str, Any]
_USUAL_PAGE = 1000
_VIEWS = {
    "ACTIVE_ONLY": View.ACTIVE,
    "DELETED_ONLY": View.DELETED,
    "ALL": View.ALL,
    "1": View.ACTIVE,
    "2": View.DELETED,
    "3": View.ALL,
}
_STAGES = {View.ACTIVE: {stored_form.ACTIVE}, View.DELETED: {stored_form.DELETED}}


def search_runs(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the runs of experiments that meet a filter.

    Raises:
        InvalidArgumentError: the filter, the order, the page or the id of an experiment is wrong.
    """
    found = find_runs(
        session,
        experiment_ids=_ids(session, types, request),
        terms=terms_of(session, request, RUNS),
        order=parse_order(request.list("order_by"), RUNS),
        view=_view(request.text("run_view_type")),
        after=_place(request.text("page_token")),
        limit=page_sizes.read(request, usual=_USUAL_PAGE),
    )
    nodes = node_messages(session, types, EXECUTION, found.runs)
    answer: Fields = {"runs": runs.whole_runs(session, types, request, nodes)} if nodes else {}
    return answer if found.next is None else {**answer, "next_page_token": _token(found.next)}


def _ids(session: Session, types: KnownTypes, request: Request) -> list[int]:
    """Return the ids of the contexts of the experiments that a request names, those that are there.

    Raises:
        InvalidArgumentError: an id is no number.
    """
    given = request.list("experiment_ids")
    for each in given:
        experiments.require_number(each)
    return [each.id for each in experiments.by_ids(session, types, request, given)]


def search_experiments(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the experiments of the workspace that meet a filter.

    Raises:
        InvalidArgumentError: the filter, the order or the page is wrong.
    """
    terms = terms_of(session, request, EXPERIMENTS)
    order = parse_order(request.list("order_by"), EXPERIMENTS)
    most = page_sizes.read(request, usual=0)
    start = page_tokens.read(request.text("page_token"))
    stages = _STAGES.get(_view(request.text("view_type")))
    known = [
        each
        for each in _all(session, types, request)
        if (stages is None or each["lifecycle_stage"] in stages) and matching.matches(each, terms)
    ]
    return page_tokens.page("experiments", matching.in_order(known, order), start=start, most=most)


def _all(session: Session, types: KnownTypes, request: Request) -> list[Fields]:
    type_id = types.id_of(session, CONTEXT, stored_form.EXPERIMENT_TYPE, "")
    rows = node_rows.nodes_by_type(session, CONTEXT, type_id) if type_id is not None else []
    nodes: Sequence[Any] = node_messages(session, types, CONTEXT, rows)
    own = [node for node in nodes if stored_form.workspace_of(node) == request.workspace]
    if not any(stored_form.experiment_id_of(each) == stored_form.DEFAULT_ID for each in own):
        own.append(workspaces.default_experiment(session, types, request.workspace))  # not stored yet
    return [stored_form.experiment_fields(each, root=request.root) for each in own]


def _view(text: str) -> View:
    """Return the view of a name or number; what is no view is the one of active ones, as for MLflow's server."""
    return _VIEWS.get(text, View.ACTIVE)


def _token(place: Place) -> str:
    return pages.packed(json.dumps(place).encode())


def _place(token: str) -> Place | None:
    try:
        found = json.loads(pages.unpacked(token)) if token else None
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise page_tokens.bad(token) from None
    if found is not None and not isinstance(found, list):
        raise page_tokens.bad(token)
    return None if found is None else tuple(found)
