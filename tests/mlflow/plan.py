"""What to ask a tracking server: a sequence of client calls, made from a seed alone.

What a call is about is named by the call that makes it ("the third experiment"), not by an id. So two servers are asked
the same to the end, even after they have answered differently. What stays out: sending (calls.py). This file also runs
in the environment of MLflow's client, so it imports nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Any

KEYS = ["loss", "acc", "val/acc", "a b", "ünï.x", "lr-1", "x:y", "Loss"]
BAD_KEYS = ["a//b", "../x", "$", "/a", "a'b", "k" * 251, "."]
TEXTS = ["a", "b", "A", "0.1", "ünï 🙂", "it's", "100%_", " x\ny ", "v" * 6000, "v" * 6001, "w" * 8001]
TIMES = [0, 1, 2, 5, 1000, 10**9]
STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
LOCATIONS = ["s3://bucket/place", "s3://bucket/other/", "gs://b/x?y=1"]
ACTIVE_ONLY, DELETED_ONLY, ALL = 1, 2, 3
DEFAULT_EXPERIMENT = "0"
LEAST = 4
"""How many calls of each kind a plan has at least."""
Arguments = dict[str, Any]
Terms = list[list[str]]


@dataclass(frozen=True)
class Made:
    """What a call has made: the experiment or the run of the call with this number among its kind."""

    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.what} {self.number}"


@dataclass(frozen=True)
class Step:
    """One call: a method of MLflow's client and its arguments, in which `Made` stands for an id."""

    kind: str
    arguments: Arguments


@dataclass
class Thing:
    """What the plan believes of an experiment or a run, to ask about something that is there more often than not."""

    made: Made
    parent: Made | None = None
    deleted: bool = False
    tags: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)


@dataclass
class World:
    """The memory of a plan. An entry that is wrong costs nothing but an uninteresting call."""

    prefix: str
    experiments: list[Thing] = field(default_factory=list)
    runs: list[Thing] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def next(self, what: str) -> Made:
        """Return what stands for the outcome of the next call that makes an experiment or a run."""
        number = self._numbers.get(what, 0)
        self._numbers[what] = number + 1
        return Made(what, number)

    def experiment(self, rng: Random, *, deleted: float = 0.08) -> Thing:
        """Draw an experiment, now and then one that is deleted or was never made."""
        return _draw(rng, self.experiments, "experiment", deleted)

    def run(self, rng: Random, *, deleted: float = 0.06) -> Thing:
        """Draw a run, now and then one that is deleted or was never made."""
        return _draw(rng, self.runs, "run", deleted)

    def start_time(self) -> int:
        """Return a time of start that no other run of the plan has: order among equal ones is by id, which differs."""
        return 10_000 + 7919 * self._numbers["run"] % 5003


def _draw(rng: Random, things: list[Thing], what: str, deleted: float) -> Thing:
    if not things or rng.random() < 0.03:
        return Thing(Made(what, 10_000 + rng.randrange(100)))
    wanted = rng.random() < deleted
    return rng.choice([thing for thing in things if thing.deleted is wanted] or things)


def plan(seed: int, length: int, kinds: Collection[str]) -> list[Step]:
    """Return a sequence of calls of these kinds; the same for the same arguments.

    The first calls make experiments and runs, so that the rest has something to be about.
    """
    rng, world = Random(seed), World(f"s{seed} ")
    chosen = [kind for kind in KINDS if kind in kinds]
    weights = [KINDS[kind][0] for kind in chosen]
    first = ["create_experiment"] * 3 + ["create_run"] * 6
    rest = [kind for kind in chosen for _ in range(LEAST)]
    rest += rng.choices(chosen, weights, k=max(length - len(first) - len(rest), 0))
    rng.shuffle(rest)
    return [Step(kind, KINDS[kind][1](rng, world)) for kind in [*first, *rest]]


def _key(rng: Random, known: Collection[str] = (), *, bad: float = 0.06, again: float = 0.5) -> str:
    if known and rng.random() < again:
        return rng.choice(sorted(known))
    return rng.choice(BAD_KEYS if rng.random() < bad else KEYS)


def _tags(rng: Random) -> dict[str, str] | None:
    return {rng.choice(KEYS): rng.choice(TEXTS) for _ in range(rng.randint(1, 3))} if rng.random() < 0.5 else None


