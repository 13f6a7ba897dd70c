"""Searches for experiments, runs, registered models and versions, with generated filters and orders."""

from __future__ import annotations

from random import Random
from typing import Any

from .world import Arguments, Kinds, World

ACTIVE_ONLY, DELETED_ONLY, ALL = 1, 2, 3
Terms = list[list[str]]


def _search(rng: Random, terms: Terms, orders: Terms, *, most: int = 50_000) -> Arguments:
    conditions = [_term(rng, terms) for _ in range(rng.choice([0, 0, 1, 1, 1, 2]))]
    order_by = [_term(rng, [group]) for group in rng.sample(orders, rng.choice([1, 1, 2]))]
    return {
        "filter_string": rng.choice([" AND ", " AND ", " and "]).join(conditions),
        "order_by": rng.choice([None, order_by]),
        "max_results": rng.choice([0, most + 1]) if rng.random() < 0.04 else rng.choice([1, 2, 5, 1000, 1000, 1000]),
    }


def _term(rng: Random, groups: Terms) -> str:
    return rng.choice(WRONG_TERMS if rng.random() < 0.06 else rng.choice(groups))


def _search_experiments(rng: Random, world: World) -> Arguments:
    found = _of_plan(world, _search(rng, EXPERIMENT_TERMS, EXPERIMENT_ORDERS))
    return {**found, "view_type": rng.choice([ACTIVE_ONLY, DELETED_ONLY, ALL])}


def _search_registered_models(rng: Random, world: World) -> Arguments:
    found = _of_plan(world, _search(rng, REGISTERED_TERMS, REGISTERED_ORDERS, most=1000))
    return {**found, "max_results": found["max_results"] or 1001}


def _search_model_versions(rng: Random, world: World) -> Arguments:
    return _of_plan(world, _search(rng, VERSION_TERMS, VERSION_ORDERS, most=200_000))


def _of_plan(world: World, search: Arguments) -> Arguments:
    """Search among what this plan has named."""
    own = f"name LIKE '{world.prefix}%'"
    return {**search, "filter_string": f"{own} AND {search['filter_string']}" if search["filter_string"] else own}


def _search_runs(rng: Random, world: World) -> Arguments:
    experiments: list[Any] = [world.experiment(rng).made for _ in range(rng.choice([0, 2, 5, 8, 8, 8]))]
    if rng.random() < 0.03:
        experiments.append("abc")
    found = _search(rng, RUN_TERMS, RUN_ORDERS)
    view = rng.choice([ACTIVE_ONLY, ACTIVE_ONLY, ALL, ALL, DELETED_ONLY])
    return {"experiment_ids": experiments, **found, "run_view_type": view}


def _search_data_sets(rng: Random, world: World) -> Arguments:
    experiments: list[Any] = [world.experiment(rng).made for _ in range(rng.choice([1, 3, 6, 6]))]
    if rng.random() < 0.1:
        experiments = rng.choice([[], experiments * 21, ["abc"]])
    return {"experiment_ids": experiments}


EXPERIMENT_TERMS: Terms = [
    ["name != 'x'", "name ILIKE '%RENAMED%'", "name LIKE '%_0'", "attribute.name LIKE '%1%'"],
    ["creation_time > 0", "last_update_time < 5"],
    ["tags.acc = 'a'", "tag.`a b` != 'a'", "tags.`ünï.x` LIKE '%'", "tags.Loss ILIKE 'A'"],
]


EXPERIMENT_ORDERS: Terms = [["name", "name DESC", "attribute.name desc"], ["experiment_id ASC"], ["creation_time"]]
REGISTERED_TERMS: Terms = [
    ["name != 'x'", "name ILIKE '%MODEL%'", "name LIKE '%_1'", "attribute.name LIKE '%1%'", "name NOT IN ('a', 'b')"],
    ["tags.acc = 'a'", "tag.`a b` != 'a'", "tags.`ünï.x` LIKE '%'", "tags.Loss ILIKE 'A'"],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", "tags.`mlflow.prompt.is_prompt` = 'false'"],
]
REGISTERED_ORDERS: Terms = [["name", "name DESC"], ["timestamp", "last_updated_timestamp DESC"]]
VERSION_TERMS: Terms = [
    ["name != 'x'", "name ILIKE '%MODEL%'", "name LIKE '%_1'", "attribute.name LIKE '%1%'", "name NOT IN ('a', 'b')"],
    ["tags.acc = 'a'", "tag.`a b` != 'a'", "tags.`ünï.x` LIKE '%'", "tags.Loss ILIKE 'A'"],
    ["version_number > 1", "version_number = '1'", "version_number <= 2", "version_number != 1", "version_number < 3"],
    ["run_id = 'nope'", "run_id != 'nope'", "run_id IN ('nope', '')", "run_id LIKE 'n%'", "run_id = ''"],
    [
        "source_path LIKE 's3%'",
        "source_path = 's3://bucket/model'",
        "source_path ILIKE 'S3%'",
        "source_path != 'dbfs:/m'",
    ],
]
VERSION_ORDERS: Terms = [
    ["name", "name DESC", "attribute.name"],
    ["version_number", "version_number DESC"],
    ["creation_timestamp", "creation_timestamp DESC"],
    ["last_updated_timestamp", "last_updated_timestamp DESC"],
]
RUN_TERMS: Terms = [
    ["metrics.loss > 0", "metrics.`val/acc` <= 1.5", "metrics.acc != 1", "metric.Loss = 1", "metrics.`lr-1` < 1e3"],
    ["params.acc = 'a'", "params.loss != 'a'", "param.`a b` LIKE '%a%'", "params.Loss ILIKE 'A'"],
    ["params.acc IS NULL", "params.loss IS NOT NULL", "tags.acc IS NULL"],
    [
        "tags.acc = 'a'",
        "tag.`x:y` != 'b'",
        "tags.loss LIKE '%'",
        "tags.Loss ILIKE 'a%'",
        "tags.mlflow.runName = 'first'",
    ],
    ["status = 'RUNNING'", "attributes.status != 'RUNNING'", "attribute.start_time > 12000", "start_time <= 13000"],
    ["end_time >= 20000", "run_name LIKE 'f%'", "attributes.run_name ILIKE 'FIRST'", "run_id LIKE '%'"],
    ["artifact_uri LIKE 's3%'", "user_id != 'nobody'"],
]
RUN_ORDERS: Terms = [
    ["start_time", "attributes.start_time DESC"],
    ["run_name", "run_name DESC"],
    ["end_time", "end_time DESC"],
    ["status"],
    ["metrics.loss", "metrics.loss DESC", "metrics.nothing"],
    ["metric.`val/acc` ASC"],
    ["params.acc", "params.loss DESC"],
    ["tags.acc", "tag.`a b` DESC"],
]
"""Orders in groups, of which one is drawn each: the reference server fails if a column comes twice."""
WRONG_TERMS = [
    *["tags.acc = 5", "name = x", "name > 'a'", "nope = 'x'", "nope.x = 1", "name = 'a' OR name = 'b'", "loss >"],
    *[
        "metrics.loss > 'x'",
        "params.acc > '1'",
        "start_time > '5'",
        "(metrics.loss > 1)",
        "status IN ('FAILED')",
        "X Y",
    ],
]
KINDS: Kinds = {
    "search_experiments": (4, _search_experiments),
    "search_runs": (6, _search_runs),
    "POST experiments/search-datasets": (2, _search_data_sets),
    "search_registered_models": (3, _search_registered_models),
    "search_model_versions": (4, _search_model_versions),
}
