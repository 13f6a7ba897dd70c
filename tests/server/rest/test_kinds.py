"""Types of watched objects of Kubernetes are found and shown by their kind."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal.type_names import short_names
from tests.engines import EVERY_ENGINE, Engine
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf

TYPES = [
    "kubeflow.org/Pod/v1",
    "kubeflow.org/PodGroup.scheduling.volcano.sh/v1beta1",
    "kubeflow.org/Job.batch/v1",
    "kubeflow.org/Job.batch.volcano.sh/v1alpha1",
    "kubeflow.org/CronJob.batch/v1",
    "kubeflow.org/PyTorchJob.kubeflow.org/v1",
    "kubeflow.org/alpha/model",
    "system.Model",
    "my/JobReport",
    "kubeflow.org/Trial.kubeflow.org/v1beta1",
    "kubeflow.org/Trial.kubeflow.org/v1",
]


def put_each(shelf: Shelf) -> Shelf:
    """Put an artifact of each type, with its place in the list from 1 as its id."""
    for number, name in enumerate(TYPES):
        shelf.put(name, name=f"thing-{number}")
    return shelf


@pytest.fixture(scope="module")
def kinds(kept_shelf: Shelf) -> Shelf:
    return put_each(kept_shelf)


FOUND = [
    ("type=Pod", [1]),
    ("type:Pod", [1]),
    ("type:pod", [1]),
    ("type=pod", []),
    ("type=Job", [3, 4]),
    ("type:Job", [3, 4, 9]),
    ("type:job,pod", [1, 3, 4, 9]),
    ("type=Job,Pod", [1, 3, 4]),
    ("type=Job.batch", [3]),
    ("type:job.batch", [3]),
    ("type=Job.batch/v1", [3]),
    ("type=Pod/v1", [1]),
    ("type:PyTorch", [6]),
    ("type:kubeflow.org/Job", [3, 4]),
    ("type==Pod", []),
    ("type==kubeflow.org/Pod/v1", [1]),
    ("type=kubeflow.org/Pod/v1", [1]),
    ("type!=Pod -type:job -type:trial", [2, 5, 6, 7, 8]),
    ("type=alpha", []),
    ("type=model", [7]),
    ("type:model", [7, 8]),
    ("type=Model", [8]),
    ("type=Trial", [10, 11]),
    ("type=JobReport", [9]),
    ('type:"Po%"', []),
    ("type:_od", []),
]


@pytest.mark.parametrize(("q", "found"), FOUND)
def test_a_type_is_found_by_its_kind(kinds: Shelf, q: str, found: list[int]) -> None:
    assert sorted(kinds.ids(q)) == found


@pytest.mark.slow
@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_kinds_are_found_on_every_engine(engine: Engine, servers: ExitStack, tmp_path: Path) -> None:
    with (
        engine.empty_url(servers, tmp_path) as database,
        serving(database) as (service, url),
        reading(url) as client,
    ):
        engine.rewind_ids(service.database)
        shelf = put_each(Shelf(service, client))
        assert {q: sorted(shelf.ids(q)) for q, _ in FOUND} == dict(FOUND)


def test_facets_show_kinds_and_their_terms_find_as_many(kinds: Shelf) -> None:
    facets = {facet["key"]: facet for facet in kinds.get("/artifacts/facets")["facets"]}
    shown = {each["value"]: each["label"] for each in facets["type"]["values"]}

    assert shown == dict(zip(TYPES, LABELS, strict=True))
    assert all(len(kinds.ids(each["term"])) == each["count"] == 1 for each in facets["type"]["values"])


LABELS = [
    *("Pod", "PodGroup", "Job.batch", "Job.batch.volcano.sh", "CronJob", "PyTorchJob", "model", "system.Model"),
    *("JobReport", "Trial.kubeflow.org/v1beta1", "Trial.kubeflow.org/v1"),
]


def test_a_kind_in_two_groups_has_its_group_and_its_version_only_if_need_be() -> None:
    assert list(short_names(TYPES).values()) == LABELS
    assert short_names(["kubeflow.org/Pod/v1", "kubeflow.org/Pod.metrics.k8s.io/v1beta1"]) == {
        "kubeflow.org/Pod/v1": "Pod/v1",
        "kubeflow.org/Pod.metrics.k8s.io/v1beta1": "Pod.metrics.k8s.io",
    }


def test_kinds_are_offered_while_a_search_is_written(kinds: Shelf) -> None:
    offers = kinds.get("/search/complete", q="type=po", position=7, kind="artifact")["completions"]
    assert {(offer["text"], offer["count"]) for offer in offers} == {
        ("type=Pod ", 1),
        ("type=PodGroup ", 1),
        ("type=JobReport ", 1),
    }
    offers = kinds.get("/search/complete", q="type==podg", position=10, kind="artifact")["completions"]
    [whole] = [offer["text"].strip() for offer in offers]
    assert len(kinds.get("/artifacts", q=whole)["items"]) == 1
    items = kinds.get("/artifacts/suggest", key="type", text="Job.batch")["items"]
    assert {item["text"] for item in items} == {"Job.batch", "Job.batch.volcano.sh"}