def _create_experiment(rng: Random, world: World) -> Arguments:
    made = world.next("experiment")
    name = f"{world.prefix}{made.number}"
    location = rng.choice(LOCATIONS) if rng.random() < 0.4 else None
    tags = _tags(rng)
    wrong = rng.random()
    if wrong < 0.08:
        name = rng.choice(["Default", f"{world.prefix}0"])
    elif wrong < 0.12:
        name += "n" * 500
    elif wrong < 0.16:
        location = "s3://b/x#part"
    elif wrong < 0.2:
        tags = {**(tags or {}), rng.choice(BAD_KEYS): "x"}
    else:
        world.experiments.append(Thing(made, tags=set(tags or ())))
    return {"name": name, "artifact_location": location, "tags": tags}


def _get_experiment(rng: Random, world: World) -> Arguments:
    if rng.random() < 0.1:
        return {"experiment_id": rng.choice([DEFAULT_EXPERIMENT, "abc", "1.5", "-1"])}
    return {"experiment_id": world.experiment(rng).made}


def _get_experiment_by_name(rng: Random, world: World) -> Arguments:
    number = rng.randrange(len(world.experiments) + 2)
    return {"name": rng.choice(["Default", "default", *[f"{world.prefix}{number}"] * 6])}


def _rename_experiment(rng: Random, world: World) -> Arguments:
    new_name = rng.choice(["0", "1", f"renamed {rng.randrange(100)}", f"Ü {rng.randrange(100)}", "n" * 500])
    return {"experiment_id": world.experiment(rng, deleted=0.1).made, "new_name": world.prefix + new_name}


def _delete_experiment(rng: Random, world: World) -> Arguments:
    thing = world.experiment(rng)
    _mark(world, thing, deleted=True)
    return {"experiment_id": thing.made}


def _restore_experiment(rng: Random, world: World) -> Arguments:
    thing = world.experiment(rng, deleted=0.9)
    _mark(world, thing, deleted=False)
    return {"experiment_id": thing.made}


def _mark(world: World, experiment: Thing, *, deleted: bool) -> None:
    experiment.deleted = deleted
    for run in world.runs:
        if run.parent == experiment.made:
            run.deleted = deleted


def _set_experiment_tag(rng: Random, world: World) -> Arguments:
    thing, key = world.experiment(rng), _key(rng)
    if key in KEYS:
        thing.tags.add(key)
    return {"experiment_id": thing.made, "key": key, "value": rng.choice(["", True, 5, *TEXTS])}


def _delete_experiment_tag(rng: Random, world: World) -> Arguments:
    thing = world.experiment(rng)
    key = _key(rng, thing.tags, again=0.8)
    thing.tags.discard(key)
    return {"experiment_id": thing.made, "key": key}


def _create_run(rng: Random, world: World) -> Arguments:
    """Make a run. Those of the default experiment, which no search covers, get random names: these differ."""
    made = world.next("run")
    parent = None if rng.random() < 0.1 else world.experiment(rng)
    tags = _tags(rng)
    name = rng.choice(["first", "ünï 🙂", "  ", "n" * 300]) if parent else rng.choice([None, ""])
    if rng.random() < 0.15:
        tags = {**(tags or {}), "mlflow.runName": rng.choice(["first", "by tag"])}
        name = rng.choice([name, None])
    if parent is None or (parent in world.experiments and not parent.deleted):
        world.runs.append(Thing(made, parent and parent.made, tags=set(tags or ())))
    return {
        "experiment_id": parent.made if parent else DEFAULT_EXPERIMENT,
        "start_time": world.start_time() if rng.random() < 0.9 else None,
        "tags": tags,
        "run_name": name,
    }


def _one_run(rng: Random, world: World) -> Arguments:
    return {"run_id": world.run(rng, deleted=0.15).made}


def _update_run(rng: Random, world: World) -> Arguments:
    status = rng.choice([None, *STATUSES])
    return {"run_id": world.run(rng).made, "status": status, "name": rng.choice([None, "", "second", "n" * 300])}


def _set_terminated(rng: Random, world: World) -> Arguments:
    end_time = rng.choice([None, 20_000, 20_001, 99_999])
    return {"run_id": world.run(rng).made, "status": rng.choice([None, *STATUSES]), "end_time": end_time}


