"""Filter queries that both understand alike: every name, operator, literal and enum; and those that both refuse."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import event, listing, node
from tests.compat.conftest import opposite
from tests.compat.pair import Pair
from tests.compat.stock import new_nodes, new_type, relate

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


EVERY_KIND = """
id = 1
id != 1
id <> 1
id < 3
id <= 3
id > 2
id >= 2
id = 1.0
id < 2.5
id < 1e1
id = 0x2
1 = id
3 > id
id = -1
id = +1
id IN (1, 3)
id IN (1)
id NOT IN (1, 3)
id NOT IN (1, NULL)
id BETWEEN 2 AND 3
id NOT BETWEEN 2 AND 3
id BETWEEN 3 AND 2
id IS NULL
id IS NOT NULL
ID = 1 aNd Id < 2 OR iD = 3
id = type_id
type_id = 10
type_id IN (10, 11, 12, 13, 14, 15)
create_time_since_epoch > 0
create_time_since_epoch = last_update_time_since_epoch
create_time_since_epoch <= last_update_time_since_epoch AND id < 3
create_time_since_epoch >= @t4
create_time_since_epoch < @t12
last_update_time_since_epoch >= @t3 AND last_update_time_since_epoch < @t10
type = 't'
type = "t"
type != 't'
type IN ('t', 'u')
type NOT IN ('t')
type LIKE 'T'
type LIKE '%.%'
type IS NOT NULL
type = 'mlmd.Dataset' OR type = 'mlmd.Train'
TYPE = 'u'
name = 'a0'
name = 'a0' OR name = 'e0' OR name = 'c0'
name != 'a0'
name <> 'a0'
name > 'c'
name LIKE '%0'
name LIKE '_1'
name LIKE '%'
name NOT LIKE '%0'
name LIKE 'A0'
name IS NULL
name IS NOT NULL
name IN ('a0', 'e1', 'c2')
name NOT IN ('a0', 'e1', 'c2')
name BETWEEN 'a' AND 'd'
NOT name = 'a0'
NOT name LIKE '%0'
name = ''
name = r'a0'
name = '''a0'''
external_id = 'e1'
external_id IS NULL
external_id LIKE 'e%'
external_id IN ('e1', 'nothing') OR id = 1
NOT external_id = 'e1'
NOT NOT id = 1
NOT id = 1 AND id = 2
NOT (id = 1 OR id = 2)
(((id = 1)))
id = 1 OR id = 2 AND id = 3
(id = 1 OR id = 2) AND id = 2
id = 1 AND NULL IS NULL
true
false
TRUE AND id = 1
NOT false
(id = 1) = true
(id = 1) IS TRUE
(id = 1) IS NOT TRUE
(id = 1) IS FALSE
(name = 'a0') IS NOT FALSE
properties.i.int_value = 1
properties.i.int_value > 0
properties.i.int_value < 0
properties.i.int_value = -3
properties.i.int_value IN (1, -3)
properties.i.int_value NOT IN (1, -3)
properties.i.int_value BETWEEN -5 AND 1
properties.i.int_value IS NULL
properties.i.int_value IS NOT NULL
properties.s.int_value IS NULL
properties.s.int_value = 1
properties.d.double_value > 0
properties.d.double_value = -1.25
properties.d.double_value = .5
properties.d.double_value < 1
properties.i.int_value > 0.5
properties.s.string_value = 'alpha'
properties.s.string_value = 'ALPHA'
properties.s.string_value LIKE 'ALPHA'
properties.s.string_value LIKE 'b%a'
properties.s.string_value > 'B'
properties.s.string_value = 'it\\'s 100% _x_'
properties.s.string_value = "it's 100% _x_"
properties.s.string_value LIKE '%100%'
properties.b.bool_value = true
properties.b.bool_value = false
properties.b.bool_value
NOT properties.b.bool_value
properties.b.bool_value IS TRUE
properties.b.bool_value != true
properties.b.bool_value IN (true, false)
properties.nothing.int_value = 1
properties.nothing.int_value IS NULL
properties.i.int_value = 1 OR id = 4
properties.i.int_value = 1 OR properties.s.string_value = 'Beta'
properties.i.int_value = 1 AND properties.s.string_value = 'alpha'
properties.i.int_value = properties.i.int_value
properties.i.int_value < properties.d.double_value
properties.`i`.int_value = 1
properties.`dot.ted`.int_value = 7
properties.`dot.ted`.int_value IS NOT NULL AND id = 1
properties.`ünï`.string_value = 'ö'
properties.0.int_value = 3
custom_properties.c.int_value = 1
custom_properties.c.string_value = '1'
custom_properties.c.int_value IS NULL
custom_properties.mixed.int_value = 1 OR custom_properties.mixed.double_value = 2.5
custom_properties.mixed.double_value > 1
custom_properties.mixed.bool_value
custom_properties.i.int_value = 5
custom_properties.i.int_value = 5 AND properties.i.int_value = -3
properties.i.int_value = 5
custom_properties.`mixed`.int_value IS NOT NULL
id = 1 -- a comment
id /* inside */ = 1
  id  =  1
