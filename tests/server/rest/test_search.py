"""What a search finds, over REST: each key, each operator, negation, and records of every writer."""

from __future__ import annotations

import json

import pytest

from lineal.wire import metadata_store as pb
from tests.server.rest.shelf import Shelf


@pytest.fixture(scope="module")
def filled(kept_shelf: Shelf) -> Shelf:
    """Five artifacts: 1 to 3 as the SDK writes them, 4 and 5 as others do."""
    shelf = kept_shelf
    for number, team in ((1, "risk"), (2, "risk"), (3, None)):
        meta = {"labels": {"team": team} if team else None, "hyperparameters": {"rate": number / 10, "tree": "deep"}}
        shelf.put(
            "kubeflow.org/alpha/model",
            uri=f"s3://models/{number}",
            properties={"name": f"churn-{number}", "__ALL_META__": json.dumps(meta)},
            custom={"__kf_workspace__": "fraud", "__kf_run__": f"night-{number}"},
        )
    shelf.put("system.Dataset", name="orders", state=pb.Artifact.LIVE, custom={"team": "risk", "rows": 12})
    shelf.put("system.Dataset", name="Käse", properties={"share": 0.5}, custom={"team": "voice"})
    return shelf


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("type:model", [1, 2, 3]),
        ("type=model", [1, 2, 3]),
        ("type=Dataset,model", [1, 2, 3, 4, 5]),
        ("type=mode", []),
        ("type=dataset", []),
        ("type==Dataset", []),
        ("type==system.Dataset,model", [4, 5]),
        ("-type==system.Dataset", [1, 2, 3]),
        ("type:dataset", [4, 5]),
        ("-type=model", [4, 5]),
        ("name:CHURN", [1, 2, 3]),
        ("name=orders", [4]),
        ("state=live", [4]),
        ("state!=live", []),
        ("-state=live", [1, 2, 3, 5]),
        ("uri:models/2", [2]),
        ("has:uri", [1, 2, 3]),
        ("id=2,4", [2, 4]),
        ("id>3", [4, 5]),
        ("id=2..3", [2, 3]),
        ("workspace=fraud", [1, 2, 3]),
        ("run:night-1", [1]),
        ("label.team=risk", [1, 2, 4]),
        ("label.team=risk,voice", [1, 2, 4, 5]),
        ("-label.team=risk", [3, 5]),
        ("label.team!=risk", [5]),
        ("has:label.team", [1, 2, 4, 5]),
        ("prop.hyperparameters.rate<0.25", [1, 2]),
        ("prop.hyperparameters.rate=0.2..0.3", [2, 3]),
        ("prop.hyperparameters.tree=deep id>1", [2, 3]),
        ("prop.rows>=12", [4]),
        ("metric.share>0.4", [5]),
        ("has:metric.rows", [4]),
        ("(label.team=voice OR name=orders)", [4, 5]),
        ("-(label.team=voice OR name=orders)", [1, 2, 3]),
        ('"Käse"', [5]),
        ("orders", [4]),
        ("s3://models/3", [3]),
        ("created:1d", [1, 2, 3, 4, 5]),
        ("created<1d", []),
        ("updated>2020-01-01", [1, 2, 3, 4, 5]),
        ("created=2020-01-01..2020-12-31", []),
    ],
)
def test_a_search_finds(filled: Shelf, q: str, found: list[int]) -> None:
    assert filled.ids(q) == found


def test_a_search_and_a_filter_query_must_both_fit(filled: Shelf) -> None:
    assert filled.ids("label.team=risk", filter_query="custom_properties.rows.int_value = 12") == [4]


def test_what_was_found_follows_an_update(shelf: Shelf) -> None:
    first = shelf.put(custom={"team": "risk"})
    assert shelf.ids("label.team=risk") == [first]
    shelf.put(id=first, custom={"team": "voice"})
    assert shelf.ids("label.team=risk") == []
    assert shelf.ids("label.team=voice") == [first]


def test_a_metric_is_the_latest_that_anyone_reported_on_a_model(shelf: Shelf) -> None:
    model = shelf.put("kubeflow.org/alpha/model")
    for auc in (0.9, 0.7):
        meta = json.dumps({"values": {"auc": auc}})
        shelf.put("kubeflow.org/alpha/metrics", properties={"model_id": str(model), "__ALL_META__": meta})
    assert shelf.ids("metric.auc>0.8 type:model") == []
    assert shelf.ids("metric.auc=0.7 type:model") == [model]