def _delete_run(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    thing.deleted = True
    return {"run_id": thing.made}


def _restore_run(rng: Random, world: World) -> Arguments:
    thing = world.run(rng, deleted=0.9)
    thing.deleted = False
    return {"run_id": thing.made}


def _value(rng: Random) -> float:
    """Draw a value, but not 0: whether NaN after it is the latest one is a known difference (docs/mlflow.md)."""
    special = [1.0, 0.1, -1.0, 1e300, 5e-324, 2.0**53, float("nan"), float("inf"), float("-inf")]
    return rng.choice(special) if rng.random() < 0.3 else round(rng.uniform(-10, 10), 3) or 0.5


def _point(rng: Random, thing: Thing, *, bad: float = 0.06) -> Arguments:
    key = _key(rng, thing.metrics, bad=bad)
    if key in KEYS:
        thing.metrics.add(key)
    timestamp = rng.choice(TIMES) if rng.random() < 0.5 else rng.randrange(2000)
    timestamp = -1 if rng.random() < bad / 3 else timestamp
    step = rng.choice([0, 1, -2, 2**40, rng.randrange(20)])
    return {"key": key, "value": _value(rng), "timestamp": timestamp, "step": step}


def _log_metric(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    return {"run_id": thing.made, **_point(rng, thing)}


def _log_param(rng: Random, world: World) -> Arguments:
    return {"run_id": world.run(rng).made, "key": _key(rng), "value": rng.choice(["", 5, 0.5, True, *TEXTS])}


def _set_tag(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    key = "mlflow.runName" if rng.random() < 0.1 else _key(rng)
    if key not in BAD_KEYS:
        thing.tags.add(key)
    return {"run_id": thing.made, "key": key, "value": rng.choice(["", True, *TEXTS])}


def _delete_tag(rng: Random, world: World) -> Arguments:
    """Delete a tag, but not that of the name: whether the run is then found by it is a known difference."""
    thing = world.run(rng)
    key = _key(rng, thing.tags - {"mlflow.runName"}, again=0.8)
    thing.tags.discard(key)
    return {"run_id": thing.made, "key": key}


def _log_batch(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    metrics = [_point(rng, thing, bad=0.005) for _ in range(rng.choice([0, 1, 5, 30]))]
    params = [(f"{_key(rng, bad=0.02)}{rng.randrange(20)}", rng.choice(TEXTS)) for _ in range(rng.choice([0, 0, 1, 2]))]
    tags = [(_key(rng, bad=0.02), rng.choice(TEXTS)) for _ in range(rng.choice([0, 0, 1, 2]))]
    thing.tags.update(key for key, _ in tags)
    return {"run_id": thing.made, "metrics": metrics, "params": params, "tags": tags}


def _get_metric_history(rng: Random, world: World) -> Arguments:
    with_metrics = [thing for thing in world.runs if thing.metrics]
    thing = rng.choice(with_metrics) if with_metrics and rng.random() < 0.9 else world.run(rng)
    return {"run_id": thing.made, "key": _key(rng, thing.metrics)}


def _history_page(rng: Random, world: World) -> Arguments:
    found = _get_metric_history(rng, world)
    max_results = rng.choice([1, 2, 7, 25_000]) if rng.random() < 0.9 else rng.choice([0, -1])
    return {"run_id": found["run_id"], "metric_key": found["key"], "max_results": max_results}


def _some_runs(rng: Random, world: World) -> list[Made]:
    """Draw different runs, now and then none or too many."""
    drawn = {world.run(rng).made: None for _ in range(rng.choice([0, 1, 2, 4, 4, 8]))}
    return [Made("run", 10_000 + number) for number in range(101)] if rng.random() < 0.03 else list(drawn)


def _histories(rng: Random, world: World) -> Arguments:
    """Ask for histories of several runs, whole: their order is by id, so it would matter where they are cut."""
    runs = _some_runs(rng, world)
    return {"run_id": runs, "metric_key": rng.choice(KEYS)}


def _histories_between(rng: Random, world: World) -> Arguments:
    runs = _some_runs(rng, world)
    bounds = rng.choice([{}, {}, {"start_step": -2, "end_step": 12}, {"start_step": 1, "end_step": 1}])
    bounds = rng.choice([{"start_step": 3}, {"start_step": 5, "end_step": 4}]) if rng.random() < 0.1 else bounds
    most = rng.choice([0, 2501]) if rng.random() < 0.06 else rng.choice([1, 2, 3, 5, 2500])
    return {"run_ids": runs, "metric_key": rng.choice(KEYS), **bounds, "max_results": most}


def _log_inputs(rng: Random, world: World) -> Arguments:
    """Make data sets. No two experiments share one: what then holds is a known difference (docs/mlflow.md)."""
    thing = world.run(rng)
    datasets = [
        {
            "name": f"{world.prefix}{thing.parent} {rng.choice(['train', 'test', 'ünï'])}".ljust(_length(rng), "n"),
            "digest": rng.choice(["d1", "d2"]),
            "source_type": "local",
            "source": rng.choice(["/data/one", "/data/two"]),
            "schema": rng.choice([None, '{"a": "int"}']),
            "profile": rng.choice([None, '{"rows": 5}']),
            "tags": {"mlflow.data.context": rng.choice(["training", "evaluation"])} if rng.random() < 0.7 else {},
        }
        for _ in range(rng.choice([0, 1, 1, 2]))
    ]
    return {"run_id": thing.made, "datasets": datasets}


def _length(rng: Random) -> int:
    return rng.choice([500, 501]) if rng.random() < 0.05 else 0


def _search(rng: Random, terms: Terms, orders: Terms) -> Arguments:
    conditions = [_term(rng, terms) for _ in range(rng.choice([0, 0, 1, 1, 1, 2]))]
    order_by = [_term(rng, [group]) for group in rng.sample(orders, rng.choice([1, 1, 2]))]
    return {
        "filter_string": rng.choice([" AND ", " AND ", " and "]).join(conditions),
        "order_by": rng.choice([None, order_by]),
        "max_results": rng.choice([0, 50_001]) if rng.random() < 0.04 else rng.choice([1, 2, 5, 1000, 1000, 1000]),
    }


def _term(rng: Random, groups: Terms) -> str:
    return rng.choice(WRONG_TERMS if rng.random() < 0.06 else rng.choice(groups))


def _search_experiments(rng: Random, world: World) -> Arguments:
    found = _search(rng, EXPERIMENT_TERMS, EXPERIMENT_ORDERS)
    own = f"name LIKE '{world.prefix}%'"
    found["filter_string"] = f"{own} AND {found['filter_string']}" if found["filter_string"] else own
    return {**found, "view_type": rng.choice([ACTIVE_ONLY, DELETED_ONLY, ALL])}


def _search_runs(rng: Random, world: World) -> Arguments:
    experiments: list[Any] = [world.experiment(rng).made for _ in range(rng.choice([0, 2, 5, 8, 8, 8]))]
    if rng.random() < 0.03:
        experiments.append("abc")
    found = _search(rng, RUN_TERMS, RUN_ORDERS)
    view = rng.choice([ACTIVE_ONLY, ACTIVE_ONLY, ALL, ALL, DELETED_ONLY])
    return {"experiment_ids": experiments, **found, "run_view_type": view}


EXPERIMENT_TERMS: Terms = [
    ["name != 'x'", "name ILIKE '%RENAMED%'", "name LIKE '%_0'", "attribute.name LIKE '%1%'"],
    ["creation_time > 0", "last_update_time < 5"],
    ["tags.acc = 'a'", "tag.`a b` != 'a'", "tags.`ünï.x` LIKE '%'", "tags.Loss ILIKE 'A'"],
]
EXPERIMENT_ORDERS: Terms = [["name", "name DESC", "attribute.name desc"], ["experiment_id ASC"], ["creation_time"]]
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
KINDS: dict[str, tuple[float, Callable[[Random, World], Arguments]]] = {
    "create_experiment": (2, _create_experiment),
    "get_experiment": (3, _get_experiment),
    "get_experiment_by_name": (2, _get_experiment_by_name),
    "rename_experiment": (2, _rename_experiment),
    "delete_experiment": (1, _delete_experiment),
    "restore_experiment": (1.5, _restore_experiment),
    "set_experiment_tag": (2, _set_experiment_tag),
    "delete_experiment_tag": (2, _delete_experiment_tag),
    "create_run": (5, _create_run),
    "get_run": (9, _one_run),
    "update_run": (3, _update_run),
    "set_terminated": (3, _set_terminated),
    "delete_run": (1.5, _delete_run),
    "restore_run": (2, _restore_run),
    "log_metric": (7, _log_metric),
    "log_param": (5, _log_param),
    "set_tag": (5, _set_tag),
    "delete_tag": (3, _delete_tag),
    "log_batch": (6, _log_batch),
    "get_metric_history": (6, _get_metric_history),
    "GET metrics/get-history": (3, _history_page),
    "GET metrics/get-history-bulk": (3, _histories),
    "GET metrics/get-history-bulk-interval": (4, _histories_between),
    "log_inputs": (3, _log_inputs),
    "search_experiments": (4, _search_experiments),
    "search_runs": (6, _search_runs),
}
"""The kinds of calls, by the method of MLflow's client: how often each is made, and what makes its arguments.

For a read that the client has no method for, the name is that of the request.
"""
