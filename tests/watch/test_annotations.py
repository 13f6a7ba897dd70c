"""Annotations that anybody may have written: what is odd in one is told, and the object is recorded without it."""

from __future__ import annotations

import json

import pytest

import lineal
from lineal.watch.annotations import linked_artifacts
from lineal.watch.cluster.connection import read_json
from lineal.watch.handlers import Seen
from lineal.watch.names import INPUTS_ANNOTATION
from lineal.watch.records import ArtifactRecord, Problem, Records
from lineal.watch.resources import parse_resources
from lineal.watch.writing.recorder import Recorder

[POD] = parse_resources("Pod/v1")


def read(annotation: object) -> tuple[tuple[ArtifactRecord, ...], tuple[Problem, ...]]:
    """What is read from an annotation of a Pod."""
    pod = {"metadata": {"name": "one", "uid": "1", "annotations": {INPUTS_ANNOTATION: annotation}}}
    return linked_artifacts(Seen(POD, pod, "cluster", "w", time="", path="/pods/one"), INPUTS_ANNOTATION)


@pytest.mark.parametrize(
    ("annotation", "wrong"),
    [
        ('{"a":' * 1000 + "1" + "}" * 1000, "it is nested more than 500 levels deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "it is nested more than 500 levels deep"),
        ("[" * 5000, "it is not JSON"),
        (5, "it is not JSON"),
        (r'{"uri": "caf\udce9.csv"}', r"the uri holds '\udce9', which not every store can hold"),
        (r'{"uri": "u", "name": "a\u0000"}', r"the name holds '\x00', which not every store can hold"),
    ],
)
def test_an_odd_annotation_is_left_out_and_told(annotation: object, wrong: str) -> None:
    artifacts, [problem] = read(annotation)

    assert artifacts == ()
    assert wrong in problem.text


def test_odd_labels_of_an_annotation_are_stored_as_they_are() -> None:
    labels = {"file": "caf\udce9.csv", "nul": "\0", "deep": json.loads("[" * 300 + "]" * 300)}
    artifacts, problems = read(json.dumps([{"uri": "u", "labels": labels}]))
    with lineal.connect("sqlite://") as store:
        Recorder(store).write(Records(artifacts=artifacts))
        [stored] = store.get_artifacts()

    assert problems == ()
    assert json.loads(stored.properties["__ALL_META__"].string_value) == {"labels": labels}


def test_an_answer_of_the_api_server_is_read_without_what_is_nested_beyond_reason() -> None:
    answer = b'{"items": [{"uid": "1", "deep": %s}, {"uid": "2\\udce9"}]}' % (b"[" * 5000 + b'"secret"' + b"]" * 5000)
    deep, odd = read_json(answer)["items"]

    assert (deep["uid"], odd["uid"]) == ("1", r"2\udce9")
    assert "secret" not in json.dumps(deep)
    assert "left out: nested more than 100 levels deep" in json.dumps(deep)
