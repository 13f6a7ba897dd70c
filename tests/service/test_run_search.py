"""Searches for runs of MLflow, on every engine: what is found, and in which order.

What is expected is what an MLflow server 3.17 answered for the same runs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lineal.errors import InvalidArgumentError
from lineal.filter.mlflow import RUNS, parse_filter, parse_order
from lineal.service import MetadataService
from lineal.store.rows.run_search import MOST_ORDER_TERMS, Place, View, find_runs
from lineal.store.workspaces.scope import Scope, Workspace
from lineal.store.workspaces.scoped_session import ScopedSession
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.mlflow_runs import RUN_PROPERTIES, Run, Runs

LARGEST = 1.7976931348623157e308
GIVEN = [
    Run("one", 100, metrics={"a": [1.0]}, params={"p": "abc", "q": "A"}, tags={"t": "x"}),
    Run("two", 200, metrics={"a": [5.0, 2.0]}, params={"p": "ABC", "q": "b"}, inputs=[("d2", "x2", "eval")]),
    Run("nan", 300, metrics={"a": [math.nan]}, params={"p": "aXc"}, tags={"t": "X"}, inputs=[("d1", "x1", "train")]),
    Run("inf", 400, metrics={"a": [math.inf]}, params={"p": "É"}, inputs=[("d1", "x1", "train"), ("D1", "x3", "")]),
    Run("ninf", 500, metrics={"a": [-math.inf]}, params={"p": "é"}),
    Run("miss", 600),
    Run("tie1", 100, metrics={"a": [1.0]}, params={"p": "abc "}),
    Run("tie2", 100, metrics={"a": [1.0]}, params={"p": "a%c"}),
    Run("big", 700, metrics={"a": [LARGEST]}, params={"p": "a\\c"}),
    Run("early", 0, params={"p": "a\nc"}, tags={"t": "y"}),
    Run("done", 50, end=1000, state=pb.Execution.COMPLETE),
    Run("failed", 51, end=1000, state=pb.Execution.FAILED),
    Run("killed", 52, end=900, state=pb.Execution.CANCELED),
    Run("planned", 53, state=pb.Execution.NEW),
    Run("gone", 55, metrics={"a": [3.0]}, archived=True),
]
NEWEST = "big miss ninf inf nan two one tie1 tie2 planned killed failed done early"
FILTERS = {
    "": NEWEST,
    "metrics.a = 1": "one tie1 tie2",
    "metrics.a != 1": "big ninf inf nan two",
    "metrics.a > 0": "big inf two one tie1 tie2",
    "metrics.a <= 0": "ninf",
    "metrics.a != 0": "big ninf inf nan two one tie1 tie2",
    "metrics.a = 0": "",
    "metrics.a >= 1.7976931348623157e308": "big inf",
    "metrics.a = 1e999": "",
    "metrics.a < 1e999": "big ninf inf two one tie1 tie2",
    "metrics.a > 0 AND metrics.a < 2": "one tie1 tie2",
    "metrics.b > 0": "",
    "params.p = 'abc'": "one",
    "params.p != 'abc'": "big ninf inf nan two tie1 tie2 early",
    "params.p LIKE 'a_c'": "big nan one tie2 early",
    "params.p LIKE 'ABC'": "two",
    "params.p ILIKE 'ABC%'": "two one tie1",
    "params.p LIKE '_'": "ninf inf",
    "params.p LIKE 'a\\%'": "big",
    "params.p LIKE 'a\\\\c'": "",
    "params.p LIKE '%[%'": "",
    "params.p LIKE ''": "",
    "params.p ILIKE 'é'": "ninf",
    "params.p = 'abc '": "tie1",
    "params.p IS NULL": "miss planned killed failed done",
    "params.q IS NOT NULL": "two one",
    "tags.t = 'x'": "one",
    "tags.t != 'x'": "nan early",
    "tags.T = 'x'": "",
    "tags.t ILIKE 'X'": "nan one",
    "tags.t IS NULL AND params.p IS NOT NULL": "big ninf inf two tie1 tie2",
    "run_name LIKE 't%'": "two tie1 tie2",
    "attributes.`Run Name` ILIKE 'ONE'": "one",
    "status = 'FINISHED'": "done",
    "status = 'finished'": "",
    "status ILIKE 'f%'": "failed done",
    "status LIKE '%I%ED'": "killed failed done",
    "status != 'RUNNING'": "planned killed failed done",
    "user_id = 'Ada'": "",
    "start_time = 100": "one tie1 tie2",
    "start_time = 100.5": "",
    "start_time >= 100.5 AND created < 300.5": "nan two",
    "start_time < 99999999999999999999": NEWEST,
    "end_time != 1000": "killed",
    "run_id = 'id-one'": "one",
    "run_id IN ('id-one', 'id-two', 'id-three')": "two one",
    "run_id NOT IN ('id-one') AND start_time = 100": "tie1 tie2",
    "artifact_uri LIKE '%tie_'": "tie1 tie2",
    "datasets.name = 'd1'": "inf nan",
    "datasets.name != 'd1'": "inf two",
    "datasets.name ILIKE 'D1' AND datasets.context = 'train'": "inf nan",
    "dataset.digest IN ('x2', 'x3')": "inf two",
    "datasets.context NOT IN ('train')": "two",
}
ORDERS = {
    "metrics.a": "ninf one tie1 tie2 two big inf nan miss planned killed failed done early",
    "metrics.a DESC": "big inf two one tie1 tie2 ninf nan miss planned killed failed done early",
    "metrics.b": NEWEST,
    "params.p": "two early tie2 nan big one tie1 inf ninf miss planned killed failed done",
    "params.p DESC": "ninf inf tie1 one big nan tie2 early two miss planned killed failed done",
    "start_time": "early done failed killed planned one tie1 tie2 two nan inf ninf miss big",
    "end_time": "killed failed done big miss ninf inf nan two one tie1 tie2 planned early",
    "end_time DESC": "failed done killed big miss ninf inf nan two one tie1 tie2 planned early",
    "status": "failed done killed big miss ninf inf nan two one tie1 tie2 early planned",
    "status DESC": "planned big miss ninf inf nan two one tie1 tie2 early killed done failed",
    "run_name": "big done early failed inf killed miss nan ninf one planned tie1 tie2 two",
    "run_id DESC": "two tie2 tie1 planned one ninf nan miss killed inf failed early done big",
    "tags.t, start_time": "nan one early done failed killed planned tie1 tie2 two inf ninf miss big",
    "metrics.a DESC, start_time": "inf big two one tie1 tie2 ninf nan early done failed killed planned miss",
    "metrics.a, params.p DESC": "ninf tie1 one tie2 two inf big nan early miss planned killed failed done",
}

Search = Callable[..., list[str]]


@pytest.fixture
def runs(service: MetadataService) -> Runs:
    return Runs(service)


@pytest.fixture
def search(service: MetadataService, runs: Runs) -> Search:
    """What searches an experiment with the given runs; another experiment has one of each kind, too."""
    experiment = runs.put_experiment("e")
    runs.put(runs.put_experiment("other"), Run("elsewhere", 100, metrics={"a": [1.0]}, params={"p": "abc"}))
    names = dict(zip(runs.put(experiment, *GIVEN), (run.name for run in GIVEN), strict=True))

    def find(text: str = "", order: Sequence[str] = (), *, view: View = View.ACTIVE, size: int = 100) -> list[str]:
        found: list[str] = []
        after: Place | None = None
        while True:
            ids, after = page(service, [experiment], text, order, view=view, after=after, size=size)
            found += [str(names[node_id]) for node_id in ids]
            if after is None:
                return found
            after = tuple(json.loads(json.dumps(after)))

    return find


def page(
    service: MetadataService,
    experiments: Sequence[int],
    text: str = "",
    order: Sequence[str] = (),
    *,
    view: View = View.ACTIVE,
    after: Place | None = None,
    size: int = 100,
) -> tuple[list[int], Place | None]:
    """Return the ids of a page of runs, and where the next one begins."""
    terms, keys = parse_filter(text, RUNS), parse_order(order, RUNS)
    found = service.database.read(
        lambda session: find_runs(
            session, experiment_ids=experiments, terms=terms, order=keys, view=view, after=after, limit=size
        )
    )
    return [run.id for run in found.runs], found.next


def test_filters_find_what_the_reference_finds(search: Search) -> None:
    assert {text: " ".join(search(text)) for text in FILTERS} == FILTERS


def test_orders_are_those_of_the_reference(search: Search) -> None:
    assert {text: " ".join(search("", text.split(", "))) for text in ORDERS} == ORDERS


def test_pages_go_on_after_every_run(search: Search) -> None:
    for text, names in ORDERS.items():
        for size in (1, 4):
            assert " ".join(search("", text.split(", "), size=size)) == names
    assert " ".join(search("metrics.a != 1", ["metrics.a DESC"], size=2)) == "big inf two ninf nan"


def test_a_view_says_whether_deleted_runs_are_found(search: Search) -> None:
    assert search("metrics.a = 3") == []
    assert search("metrics.a = 3", view=View.ALL) == ["gone"]
    assert search("", view=View.DELETED) == ["gone"]
    assert search("params.q IS NULL", ["start_time"], view=View.DELETED) == ["gone"]
    assert len(search("", view=View.ALL)) == len(GIVEN)


def test_runs_of_several_experiments_are_in_one_order(service: MetadataService, runs: Runs) -> None:
    experiments = [runs.put_experiment(name) for name in "abc"]
    ids = [runs.put(experiment, Run(f"r{n}", n))[0] for n, experiment in enumerate(experiments)]
    assert page(service, experiments[:2]) == (ids[1::-1], None)
    assert page(service, [*experiments, *range(5000, 5100)])[0] == ids[::-1]
    assert page(service, []) == ([], None)
    assert page(service, [ids[0] + 999]) == ([], None)


def test_runs_without_a_start_come_last_and_other_executions_never(service: MetadataService, runs: Runs) -> None:
    experiment = runs.put_experiment("e")
    ids = runs.put(experiment, Run("a", None), Run("b", 5), Run("c", None), Run(None, 7, run_id="d"))
    runs.type_id = put_other_type(runs)
    runs.put(experiment, Run("not a run", 6))
    wanted = [ids[3], ids[1], ids[0], ids[2]]
    assert page(service, [experiment]) == (wanted, None)
    found, after = page(service, [experiment], size=3)
    assert found == wanted[:3]
    assert page(service, [experiment], after=after)[0] == wanted[3:]
    assert page(service, [experiment], "start_time != 5") == ([ids[3]], None)
    assert page(service, [experiment], order=["run_name DESC"])[0] == [ids[2], ids[1], ids[0], ids[3]]


def put_other_type(runs: Runs) -> int:
    """Put another type with the properties of a run; return its id."""
    given = pb.ExecutionType(name="other", properties=RUN_PROPERTIES)
    answer = runs.service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=given))
    return int(answer.type_id)


def test_a_store_without_metrics_has_runs(service: MetadataService, runs: Runs) -> None:
    experiment = runs.put_experiment("e")
    ids = runs.put(experiment, Run("a", 1), Run("b", 2))
    assert page(service, [experiment], "metrics.a > 1") == ([], None)
    found, after = page(service, [experiment], order=["metrics.a", "start_time"], size=1)
    assert found == ids[:1]
    assert page(service, [experiment], order=["metrics.a", "start_time"], after=after)[0] == ids[1:]


def test_a_scope_hides_runs_of_other_workspaces(service: MetadataService) -> None:
    shared = Runs(service).put_experiment("e")
    ids = Runs(service).put(shared, Run("a", 1, metrics={"m": [1.0]}), Run("b", 2, params={"p": "x"}))
    ids += Runs(service, "strangers").put(shared, Run("c", 3, metrics={"m": [1.0]}, params={"p": "x"}))
    terms, order = parse_filter("metrics.m = 1", RUNS), parse_order(["params.p", "metrics.m"], RUNS)

    def of(workspace: str, **options: Any) -> list[int]:
        scope = Scope((Workspace(workspace),))
        found = service.database.read(
            lambda session: find_runs(ScopedSession.of(session, scope), experiment_ids=[shared], limit=9, **options)
        )
        return [run.id for run in found.runs]

    assert of("team") == ids[1::-1]
    assert of("team", terms=terms) == ids[:1]
    assert of("team", order=order) == ids[1::-1]
    assert of("strangers", terms=terms, order=order) == ids[2:]


@pytest.mark.parametrize(
    "place", [(), (0,), (0, 1, "x", "y"), ("0", 1, "x"), (0, "1", "x"), (0, 1, None), (True, 1, "x")]
)
def test_a_place_of_another_order_is_refused(service: MetadataService, runs: Runs, place: Place) -> None:
    with pytest.raises(InvalidArgumentError, match="page_token is not one of this filter and order"):
        page(service, [runs.put_experiment("e")], after=place)


def test_what_is_too_long_is_refused(service: MetadataService, runs: Runs) -> None:
    experiment = runs.put_experiment("e")
    many = [f"params.p{number}" for number in range(MOST_ORDER_TERMS + 1)]
    with pytest.raises(InvalidArgumentError, match="order_by has 31 terms; 30 are the most"):
        page(service, [experiment], order=many)
    assert page(service, [experiment], order=many[:-1]) == ([], None)
    with pytest.raises(InvalidArgumentError, match=r"the pattern of LIKE for 'p' is longer than"):
        page(service, [experiment], f"params.p LIKE '{'*' * 20000}'")


@pytest.mark.slow  # PostgreSQL plans it for seconds
def test_a_hundred_conditions_are_the_most(service: MetadataService, runs: Runs) -> None:
    experiment = runs.put_experiment("e")
    terms = " AND ".join(f"params.p{number} LIKE '%{number}%' AND metrics.m > {number}" for number in range(50))
    assert page(service, [experiment], terms) == ([], None)
    with pytest.raises(InvalidArgumentError, match="filter has 101 conditions; 100 are the most"):
        page(service, [experiment], f"{terms} AND status = 'RUNNING'")


def test_pages_from_the_front_of_the_order_are_complete(service: MetadataService, runs: Runs) -> None:
    experiment, other = runs.put_experiment("e"), runs.put_experiment("other")
    given = [Run(f"{n:02}", n // 7, params={"p": str(n % 5)}, tags={"rare": "x"} if n == 20 else {}) for n in range(60)]
    ids = dict(zip(runs.put(experiment, *given), given, strict=True))
    runs.put(other, *[Run(f"o{n}", 5, params={"p": "1"}) for n in range(20)])
    expected = sorted(given, key=lambda run: (-(run.start or 0), run.run_id))
    for order in ([], ["start_time DESC"]):
        for text in (
            "",
            "params.p = '1'",
            "params.p LIKE '1'",
            "params.p != '1' AND run_name != '59'",
            "tags.rare = 'x'",
        ):
            wanted = [run.name for run in expected if _matches(run, text)]
            found, after = page(service, [experiment], text, order, size=2)
            while after is not None:
                more, after = page(service, [experiment], text, order, after=after, size=2)
                found += more
            assert [ids[node_id].name for node_id in found] == wanted, text


def _matches(run: Run, text: str) -> bool:
    """Say whether a run meets one of the filters of the test."""
    if "rare" in text:
        return "rare" in run.tags
    if "!=" in text:
        return run.params["p"] != "1" and run.name != "59"
    return not text or run.params["p"] == "1"


def test_a_page_takes_few_statements(service: MetadataService, search: Search) -> None:
    statements: list[str] = []
    service.database.observe = statements.append
    search("params.p LIKE 'a%' AND tags.t IS NULL", ["params.p DESC"])
    assert len(statements) == 1
    search("params.p = 'abc' AND tags.t IS NULL", ["params.p DESC"])
    assert len(statements) == 3
