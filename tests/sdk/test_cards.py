"""Cards in notebooks: facts, a small graph and a link; they are safe to show and never fail. And reprs in one line."""

from __future__ import annotations

import re
import threading
from typing import Any
from xml.etree import ElementTree

import pytest

from lineal import errors
from lineal.sdk import Artifact, DataSet, Execution, Metrics, Model, Run, Store, Workspace, cards
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire

EVIL = """<script>alert('1')</script>"&\\<img src=http://evil.example/x>"""


@pytest.fixture
def objects(store: Store) -> dict[str, Any]:
    """One object of each kind, with names that try to break out."""
    workspace = Workspace(store, EVIL, description=EVIL, labels={EVIL: EVIL})
    run = Run(workspace, EVIL, EVIL)
    execution = Execution(EVIL, workspace, run, EVIL)
    data = execution.log_input(DataSet(EVIL, EVIL, query=EVIL))
    model = execution.log_output(Model(EVIL, EVIL, version=EVIL, hyperparameters={EVIL: EVIL}))
    metrics = execution.log_output(Metrics(EVIL, EVIL, model_id=model, values={EVIL: 1}))
    lineage = model.lineage()
    found = {"workspace": workspace, "run": run, "execution": execution, "data": data, "model": model}
    return found | {"metrics": metrics, "lineage": lineage, "relatives": lineage.upstream, "store": store}


KINDS = ("workspace", "run", "execution", "data", "model", "metrics", "lineage", "relatives", "store")
DRAWN = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "store"])


def graph(page: str) -> dict[str, str]:
    """The titles of the nodes that a card draws, each with its shape."""
    drawing = ElementTree.fromstring(re.search("<svg.*?</svg>", page, re.DOTALL)[0])  # type: ignore[index]
    return {str(group.findtext("title")): str(group.find("rect").get("rx")) for group in drawing.iter("g")}  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_holds_no_script_and_no_address_and_every_text_is_escaped(objects: dict[str, Any], kind: str) -> None:
    page = objects[kind]._repr_html_()
    root = ElementTree.fromstring(f"<div>{page}</div>")
    assert not {"script", "img", "style", "image", "use"} & {element.tag for element in root.iter()}
    attributes = " ".join(" ".join(element.attrib.values()) for element in root.iter())
    assert "evil" not in attributes
    assert "http" not in attributes
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


@DRAWN
def test_a_card_draws_the_lineage_of_its_object(objects: dict[str, Any], kind: str) -> None:
    drawn = graph(objects[kind]._repr_html_())
    assert {f"{EVIL} (execution 1)", f"{EVIL} (data_set 1)"} & drawn.keys()
    assert len(drawn) >= 2


def test_the_graph_of_a_model_leads_up_and_down(workspace: Workspace) -> None:
    first, second = Execution("train", workspace), Execution("evaluate", workspace)
    first.log_input(DataSet("d", "orders"))
    model = first.log_output(Model("m", "loaves"))
    first.log_output(Model("o", "a sibling"))
    second.log_input(model)
    second.log_output(Metrics("e", "holdout"))
    names = {"orders (data_set 1)": "5", "train (execution 1)": "19", "loaves (model 2)": "5"}
    assert graph(model._repr_html_()) == {**names, "evaluate (execution 2)": "19", "holdout (metrics 4)": "5"}


def test_a_card_of_many_nodes_draws_some_and_counts_the_rest(workspace: Workspace) -> None:
    train = Execution("train", workspace)
    model = train.log_output(Model("m", "loaves"))
    for number in range(30):
        Execution(f"serve {number}", workspace).log_input(model)
    evaluate = Execution("evaluate", workspace)
    evaluate.log_input(model)
    evaluate.log_output(Metrics("e", "holdout"))
    for thing, said in ((model, "and at least"), (model.lineage(), "and"), (workspace, "and at least")):
        page = thing._repr_html_()
        drawn = graph(page)
        assert 2 <= len(drawn) <= 14
        assert re.search(rf"{said} \d+ more nodes that are not drawn", page)
    assert "holdout (metrics 2)" in graph(model._repr_html_())
    assert "and 11 more rows" in model.lineage()._repr_html_()


def test_an_execution_of_many_inputs_says_how_many_are_not_drawn(execution: Execution) -> None:
    for number in range(20):
        execution.log_input(DataSet("d", str(number)))
    assert "... and 14 more nodes that are not drawn." in execution._repr_html_()


def test_a_card_reads_with_a_few_calls(workspace: Workspace, wire: Wire) -> None:
    execution = Execution("train", workspace, Run(workspace, "nightly"))
    model = execution.log_output(Model("m", "loaves"))
    for thing in (model, execution, workspace, execution.run):
        wire.calls.clear()
        assert "<svg" in thing._repr_html_()  # type: ignore[union-attr]
        assert len(wire.calls) <= 5


def test_an_artifact_that_an_execution_reads_and_writes_is_drawn(execution: Execution) -> None:
    model = execution.log_input(Model("m", "m"))
    execution.log_output(model)
    assert len(graph(model._repr_html_())) == 2


def test_a_card_of_a_run_holds_the_executions_of_that_run(workspace: Workspace) -> None:
    runs = [Run(workspace, name) for name in ("first", "second")]
    for run in runs:
        Execution(run.name, workspace, run).log_output(Model("m", run.name))
    assert graph(runs[0]._repr_html_()).keys() == {"first (execution 1)", "first (model 1)"}


def test_the_card_of_an_execution_shows_its_state(execution: Execution) -> None:
    with execution:
        assert "RUNNING" in execution._repr_html_()
    assert "COMPLETE" in execution._repr_html_()


