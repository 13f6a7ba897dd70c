"""Filter queries that both understand alike (queries/understood.txt) and that both refuse (queries/refused.txt)."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import event, listing, node
from tests.compat.conftest import opposite
from tests.compat.pair import Pair
from tests.compat.stock import new_nodes, new_type, relate

HERE = Path(__file__).parent
PROPERTIES = {
    "i": pb.INT,
    "d": pb.DOUBLE,
    "s": pb.STRING,
    "b": pb.BOOLEAN,
    "dot.ted": pb.INT,
    "ünï": pb.STRING,
    "0": pb.INT,
}
VALUES = [
    {"i": 1, "d": 0.5, "s": "alpha", "b": True, "dot.ted": 7, "ünï": "ö", "0": 3},
    {"i": 2, "d": -1.25, "s": "Beta", "b": False},
    {"i": -3, "s": "it's 100% _x_"},
    {},
]
CUSTOM = [{"c": 1, "mixed": 1}, {"c": "1", "mixed": 2.5}, {"mixed": True, "i": 5}, {}]


@pytest.fixture(scope="module")
def shelf(core) -> Pair:
    """Both stores with four nodes of each kind, in contexts, with events and parents; tests only read it."""
    pair = Pair(core.open(), opposite(core))
    fill(pair)
    yield pair
    pair.close()


def fill(pair: Pair) -> None:
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        types = [new_type(pair, kind, name, properties=PROPERTIES) for name in ("t", "u")]
        for number in range(4):
            fields = {"properties": VALUES[number], "custom": CUSTOM[number], "name": f"{kind.name[0]}{number}"}
            fields |= {"external_id": f"e{number}"} if number % 2 else {}
            if kind.state_field and number:
                fields[kind.state_field] = number + 1
            if kind.has_uri:
                fields["uri"] = ["s3://bucket/A", "s3://bucket/b", "/local_file", None][number]
            new_nodes(pair, kind, node(kind, types[number // 3], **fields))
    unnamed = [node(ARTIFACT, 1), node(EXECUTION, 5)]
    new_nodes(pair, ARTIFACT, unnamed[0])
    new_nodes(pair, EXECUTION, unnamed[1])
    relate(
        pair,
        attributions=[(1, 1), (1, 2), (2, 2), (3, 5)],
        associations=[(1, 1), (2, 1), (2, 2), (3, 5)],
        parents=[(1, 2), (1, 3), (2, 4), (3, 4)],
    )
    events = [event(1, 1, 3, milliseconds_since_epoch=100), event(2, 1, 4, milliseconds_since_epoch=200)]
    events += [
        event(2, 2, 2, milliseconds_since_epoch=-5),
        event(3, 2, 1),
        event(3, 2, 4),
        event(5, 5, 5),
        event(4, 3, 6),
    ]
    pair.ok(rpc.PutEventsRequest(events=events))


def queries(file: str) -> list[tuple[Kind, str]]:
    """Read queries, one a line, under the kinds of nodes that they are for."""
    found: list[tuple[Kind, str]] = []
    kinds: list[Kind] = []
    for line in (HERE / "queries" / file).read_text().splitlines():
        if line.startswith("["):
            kinds = [kind for kind in KINDS if line in (f"[{kind.name}]", "[every kind]")]
        else:
            found += [(kind, line) for kind in kinds]
    return found


def named(given) -> str:
    return given if isinstance(given, str) else given.name


@pytest.mark.parametrize(("kind", "where"), queries("understood.txt"), ids=named)
def test_a_filter_finds_the_same_nodes(shelf: Pair, kind, where) -> None:
    shelf.ok(listing(kind, 50, where=where))


@pytest.mark.parametrize(("kind", "where"), queries("refused.txt"), ids=named)
def test_a_wrong_filter_is_refused(shelf: Pair, kind, where) -> None:
    shelf.fails(errors.INVALID_ARGUMENT, listing(kind, 50, where=where))


@pytest.mark.parametrize("where", [" ", "\n", "\t \n"])
def test_blanks_are_no_filter(shelf: Pair, where) -> None:
    shelf.fails(errors.INVALID_ARGUMENT, listing(ARTIFACT, where=where))


def test_two_hundred_parentheses_are_fine(shelf: Pair) -> None:
    shelf.ok(listing(ARTIFACT, where="(" * 200 + "id = 1" + ")" * 200))


def test_many_terms_are_fine(shelf: Pair) -> None:
    shelf.ok(listing(ARTIFACT, where=" OR ".join(f"id = {number}" for number in range(500))))
    shelf.ok(listing(ARTIFACT, where=f"id IN ({', '.join(str(number) for number in range(3000))})"))


def test_many_neighbours_are_fine(shelf: Pair) -> None:
    shelf.ok(listing(ARTIFACT, where=" AND ".join(f"contexts_{number}.id > 0" for number in range(15))))
    shelf.ok(listing(ARTIFACT, where=" OR ".join(f"custom_properties.c.int_value > -{number}" for number in range(40))))
