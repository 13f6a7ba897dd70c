"""The rule of searching for logged models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.filter.mlflow import LOGGED_MODELS, Family, parse_order
from lineal.kinds import ARTIFACT
from lineal.mlflow import experiments, found_models, matching, model_answers, page_sizes, page_tokens, stored_form
from lineal.mlflow.filters import terms_of
from lineal.mlflow.new_models import EXPERIMENT
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import DELETED
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.store.engine.session import Session
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_USUAL_PAGE = 100


def search_models(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the logged models of experiments that meet a filter.

    Raises:
        InvalidArgumentError: the filter, the order, the page or the id of an experiment is wrong.
    """
    terms = terms_of(session, request, LOGGED_MODELS)
    order = parse_order(
        [
            f"{each['field_name']} {'ASC' if each.get('ascending', True) else 'DESC'}"
            for each in request.list("order_by")
        ],
        LOGGED_MODELS,
    )
    most = page_sizes.read(request, usual=_USUAL_PAGE)
    start = page_tokens.read(request.text("page_token"))
    for each in request.list("experiment_ids"):
        experiments.require_number(each)
    models = [
        model
        for experiment in experiments.by_ids(session, types, request, request.list("experiment_ids"))
        for model in _of_experiment(session, types, experiment.id)
    ]
    data_sets, ordered_on = request.list("datasets"), request.list("order_by")
    has_points = bool(data_sets) or Family.METRIC in {
        *(each.family for each in terms),
        *(each.family for each in order),
    }
    listed = model_answers.whole(session, types, request, models, has_points=has_points)
    known = [each for each in listed if matching.model_matches(each, terms, data_sets)]
    found = page_tokens.page("models", matching.models_in_order(known, order, ordered_on), start=start, most=most)
    return found if has_points else _with_points(session, types, request, found, models)


def _with_points(
    session: Session, types: KnownTypes, request: Request, page: Fields, models: Sequence[pb.Artifact]
) -> Fields:
    """Return a page with the points of its models, which were found without any."""
    by_id = {model.properties["version"].string_value: model for model in models}
    shown = [by_id[each["info"]["model_id"]] for each in page.get("models", ())]
    return {**page, "models": model_answers.whole(session, types, request, shown)} if shown else page


def _of_experiment(session: Session, types: KnownTypes, experiment: int) -> list[pb.Artifact]:
    """Return the logged models of an experiment that are not deleted; its context has what its runs use, too."""
    found = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_context(session, ARTIFACT, experiment))
    return [
        each
        for each in found
        if found_models.is_model(each)
        and stored_form.lifecycle_of(each) != DELETED
        and each.custom_properties[EXPERIMENT].int_value == experiment
    ]