def test_the_card_of_an_artifact_shows_its_run_aliases_state_and_archive(workspace: Workspace) -> None:
    model = Execution("train", workspace, Run(workspace, "nightly")).log_output(Model("m", "loaves"))
    assert "archived" not in model._repr_html_()
    model.promote("production")
    model.update(state="LIVE", description="the best")
    model.archive()
    page = model._repr_html_()
    assert all(f">{text}</td>" in page for text in ("nightly", "production", "LIVE", "yes", "the best"))


def test_what_has_no_lineage_yet_says_so(workspace: Workspace) -> None:
    for thing in (workspace, Run(workspace, "r"), Execution("e", workspace)):
        assert "No lineage is recorded yet." in thing._repr_html_()
    assert "<svg" not in Model("u", "unlogged")._repr_html_()


@pytest.mark.parametrize("kind", ["workspace", "run", "execution", "data", "model", "metrics"])
def test_a_card_says_that_its_store_cannot_be_read(objects: dict[str, Any], kind: str, wire: Wire) -> None:
    problem = errors.UnavailableError("no answer from mysql://me:kv9kv@db.example/m <b>")
    wire.failures = dict.fromkeys(
        ("GetEventsByArtifactIDs", "GetEventsByExecutionIDs", "GetExecutionsByContext", "GetExecutions"), [problem] * 9
    )
    page = objects[kind]._repr_html_()
    assert "The lineage cannot be shown: no answer from mysql://***@db.example/m &lt;b&gt;" in page
    assert "&lt;script&gt;" in page


def test_a_card_of_a_closed_store_says_so(execution: Execution, store: Store) -> None:
    model = execution.log_output(Model("m", "loaves"))
    store.close()
    assert "The lineage cannot be shown: " in model._repr_html_()


def test_a_card_does_not_wait_for_a_store_that_does_not_answer(
    execution: Execution, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, answered = execution.log_output(Model("m", "loaves")), threading.Event()
    monkeypatch.setattr(cards, "SECONDS", 0.05)
    inner = wire.inner.call
    monkeypatch.setattr(wire.inner, "call", lambda *call: (answered.wait(10), inner(*call))[1])
    try:
        assert "cannot be shown: the store did not answer within 0.05 seconds" in model._repr_html_()
    finally:
        answered.set()


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_card_links_to_the_web_ui_where_its_address_is_known(
    by_variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "https://lineal.example/ui"
    if by_variable:
        monkeypatch.setenv("LINEAL_UI_URL", f"{address}/")
    store = Store("sqlite://", ui_url=None if by_variable else address)
    workspace = Workspace(store, "bakery")
    execution = Execution("train", workspace)
    model = execution.log_output(Model("m", "loaves"))
    pages = {"artifacts/1": [model, model.lineage()], "executions/1": [execution]}
    pages["workspaces/1"] = [workspace, Run(workspace, "r")]
    for page, things in pages.items():
        assert all(f'<a href="{address}/{page}" target="_blank"' in each._repr_html_() for each in things)
    store.close()


def test_a_card_has_no_link_where_no_address_is_known(objects: dict[str, Any]) -> None:
    assert not [kind for kind, thing in objects.items() if "<a " in thing._repr_html_()]


def test_a_password_in_a_uri_is_not_shown(execution: Execution) -> None:
    data = DataSet("mysql://me:kv9kv@db.example/orders", "mysql://me:kv9kv@db.example/orders")
    execution.log_input(data)
    shown = (data._repr_html_(), repr(data), str(data), data.lineage()._repr_html_(), repr(data.lineage()))
    assert not [text for text in shown if "kv9kv" in text]


def test_a_long_value_is_cut_and_says_so(execution: Execution) -> None:
    page = Model("u", "m", hyperparameters={"layers": list(range(10_000))})._repr_html_()
    assert len(page) < 3_000
    assert re.search(r"\.\.\. \(\d+ characters are left out\)", page)


def test_reprs_are_one_line_with_the_facts(store: Store, execution: Execution) -> None:
    run = Run(execution.workspace, "nightly")
    step = Execution("step", execution.workspace, run)
    model = step.log_output(Model("gs://loaves", "loaves", version=7))
    where = repr(store).removeprefix("Store(").removesuffix(")")
    assert repr(execution.workspace) == f"Workspace('bakery', id=1, store={where})"
    assert repr(run) == f"Run('nightly', workspace='bakery', store={where})"
    assert repr(step) == f"Execution('step', id=2, workspace='bakery', run='nightly', store={where})"
    assert repr(model) == f"Model('loaves', id=1, version='7', uri='gs://loaves', workspace='bakery', store={where})"
    assert repr(Model("gs://loaves", "loaves")) == "Model('loaves', uri='gs://loaves')"
    sides = "upstream: 0 artifacts and 1 execution, downstream: 0 artifacts and 0 executions"
    assert repr(model.lineage()) == f"Lineage('loaves', id=1, {sides}, store={where})"
    assert repr(model.lineage().upstream) == "Relatives(0 artifacts and 1 execution)"


def test_a_class_of_your_own_has_a_card_and_a_repr(execution: Execution) -> None:
    class Feature(Artifact):
        ARTIFACT_TYPE_NAME = "example.org/feature"

        def __init__(self, rate: float) -> None:
            self.id, self.rate = None, rate

        def serialization(self) -> pb.Artifact:
            return pb.Artifact(uri="f", properties={"rate": pb.Value(double_value=self.rate)})

    feature = execution.log_output(Feature(0.5))
    assert repr(feature).startswith("Feature(id=1, workspace='bakery', store=")
    assert "<td style='text-align:left'>0.5</td>" in feature._repr_html_()
    assert graph(feature._repr_html_()).keys() == {"f (feature 1)", "train (execution 1)"}
