"""Events that a random number makes, of few names, so that they say the most different things of the same nodes."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from lineal.openlineage.data_sets import other_names
from lineal.openlineage.events import DataSet
from tests.openlineage.graphs import differences
from tests.openlineage.receiving import graph_after
from tests.openlineage.shapes import (
    LAKE,
    Given,
    columns,
    data_set,
    data_set_event,
    facet,
    job_event,
    parent,
    run_event,
    run_id,
    version,
)
from tests.parameters import rare

NAMES = [(LAKE, "a"), (LAKE, "b"), ("hive://meta:9083", "shop.a"), ("hive://meta:9083", "shop.b"), ("file", "/a")]
_TYPES = ["START", "RUNNING", "COMPLETE", "FAIL", "OTHER", None]
_JOBS = ["one", "two", "unknown"]


def symlink(name: tuple[str, str]) -> dict[str, Given]:
    """The facet that says another name."""
    return {"symlinks": facet(identifiers=[{"namespace": name[0], "name": name[1], "type": "TABLE"}])}


def events(seed: int, *, has_symlinks: bool) -> list[Given]:
    """Return some events; other names and versions are not both in one list."""
    chance = random.Random(seed)

    def one_of_data_set(use: str) -> Given:
        said: dict[str, Given] = {}
        if chance.random() < 0.3:
            said |= symlink(chance.choice(NAMES)) if has_symlinks else version(chance.choice("12"))
        if chance.random() < 0.3:
            said["schema"] = columns(*chance.sample("xyz", 2)) if chance.random() < 0.8 else facet(_deleted=True)
        if chance.random() < 0.3:
            said["columnLineage"] = facet(fields={"x": {"inputFields": [{"field": chance.choice("xyz")}]}})
        of_use = {"stats": facet(rowCount=chance.randint(0, 3))} if chance.random() < 0.4 else {}
        return data_set(*chance.choice(NAMES), said, **({use: of_use} if use else {}))

    def several(use: str) -> list[Given]:
        return [one_of_data_set(use) for _ in range(chance.randint(0, 2))]

    def event() -> Given:
        time, kind = f"08:00:0{chance.randint(0, 9)}", chance.random()
        if kind < 0.1:
            return data_set_event(time, one_of_data_set(""))
        job, sides = chance.choice(_JOBS), {"inputs": several("inputFacets"), "outputs": several("outputFacets")}
        if kind < 0.2:
            return job_event(time, job, **sides)
        above = {"parent": parent(run_id(chance.randint(1, 4)), chance.choice(_JOBS))} if kind < 0.5 else {}
        code = {"sql": facet(query=chance.choice("ab"))} if kind > 0.8 else {}
        run = run_id(chance.randint(1, 3))
        return run_event(chance.choice(_TYPES), time, run, job, run_facets=above, job_facets=code, **sides)

    return [event() for _ in range(chance.randint(2, 6))]


@pytest.mark.parametrize("has_symlinks", [False, True], ids=["versions", "symlinks"])
@pytest.mark.parametrize("seed", [*range(5), *map(rare, range(5, 60))])
def test_random_events_end_in_the_same_graph_in_any_order(seed: int, has_symlinks: bool) -> None:
    made = events(seed, has_symlinks=has_symlinks)
    again = [*made, *made]
    random.Random(-seed).shuffle(again)

    assert differences(graph_after(made), graph_after(again)) == ""


def _same_in_every_order(*given: Given) -> bool:
    first = graph_after(given)
    return all(differences(first, graph_after([*order, *order])) == "" for order in permutations(given))


def test_one_event_that_names_a_data_set_by_both_of_its_names_says_nothing_new_the_second_time() -> None:
    both = [data_set("hive://meta:9083", "shop.a"), data_set(LAKE, "a", symlink(("hive://meta:9083", "shop.a")))]

    assert _same_in_every_order(run_event("START", "08:00:00", run_id(1), "load", inputs=both))


def test_names_of_names_in_one_event_lead_to_one_data_set() -> None:
    chain = [
        data_set("file", "/a", symlink(("hive://meta:9083", "shop.a"))),
        data_set("hive://meta:9083", "shop.a", symlink((LAKE, "b"))),
    ]

    assert _same_in_every_order(
        run_event("START", "08:00:00", run_id(1), "load", inputs=[data_set(LAKE, "b")]),
        run_event("START", "08:00:01", run_id(2), "copy", inputs=chain),
    )


def test_another_spelling_of_its_own_name_is_no_other_name() -> None:
    said = facet(identifiers=[{"namespace": space, "name": "b"} for space in ("s3a://lake", "hive://meta")])

    assert other_names(DataSet(LAKE, "b/", {"symlinks": said})) == ["hive://meta/b"]


def test_columns_that_were_dropped_do_not_come_back_from_the_other_name() -> None:
    assert _same_in_every_order(
        data_set_event("08:00:00", data_set(LAKE, "b", {"schema": columns("x")})),
        data_set_event("08:00:01", data_set("file", "/a", {**symlink((LAKE, "b")), "schema": facet(_deleted=True)})),
    )
