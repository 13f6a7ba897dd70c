"""Records with the oddest texts, through every door: what is stored comes back, and no list or page fails for them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import lineal
from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import DataSet, Execution, Metrics, Store, Workspace
from lineal.sdk.stored_form import plain_artifact
from lineal.watch.annotations import linked_artifacts
from lineal.watch.handlers import Seen
from lineal.watch.names import INPUTS_ANNOTATION
from lineal.watch.records import Records
from lineal.watch.resources import parse_resources
from lineal.watch.writing.recorder import Recorder
from lineal.wire import metadata_store as pb
from tests.access.serving import serving
from tests.engines import SQLITE_EVERY_DAY
from tests.server.rest.conftest import reading
from tests.server.rest.odd_texts import nested, odd_texts
from tests.server.rest.shelf import Shelf
from tests.watch.watching import eventually

[POD] = parse_resources("Pod/v1")
REFUSALS = (ValueError, TypeError, errors.InvalidArgumentError, errors.OutOfRangeError, errors.AlreadyExistsError)
LISTS = ("artifacts", "executions", "contexts")
ORDERS = ("-created", "name", "version", "workspace", "prop.odd", "label.odd", "metric.odd", "-prop.name")
SOME_PAGES = 3


class Doors:
    """A server, and what is stored through each of its doors: by artifact id, how to look whether it came back."""

    def __init__(self, store: MetadataStore, shelf: Shelf) -> None:
        self.store, self.shelf = store, shelf
        self.workspace = Workspace(Store.from_client(store), "odd")
        self.execution = Execution("odd", self.workspace)
        self.type_id = store.put_artifact_type(pb.ArtifactType(name="odd"))
        self.stored: dict[int, pb.Artifact] = {}
        self.labels: dict[int, Any] = {}
        self.refused: list[str] = []
        self.number = 0

    def through_all(self, text: str) -> None:
        """Store a text through every door, in every place that it can have."""
        for fields in ({"name": text}, {"uri": text}, {"version": text}, {"labels": {"odd": text, text: text}}):
            self._try(lambda given=fields: self._sdk(**given))  # type: ignore[misc]
        self._try(lambda: self._metrics(text))
        for put in ({"name": text}, {"uri": text}, {"external_id": text}, {}):
            self._try(lambda given=put: self._grpc(text, **given))  # type: ignore[misc]
        self._try(lambda: self._grpc(text, __ALL_META__=text))
        self._try(lambda: self._grpc(text, labels=json.dumps({text: text})))
        for entry in ({"name": text}, {"uri": text}, {"uri": "u", "labels": {text: text}}):
            self._try(lambda given=entry: self._watcher(given))  # type: ignore[misc]
        self._try(lambda: self._watcher(text))
        self._view(text)

    def _try(self, put: Callable[[], None]) -> None:
        try:
            put()
        except REFUSALS as error:
            self.refused.append(str(error))

    def _sdk(self, **fields: Any) -> None:
        self.number += 1
        data = DataSet(**{"uri": f"u{self.number}", "name": "n", **fields})
        self.execution.log_output(data)
        assert data.id is not None
        # In JSON, and so in what comes back, two halves of a pair beside each other are one character.
        self.labels[data.id] = json.loads(json.dumps(fields.get("labels")))

    def _metrics(self, text: str) -> None:
        self.number += 1
        values = {text: 0.5, "odd": {text: text}}
        self.execution.log_output(Metrics(uri=f"m{self.number}", name="n", model_id="1", values=values))

    def _grpc(self, text: str, **fields: Any) -> None:
        own = {name: fields.pop(name) for name in ("__ALL_META__", "labels") if name in fields}
        artifact = pb.Artifact(type_id=self.type_id, **fields)
        for name, value in {text or "empty": text, "odd": text, **own}.items():
            artifact.custom_properties[name].string_value = value
        artifact.custom_properties["struct"].struct_value[text] = text
        [artifact_id] = self.store.put_artifacts([artifact])
        self.stored[artifact_id] = artifact

    def _watcher(self, entry: Any) -> None:
        annotation = entry if isinstance(entry, str) else json.dumps(entry)
        pod = {"metadata": {"name": "one", "uid": "1", "annotations": {INPUTS_ANNOTATION: annotation}}}
        artifacts, problems = linked_artifacts(Seen(POD, pod, "c", "w", time="", path="/p"), INPUTS_ANNOTATION)
        assert artifacts or problems or annotation == "[]"
        Recorder(self.store).write(Records(artifacts=artifacts))

    def _view(self, text: str) -> None:
        posted = self.shelf.client.post("/api/v1/views", content=json.dumps({"content": text}))
        if posted.status_code in (200, 201):
            assert self.shelf.get(f"/views/{posted.json()['id']}")["content"] == text
        else:
            assert posted.status_code in (400, 422), posted.text


@pytest.fixture
def doors(database_url: str) -> Iterator[Doors]:
    with (
        serving(database_url) as served,
        lineal.connect(f"grpc://{served.grpc}") as store,
        reading(f"http://{served.http}") as client,
    ):
        yield Doors(store, Shelf(served.service, client))


def check_what_came_back(doors: Doors) -> None:
    for artifact in read_all(doors, list(doors.stored)):
        put = doors.stored[artifact.id]
        assert (artifact.name, artifact.uri, artifact.external_id) == (put.name, put.uri, put.external_id)
        assert artifact.custom_properties == put.custom_properties
    read = {artifact.id: plain_artifact(artifact)["labels"] for artifact in read_all(doors, list(doors.labels))}
    assert read == doors.labels
    listed = {row["id"]: row["labels"] for row in doors.workspace.list(DataSet.ARTIFACT_TYPE_NAME, limit=100)}
    assert listed == {key: doors.labels[key] for key in listed}


def read_all(doors: Doors, ids: list[int]) -> Iterator[pb.Artifact]:
    """Read artifacts in pieces that fit into a message."""
    for start in range(0, len(ids), 300):
        yield from doors.store.get_artifacts_by_id(ids[start : start + 300])


def check_every_list(shelf: Shelf) -> None:
    eventually(lambda: shelf.get("/totals")["complete"])
    for kind in LISTS:
        for order in (*ORDERS, "-uri") if kind == "artifacts" else ORDERS:
            check_pages(shelf, kind, order, most=SOME_PAGES if order != ORDERS[0] else None)
        for path in ("/columns", "/labels", "/suggest"):
            shelf.get(f"/{kind}{path}")
        for form in ("csv", "json"):
            response = shelf.client.get(f"/api/v1/{kind}/export", params={"format": form})
            assert response.status_code == 200
            response.content.decode("utf-8")
    for path in ("/runs", "/workspaces", "/types", "/monitor/running", "/monitor/growth"):
        shelf.get(path)
    assert shelf.get("/totals")["unindexed"] == 0


def check_pages(shelf: Shelf, kind: str, order: str, *, most: int | None) -> None:
    """Read a list to its end, or so many pages of it: engines sort long texts anew for each page."""
    columns = "label.odd,prop.odd,metric.odd,prop.struct"
    cursor: str | None = ""
    seen = pages = 0
    while cursor is not None and pages != most:
        page = shelf.get(f"/{kind}", order_by=order, limit=500, cursor=cursor, columns=columns)
        cursor, seen, pages = page["next_cursor"], seen + len(page["items"]), pages + 1
    if cursor is None:
        assert seen == shelf.get(f"/{kind}/count", exact=True)["count"]


def check_every_facet(shelf: Shelf, some: random.Random) -> None:
    keys = [item["text"] for item in shelf.get("/artifacts/labels")["items"] if 0 < len(item["text"]) < 300]
    for key in some.sample(keys, min(len(keys), 20)):
        shelf.get("/artifacts/label-values", name=key)
    for facet in shelf.get("/artifacts/facets", label=["odd", *some.sample(keys, min(len(keys), 10))])["facets"]:
        for value in some.sample(facet["values"], min(len(facet["values"]), 10)):
            if "\0" not in value["term"]:
                assert shelf.get("/artifacts/count", q=value["term"], exact=True)["count"] > 0, value


def check_every_page(doors: Doors, ids: list[int]) -> None:
    for artifact_id in ids:
        doors.shelf.get(f"/artifacts/{artifact_id}")
        for path in ("versions", "evaluations", "events"):
            doors.shelf.get(f"/artifacts/{artifact_id}/{path}")
        doors.shelf.get("/lineage", focus=f"a{artifact_id}", up=1, down=1)


def check(doors: Doors, texts: list[str], *, pages: int) -> None:
    for text in texts:
        doors.through_all(text)
    some = random.Random(len(texts))
    assert not [said for said in doors.refused if "fault" in said]
    check_every_list(doors.shelf)
    check_what_came_back(doors)
    check_every_facet(doors.shelf, some)
    ids = [*doors.stored, *doors.labels]
    check_every_page(doors, some.sample(ids, min(len(ids), pages)))
    for text in some.sample(texts, min(len(texts), 20)):
        if 0 < len(text.strip()) < 300 and "\0" not in text and not any("\ud800" <= each < "\ue000" for each in text):
            doors.shelf.get("/find", text=text)


@pytest.mark.slow
@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_the_oddest_texts_come_back_and_fail_nothing(doors: Doors) -> None:
    check(doors, odd_texts(10), pages=5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_two_thousand_odd_texts_come_back_and_fail_nothing(doors: Doors) -> None:
    check(doors, odd_texts(2000), pages=60)


def test_the_name_of_a_latin_1_file_as_a_label_is_found_by_its_facet(doors: Doors) -> None:
    doors._sdk(labels={"file": "caf\udce9.csv"})
    doors._sdk(labels={"file": "caf\udcea.csv"})

    facet = next(each for each in doors.shelf.get("/artifacts/facets")["facets"] if each["key"] == "label.file")
    assert sorted(value["value"] for value in facet["values"]) == [r"caf\udce9.csv", r"caf\udcea.csv"]
    for value in facet["values"]:
        [row] = doors.shelf.get("/artifacts", q=value["term"], columns="label.file")["items"]
        assert row["values"]["label.file"]["value"] == value["value"]
        assert doors.shelf.get(f"/artifacts/{row['id']}")["labels"] == {"file": value["value"]}


@pytest.mark.parametrize("levels", [400, 5_000])
def test_json_nested_too_deeply_is_answered_as_its_text(doors: Doors, levels: int) -> None:
    meta = f'{{"labels": {{"team": "risk"}}, "deep": {nested(levels)}}}'
    artifact = pb.Artifact(type_id=doors.type_id, custom_properties={"__ALL_META__": pb.Value(string_value=meta)})
    [artifact_id] = doors.store.put_artifacts([artifact])

    whole = doors.shelf.get(f"/artifacts/{artifact_id}")
    inner = whole["meta"]["deep"]
    while isinstance(inner, dict):
        inner = inner["a"]
    assert inner == nested(levels - 199)
    assert doors.shelf.ids("label.team=risk") == [artifact_id]


def test_deep_json_of_another_writer_is_listed_by_the_sdk_with_a_warning(doors: Doors) -> None:
    doors._sdk(labels={"a": "b"})
    [known] = doors.labels
    [artifact] = doors.store.get_artifacts_by_id([known])
    artifact.properties["__ALL_META__"].string_value = f'{{"labels": {{"a": "b"}}, "deep": {nested(5_000)}}}'
    doors.store.put_artifacts([artifact])

    with pytest.warns(UserWarning, match=f"of artifact {known}, what is nested more than 500 levels deep"):
        [row] = doors.workspace.list(DataSet.ARTIFACT_TYPE_NAME, labels={"a": "b"})
    assert row["labels"] == {"a": "b"}


def test_a_body_nested_too_deeply_is_refused(doors: Doors) -> None:
    for body in (nested(100_000), f'{{"content": {nested(2_000)}}}', '{"content": "\\ud800"}'):
        answer = doors.shelf.client.post("/api/v1/views", content=body)
        assert answer.status_code in (400, 422), answer.text
    assert doors.shelf.problem("/artifacts", cursor="W1tb" * 1900)["status"] == 400


def test_the_facet_of_a_label_with_operators_in_its_name_is_found(doors: Doors) -> None:
    doors._sdk(labels={"a=b": "x", "c:d<e": "=y", "-f!": "z"})

    for facet in doors.shelf.get("/artifacts/facets")["facets"]:
        for value in facet["values"]:
            assert doors.shelf.get("/artifacts/count", q=value["term"])["count"] == 1, value
    for item in doors.shelf.get("/artifacts/labels")["items"]:
        assert doors.shelf.get("/artifacts/count", q=item["term"])["count"] == 1, item
        [value] = doors.shelf.get("/artifacts/label-values", name=item["text"])["items"]
        assert doors.shelf.get("/artifacts/count", q=value["term"])["count"] == 1, value
