"""The calls of MLflow's interface that are served: each by its name, with its rule and the fields that it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from lineal.mlflow import (
    data_set_search,
    experiments,
    histories,
    inputs,
    model_search,
    models,
    older_models,
    registry,
    runs,
    searching,
    versions,
)
from lineal.mlflow.requests import Field, Request, as_list, as_name, as_number, as_text, as_texts, as_truth, as_whole
from lineal.service.calls import Call
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session

Rule = Callable[[Session, KnownTypes, Request], dict[str, Any]]


class Served(NamedTuple):
    """How a call is served: by which rule, and what it takes."""

    call: Call
    fields: tuple[Field, ...]


def _read(rule: Rule, *fields: Field) -> Served:
    return Served(Call(rule), fields)


def _write(rule: Rule, *fields: Field) -> Served:
    return Served(Call(rule, writes=True, needs_own_tables=True), fields)


def _audited(rule: Rule, *fields: Field) -> Served:
    """Return a call that is always in the audit log, as all that moves aliases or takes records away."""
    return Served(Call(rule, writes=True, is_audited=True, needs_own_tables=True), fields)


def _text(name: str) -> Field:
    return Field(name, as_text)


def _needed(name: str) -> Field:
    return Field(name, as_text, is_required=True)


def _whole(name: str, *, is_required: bool = False) -> Field:
    return Field(name, as_whole, is_required=is_required)


def _list(name: str, *elements: Field, is_required: bool = False) -> Field:
    return Field(name, as_list, is_required=is_required, elements=elements)


_RUN = (_text("run_id"), _text("run_uuid"))
_TAGS = _list("tags", _text("key"), _text("value"))
_POINT = (
    _needed("key"),
    Field("value", as_number, is_required=True),
    _whole("timestamp", is_required=True),
    _whole("step"),
    _text("model_id"),
    _text("dataset_name"),
    _text("dataset_digest"),
)
_PAIR = (_needed("key"), _text("value"))
_ANY_PAIR = (_text("key"), _text("value"))
"""A parameter or a tag of a logged model, whose key may be empty."""

_NAME = _needed("name")
_TAGS_OF_REGISTRY = _list("tags", *_PAIR)
_VERSION = (_NAME, _needed("version"))
_DATA_SET = (_needed("dataset_name"), _text("dataset_digest"))
_SEARCH = (_text("filter"), Field("order_by", as_texts), _whole("max_results"), _text("page_token"))

CALLS: dict[str, Served] = {
    "experiments/create": _write(experiments.create_experiment, _needed("name"), _text("artifact_location"), _TAGS),
    "experiments/get": _read(experiments.get_experiment, _needed("experiment_id")),
    "experiments/get-by-name": _read(experiments.get_experiment_by_name, _needed("experiment_name")),
    "experiments/update": _write(experiments.update_experiment, _needed("experiment_id"), _needed("new_name")),
    "experiments/delete": _write(experiments.delete_experiment, _needed("experiment_id")),
    "experiments/restore": _write(experiments.restore_experiment, _needed("experiment_id")),
    "experiments/set-experiment-tag": _write(experiments.set_experiment_tag, _needed("experiment_id"), *_PAIR),
    "experiments/delete-experiment-tag": _write(
        experiments.delete_experiment_tag, _needed("experiment_id"), _needed("key")
    ),
    "experiments/search-datasets": _read(
        data_set_search.search_data_sets, Field("experiment_ids", as_texts, is_required=True)
    ),
    "experiments/search": _read(searching.search_experiments, *_SEARCH, Field("view_type", as_name)),
    "runs/search": _read(
        searching.search_runs, *_SEARCH, Field("experiment_ids", as_texts), Field("run_view_type", as_name)
    ),
    "runs/create": _write(
        runs.create_run,
        _needed("experiment_id"),
        _text("user_id"),
        _text("run_name"),
        _whole("start_time"),
        _TAGS,
    ),
    "runs/get": _read(runs.get_run, *_RUN),
    "runs/update": _write(runs.update_run, *_RUN, Field("status", as_name), _whole("end_time"), _text("run_name")),
    "runs/delete": _write(runs.delete_run, _needed("run_id")),
    "runs/restore": _write(runs.restore_run, _needed("run_id")),
    "runs/log-metric": _write(runs.log_metric, *_RUN, *_POINT),
    "runs/log-parameter": _write(runs.log_parameter, *_RUN, *_PAIR),
    "runs/set-tag": _write(runs.set_tag, *_RUN, *_PAIR),
    "runs/delete-tag": _write(runs.delete_tag, _needed("run_id"), _needed("key")),
    "runs/log-batch": _write(
        runs.log_batch, _needed("run_id"), _list("metrics", *_POINT), _list("params", *_PAIR), _list("tags", *_PAIR)
    ),
    "runs/log-inputs": _write(
        inputs.log_inputs, _needed("run_id"), _list("datasets"), _list("models", _needed("model_id"))
    ),
    "runs/log-model": _write(older_models.log_model, _needed("run_id"), _needed("model_json")),
    "runs/outputs": _write(
        inputs.log_outputs, _needed("run_id"), _list("models", _needed("model_id"), _whole("step"), is_required=True)
    ),
    "logged-models/create": _write(
        models.create_model,
        _needed("experiment_id"),
        _text("name"),
        _text("model_type"),
        _text("source_run_id"),
        _list("params", *_ANY_PAIR),
        _list("tags", *_ANY_PAIR),
    ),
    "logged-models/get": _read(models.get_model, _needed("model_id")),
    "logged-models/finalize": _write(models.finalize_model, _needed("model_id"), _needed("status")),
    "logged-models/delete": _write(models.delete_model, _needed("model_id")),
    "logged-models/set-tags": _write(models.set_model_tags, _needed("model_id"), _list("tags", *_ANY_PAIR)),
    "logged-models/delete-tag": _write(models.delete_model_tag, _needed("model_id"), _needed("tag_key")),
    "logged-models/log-params": _write(models.log_model_params, _needed("model_id"), _list("params", *_ANY_PAIR)),
    "logged-models/search": _read(
        model_search.search_models,
        Field("experiment_ids", as_texts, is_required=True),
        _text("filter"),
        _list("datasets", *_DATA_SET),
        _list(
            "order_by",
            _needed("field_name"),
            Field("ascending", as_truth),
            _text("dataset_name"),
            _text("dataset_digest"),
        ),
        _whole("max_results"),
        _text("page_token"),
    ),
    "metrics/get-history": _read(
        histories.metric_history, *_RUN, _needed("metric_key"), _text("page_token"), _whole("max_results")
    ),
    "metrics/get-history-bulk": _read(
        histories.bulk_history, Field("run_id", as_texts), _needed("metric_key"), _whole("max_results")
    ),
    "metrics/get-history-bulk-interval": _read(
        histories.bulk_history_interval,
        Field("run_ids", as_texts),
        _needed("metric_key"),
        _whole("start_step"),
        _whole("end_step"),
        _whole("max_results"),
    ),
    "registered-models/create": _write(registry.create_model, _NAME, _TAGS_OF_REGISTRY, _text("description")),
    "registered-models/get": _read(registry.get_model, _NAME),
    "registered-models/update": _write(registry.update_model, _NAME, _text("description")),
    "registered-models/rename": _audited(registry.rename_model, _NAME, _needed("new_name")),
    "registered-models/delete": _audited(registry.delete_model, _NAME),
    "registered-models/search": _read(registry.search_models, *_SEARCH),
    "registered-models/get-latest-versions": _read(registry.latest_versions, _NAME, Field("stages", as_texts)),
    "registered-models/set-tag": _write(registry.set_model_tag, _NAME, *_PAIR),
    "registered-models/delete-tag": _audited(registry.delete_model_tag, _NAME, _needed("key")),
    "registered-models/set-alias": _audited(registry.set_alias, _NAME, _needed("alias"), _needed("version")),
    "registered-models/get-by-alias": _read(registry.version_by_alias, _NAME, _needed("alias")),
    "registered-models/delete-alias": _audited(registry.remove_alias, _NAME, _needed("alias")),
    "model-versions/create": _write(
        versions.create_version,
        _NAME,
        _needed("source"),
        _text("run_id"),
        _TAGS_OF_REGISTRY,
        _text("run_link"),
        _text("description"),
        _text("model_id"),
    ),
    "model-versions/get": _read(versions.get_version, *_VERSION),
    "model-versions/update": _write(versions.update_version, *_VERSION, _text("description")),
    "model-versions/transition-stage": _audited(
        versions.transition_stage, *_VERSION, _needed("stage"), Field("archive_existing_versions", as_truth)
    ),
    "model-versions/delete": _audited(versions.delete_version, *_VERSION),
    "model-versions/search": _read(versions.search_versions, *_SEARCH),
    "model-versions/get-download-uri": _read(versions.download_uri, *_VERSION),
    "model-versions/set-tag": _write(versions.set_version_tag, *_VERSION, *_PAIR),
    "model-versions/delete-tag": _write(versions.delete_version_tag, *_VERSION, _needed("key")),
}
"""The calls by the ends of their addresses."""