"""
OF_ARTIFACTS = """
uri = 's3://bucket/A'
uri LIKE 's3://bucket/%'
uri LIKE 'S3://%/a'
uri = ''
uri IS NULL
uri != ''
uri IN ('/local_file', 's3://bucket/b')
uri LIKE '%local_file'
URI = '/local_file'
state = LIVE
state = PENDING
state != LIVE
state IN (LIVE, DELETED)
state NOT IN (LIVE, PENDING)
NOT state = LIVE
state IS NULL
state IS NOT NULL
state = UNKNOWN
state = MARKED_FOR_DELETION AND id = 3
state = LIVE OR uri = ''
contexts_a.name = 'c0'
contexts_a.id = 2
contexts_a.id > 0
contexts_a.type = 't'
contexts_a.type != 't'
contexts_a.name != 'c0'
NOT contexts_a.name = 'c0'
contexts_a.name = 'c0' AND contexts_a.name = 'c1'
contexts_a.name = 'c0' AND contexts_b.name = 'c1'
contexts_a.name = 'c0' OR contexts_b.name = 'c1'
contexts_a.id = contexts_b.id
contexts_a.id < contexts_b.id
contexts_a.create_time_since_epoch > 0
contexts_a.last_update_time_since_epoch = contexts_a.create_time_since_epoch
contexts_a.name LIKE 'C%'
contexts_a.name IS NULL
contexts_1.id = 1
contexts__.id = 1
contexts_a.id = 1 AND type = 't'
contexts_a.id = 1 AND properties.i.int_value = 2
contexts_a.type = type
events_0.type = INPUT
events_0.type = OUTPUT
events_0.type IN (INPUT, OUTPUT)
events_0.type != INPUT
events_0.type NOT IN (INPUT, OUTPUT)
events_0.type = DECLARED_INPUT
events_0.type = DECLARED_OUTPUT OR events_0.type = INTERNAL_INPUT
events_0.type = INTERNAL_OUTPUT
events_0.execution_id = 2
events_0.execution_id IN (1, 2)
events_0.milliseconds_since_epoch = 100
events_0.milliseconds_since_epoch < 0
events_0.milliseconds_since_epoch >= @t1
events_0.execution_id = 1 AND events_0.type = OUTPUT
events_0.execution_id = 1 AND events_1.execution_id = 2
contexts_a.name = 'c0' AND events_0.type = INPUT AND properties.i.int_value > 0
"""
OF_EXECUTIONS = """
last_known_state = RUNNING
last_known_state = COMPLETE
last_known_state != COMPLETE
last_known_state IN (NEW, FAILED, CACHED, CANCELED)
last_known_state NOT IN (NEW, FAILED)
last_known_state IS NULL
last_known_state = UNKNOWN
NOT last_known_state = RUNNING
contexts_a.name = 'c0'
contexts_a.name = 'c0' AND contexts_b.name = 'c1'
events_0.artifact_id = 2
events_0.type = OUTPUT AND events_0.artifact_id = 3
events_0.type = INPUT OR events_0.type = OUTPUT
events_0.milliseconds_since_epoch BETWEEN 0 AND 300
"""
OF_CONTEXTS = """
parent_contexts_a.name = 'c0'
parent_contexts_a.id = 1
parent_contexts_a.type = 't'
parent_contexts_a.id = 1 AND parent_contexts_b.id = 2
parent_contexts_a.id = 2 AND parent_contexts_b.id = 3
child_contexts_a.name = 'c3'
child_contexts_a.id IN (2, 3)
child_contexts_b.type = 'u'
child_contexts_a.id = 4 AND parent_contexts_a.id = 1
artifacts_a.name = 'a0'
artifacts_a.id = 2
artifacts_a.id = 2 AND artifacts_b.id = 1
artifacts_a.uri LIKE 's3%'
artifacts_a.type = 't'
artifacts_a.state = LIVE
artifacts_a.state IN (LIVE, PENDING)
artifacts_a.create_time_since_epoch >= @t6
artifacts_a.last_update_time_since_epoch > 0
executions_a.name = 'e0'
executions_a.id = 5
executions_a.type = 'mlmd.Train'
executions_a.last_known_state = COMPLETE
executions_a.last_known_state IN (RUNNING, COMPLETE)
executions_a.create_time_since_epoch > 0
executions_a.last_update_time_since_epoch > 0
artifacts_a.name = 'a0' AND executions_b.name = 'e0'
artifacts_a.id = executions_a.id
"""
REFUSED_EVERYWHERE = """
nonsense
nonsense = 1
id
name
id =
= 1
id == 1
id => 1
id = 1;
id = 1 id = 2
id = 1 AND
AND id = 1
(id = 1
id = 1)
()
id IN ()
id IN 1
id IN (1,)
id IN ('1')
id BETWEEN 1
id BETWEEN 'a' AND 'b'
id LIKE '1'
name LIKE 1
name LIKE
id = '1'
name = 1
name = true
id = true
id = NULL AND
name = NULL
id IS 1
! id = 1
id % 2 = 1
id = ?
id = @p
id = :p
id IS DISTINCT FROM 1
name = 'open
name = "open
name = 'a''b'
`name = 'a'
properties
properties.i
properties.i = 1
properties.int_value = 1
properties.i.struct_value = 1
properties.s.proto_value = 1
properties.i.value = 1
properties.i.INT_VALUE = 1
Properties.i.int_value = 1
PROPERTIES.i.int_value = 1
properties.dot.ted.int_value = 7
properties.i.int_value = 'one'
properties.i.int_value LIKE '1'
properties.s.string_value = 1
properties.b.bool_value = 1
properties.d.double_value = 'x'
properties.i.int_value
properties.s.string_value
properties.ünï.string_value = 'ö'
properties..int_value = 1
`properties`.i.int_value = 1
custom_properties.i.int_value.x = 1
contexts_.name = 'c'
contexts.name = 'c'
contexts_a
contexts_a = 1
contexts_a.nonsense = 1
contexts_a.properties.i.int_value = 1
Contexts_a.name = 'c'
id = 'a' OR id = 1
id AND name = 'a'
NOT id
SELECT 1
id = 1 = true
create_time_since_epoch = 'today'
type = 1
type
state = 'LIVE'
last_known_state = 'RUNNING'
"""
REFUSED = {
    ARTIFACT: """
last_known_state = RUNNING
state = NOTHING
state = live
state = 'LIVE'
state = 2
state = uri
state = RUNNING
state = LIVE OR
state LIKE 'L%'
state
events_0.type = 'INPUT'
events_0.type = 3
events_0.type = NOTHING
events_0.artifact_id = 1
events_0.name = 'x'
events_0 = 1
events.type = INPUT
executions_a.name = 'x'
artifacts_a.name = 'x'
parent_contexts_a.name = 'x'
child_contexts_a.name = 'x'
contexts_a.state = LIVE
contexts_a.external_id = 'e'
uri = 1
""",
    EXECUTION: """
uri = 'x'
state = LIVE
last_known_state = LIVE
last_known_state = 3
last_known_state = running
events_0.execution_id = 1
executions_a.name = 'x'
artifacts_a.name = 'x'
parent_contexts_a.name = 'x'
""",
    CONTEXT: """
uri = 'x'
state = LIVE
last_known_state = RUNNING
contexts_a.name = 'c'
events_0.type = INPUT
artifacts_a.last_known_state = RUNNING
executions_a.state = LIVE
executions_a.uri = 'x'
artifacts_a.events_0.type = INPUT
artifacts_a.state = 'LIVE'
parent_contexts.name = 'x'
""",
}


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


UNDERSTOOD = [
    *((kind, where) for kind in (ARTIFACT, EXECUTION, CONTEXT) for where in lines(EVERY_KIND)),
    *((ARTIFACT, where) for where in lines(OF_ARTIFACTS)),
    *((EXECUTION, where) for where in lines(OF_EXECUTIONS)),
    *((CONTEXT, where) for where in lines(OF_CONTEXTS)),
]
WRONG = [
    *((kind, where) for kind in REFUSED for where in lines(REFUSED_EVERYWHERE)),
    *((kind, where) for kind in REFUSED for where in lines(REFUSED[kind])),
]


def named(given) -> str:
    return given if isinstance(given, str) else given.name


@pytest.mark.parametrize(("kind", "where"), UNDERSTOOD, ids=named)
def test_a_filter_finds_the_same_nodes(shelf: Pair, kind, where) -> None:
    shelf.ok(listing(kind, 50, where=where))


@pytest.mark.parametrize(("kind", "where"), WRONG, ids=named)
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
