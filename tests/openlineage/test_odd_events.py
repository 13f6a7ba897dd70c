"""Events that are allowed and rarely seen: long and odd names, wrong shapes of facets, any time, large facets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal.cli import main
from lineal.kinds import EXECUTION
from lineal.openlineage.facets import values_of
from lineal.openlineage.plans import MOST_DATA_SETS
from lineal.openlineage.pointers import EventError
from lineal.service import MetadataService
from tests.engines import SQLITE_EVERY_DAY
from tests.openlineage.graphs import graph_of
from tests.openlineage.receiving import send, store
from tests.openlineage.shapes import (
    LAKE,
    Given,
    columns,
    data_set,
    facet,
    job_event,
    parent,
    run_event,
)

LONG = "x" * 4000


def _start(run: str, job: str | tuple[str, str] = "load", **rest: object) -> Given:
    return run_event("START", "08:00:00", run, job, **rest)  # type: ignore[arg-type]


def _facets(**content: Given) -> dict[str, Given]:
    return content


_ODD_TEXT = "a\0b\ud800c"
_WRONG_OF_RUN = _facets(
    parent=facet(run="x", job=3),
    nominalTime=facet(nominalStartTime=3),
    tags=facet(tags="x"),
    errorMessage=facet(message={"a": 1}),
    executionParameters=facet(parameters=[{"key": "k", "value": {"deep": [1]}}]),
)
_WRONG_OF_JOB = _facets(
    sql=facet(query=None), ownership=facet(owners={"a": 1}), lineage=facet(entries=[3, {"type": "DATASET"}])
)
_WRONG_OF_DATA_SET = _facets(
    schema=facet(fields=3),
    symlinks=facet(identifiers=[{"namespace": 1}, 2]),
    version=facet(datasetVersion={"x": 1}),
    dataQualityMetrics=facet(rowCount=2**70, bytes=1.5, columnMetrics=3),
    lifecycleStateChange=facet(previousIdentifier=1),
)
EVENTS = {
    "long names": _start("r" * 4000, (LONG, LONG), inputs=[data_set(LAKE, LONG), data_set(LONG, LONG)]),
    "odd names": _start(
        "R D/..:\n%#?é😀",
        ("n/s:%#\n ", "  jöb\t😀 "),
        inputs=[
            data_set(LAKE, "a b/ü😀#%3F?x=1&y"),
            data_set(" ", " "),
            data_set("file", "/a//b/../c/"),
            data_set("arn:aws:glue:eu-west-1:1", "table/a/b"),
        ],
    ),
    "a slash in the name of the job": _start("s1", ("s", "x/y")),
    "the same slash in the namespace": _start("s2", ("s/x", "y")),
    "names that differ by case": _start("s3", ("S", "x/Y"), inputs=[data_set(LAKE, "A b/ü😀#%3F?x=1&y")]),
    "characters that no database holds": _start(
        "s4",
        run_facets={
            "x": facet(a=_ODD_TEXT),
            "errorMessage": facet(message=_ODD_TEXT),
            "parent": parent("p", ("n", _ODD_TEXT)),
        },
        inputs=[data_set(LAKE, "k", {"documentation": facet(description=_ODD_TEXT)})],
    ),
    "facets of wrong shapes": _start(
        "s5", run_facets=_WRONG_OF_RUN, job_facets=_WRONG_OF_JOB, inputs=[data_set(LAKE, "k2", _WRONG_OF_DATA_SET)]
    ),
    "a parent with an odd id": _start("s6", run_facets={"parent": parent("z\n" * 300, (LONG, LONG))}),
    "the first year": {**_start("s7"), "eventTime": "0001-01-01T00:00:00Z"},
    "the last year": {**run_event("COMPLETE", "08:00:00", "s7", "load"), "eventTime": "9999-12-31T23:59:59.999999Z"},
    "a data set three times": _start(
        "s8",
        inputs=[data_set(LAKE, "t", {"schema": columns("a")}), data_set("s3a://lake", "t/", {"schema": columns("b")})],
        outputs=[data_set(LAKE, "t", {"schema": columns("c")})],
    ),
    "a run that is its own parent": _start("s9", run_facets={"parent": parent("s9", "load")}),
    "a job event without data sets": job_event("08:00:00", "alone"),
}


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A fresh store."""
    with store(database_url) as opened:
        yield opened


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_every_odd_event_is_stored_once(service: MetadataService) -> None:
    said = {name: (send(service, event).is_new, send(service, event).is_new) for name, event in EVENTS.items()}

    assert said == dict.fromkeys(EVENTS, (True, False))


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_two_jobs_whose_names_join_to_one_text_are_two(service: MetadataService) -> None:
    for run, job in (("1", ("s", "x/y")), ("2", ("s/x", "y")), ("3", ("S", "x/y"))):
        send(service, _start(run, job))

    assert sum(name.startswith("openlineage.Job") for name in graph_of(service)["nodes"]) == 3


def test_a_facet_that_is_too_large_is_left_out_and_told() -> None:
    event = _start("1", run_facets={"big": facet(a="é" * (3 << 20)), "n" * 300: facet(), "ok": facet()})

    with store() as service:
        receipt = send(service, event)
        [run] = [node for name, node in graph_of(service)["nodes"].items() if name.startswith("openlineage.Run")]

    assert [each.partition(":")[0] for each in receipt.left_out] == ["/run/facets/big", f"/run/facets/{'n' * 255}"]
    assert list(run["facets"]) == ["ok"]


def test_what_a_client_says_of_itself_is_no_label() -> None:
    tags = [{"key": "tier", "value": "gold", "source": "AIRFLOW"}, {"key": "bare"}]
    own = {"key": "openlineage_client_version", "value": "1.54.0", "source": "OPENLINEAGE_CLIENT"}
    assert values_of(EXECUTION, "tags", json.dumps({"tags": [*tags, own]})) == {
        "labels": '{"bare": "", "tier": "gold"}'
    }
    assert values_of(EXECUTION, "tags", json.dumps({"tags": [own]})) == {"labels": None}


def test_an_event_with_very_many_data_sets_is_refused_and_says_what_to_do() -> None:
    event = _start("1", inputs=[data_set(LAKE, f"t{number}") for number in range(MOST_DATA_SETS + 1)])

    with store() as service:
        with pytest.raises(EventError, match="names 5001 data sets, and may name 5000; send the same run in several"):
            send(service, event)
        assert not graph_of(service)["nodes"]


def test_get_prints_nothing_that_the_rules_keep_for_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with store(url) as service:
        send(service, _start("1"))
    main(["get", "execution", "1", "--db", url])
    assert "run_id" in (printed := capsys.readouterr().out)
    assert "__openlineage__" not in printed