def test_models_are_ordered_by_the_last_the_least_or_the_greatest_report_of_a_metric(shelf: Shelf) -> None:
    reports = [(0.5, 0.9, 0.6), (0.8, float("nan"), 0.7), (0.65,)]
    models = [shelf.put("model") for _ in reports]
    for model, values in zip(models, reports, strict=True):
        for auc in values:
            meta = json.dumps({"values": {"auc": auc}})
            shelf.put("metrics", properties={"model_id": str(model), "__ALL_META__": meta})
    for order, expected in {"-metric": [1, 2, 0], "-greatest": [0, 1, 2], "least": [0, 2, 1]}.items():
        assert shelf.ids("type=model", order_by=f"{order}.auc") == [models[at] for at in expected]
    parameters = {"q": "type=model", "order_by": "id", "columns": "metric.auc,least.auc,greatest.auc"}
    exported = shelf.client.get("/api/v1/artifacts/export", params=parameters).text.splitlines()
    assert [line.split(",")[11:14] for line in exported[1:3]] == [["0.6", "0.5", "0.9"], ["0.7", "0.7", "0.8"]]


def test_nan_is_no_number_that_a_comparison_finds(shelf: Shelf) -> None:
    shelf.put(custom={"auc": float("nan")})
    assert shelf.ids("metric.auc>0") == []


def test_a_search_is_one_statement_for_values_of_any_content(shelf: Shelf) -> None:
    odd = "'; DROP TABLE Artifact; -- %_|\\"
    first = shelf.put(name=odd)
    quoted = odd.replace("\\", "\\\\")
    assert shelf.ids(f'name="{quoted}"') == [first]
    assert shelf.ids(f'name:"{quoted}"') == [first]


@pytest.mark.parametrize(
    ("q", "position", "length"),
    [
        ("typ:model", 0, 3),
        ("type:model metric.auc>high", 22, 4),
        ("created:soon", 8, 4),
        ('name:"open', 5, 5),
        ("(a OR )", 5, 1),
        ("(a", 0, 1),
        ("a )", 2, 1),
        ("label:x", 0, 5),
        ("has:nothing", 4, 7),
        ("metric.auc", 0, 10),
        ("type>x", 4, 1),
        ("- x", 0, 1),
    ],
)
def test_an_error_in_a_search_has_its_place_and_a_hint(filled: Shelf, q: str, position: int, length: int) -> None:
    found = filled.problem("/artifacts", q=q)
    assert (found["status"], found["parameter"]) == (400, "q")
    assert (found["position"], found["length"]) == (position, length)
    assert found["hint"]


def test_an_error_in_a_filter_query_has_its_place(filled: Shelf) -> None:
    found = filled.problem("/artifacts", filter_query="id = 1 AND\n nmae = 'x'")
    assert (found["status"], found["parameter"], found["position"]) == (400, "filter_query", 12)


def test_a_key_that_this_kind_lacks_is_an_error(filled: Shelf) -> None:
    assert filled.problem("/executions", q="uri:x")["position"] == 0
    assert filled.problem("/contexts", q="a state=live")["position"] == 2


@pytest.fixture(scope="module")
def archive(filled: Shelf) -> Shelf:
    """The same shelf with artifact 2 archived."""
    assert filled.client.patch("/api/v1/artifacts/2", json={"archived": True}).status_code == 200
    return filled


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("has:archived", [2]),
        ("-has:archived", [1, 3, 4, 5]),
        ("archived:1h", [2]),
        ("archived<1h", []),
        ("archived!=2020-01-01", [2]),
        ("-archived:1h type:model", [1, 3]),
        ("(has:archived OR name=orders)", [2, 4]),
    ],
)
def test_archived_records_are_found_and_left_out(archive: Shelf, q: str, found: list[int]) -> None:
    assert archive.ids(q) == found
    assert archive.get("/artifacts/count", q=q)["count"] == len(found)
    assert sorted(archive.ids(q, order_by="name")) == found


def test_a_row_says_when_it_was_archived(archive: Shelf) -> None:
    rows = {row["id"]: row for row in archive.get("/artifacts")["items"]}
    assert rows["2"]["archived"] == archive.get("/artifacts/2")["archived"] > 0
    assert rows["1"]["archived"] is None


def test_a_long_text_of_a_property_is_compared_as_a_whole(shelf: Shelf) -> None:
    text = "x" * 300
    for name in ("note", "other"):
        shelf.put(properties={name: text}, custom={"own": f"{text}{name}"})
    found = [shelf.ids(q) for q in (f"prop.note={text}", f"prop.own={text}other", f"prop.note={text[:255]}")]
    assert [*found, shelf.ids(f"prop.own!={text}other")] == [[1], [2], [], [1]]


@pytest.mark.parametrize(("q", "names"), [("alias=production", "b"), ("alias=duct", ""), ("alias:production", "ab")])
def test_an_alias_is_found_as_it_is_written(shelf: Shelf, q: str, names: str) -> None:
    for name, aliases in (("a", "Production"), ("b", "best,production"), ("c", "best")):
        shelf.put("model", name=name, custom={"__aliases__": aliases})
    assert {row["name"] for row in shelf.get("/artifacts", q=q)["items"]} == set(names)
