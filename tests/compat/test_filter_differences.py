"""Where filter queries mean in Lineal what they say, and the official language does something else.

Each row: the difference, the query, and the ids that Lineal finds (None: it refuses the query).
"""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from tests.compat.build import artifact, context, event, execution, listing, put_events
from tests.compat.conftest import opposite
from tests.compat.differences import known
from tests.compat.pair import Pair, alike
from tests.compat.stock import new_nodes, new_type, relate

ODD_NAMES = ["MyProp", "myprop2", "int_value", "a+b", 'quo"te', "$x", "(p"]
NODES = ["back\\slash", "uri", "name", "id", "tab\there", "plain"]


@pytest.fixture(scope="module")
def shelf(core) -> Pair:
    """Both stores with six artifacts of odd names and properties, and contexts and events around them."""
    pair = Pair(core.open(), opposite(core))
    odd = new_type(pair, ARTIFACT, properties=dict.fromkeys(ODD_NAMES, pb.INT))
    values = {name: number for number, name in enumerate(ODD_NAMES)}
    for number, name in enumerate(NODES, start=1):
        new_nodes(pair, ARTIFACT, artifact(odd, name=name, uri=name, properties=values, state=number))
    contexts = new_type(pair, CONTEXT)
    new_nodes(pair, CONTEXT, context(contexts, name="c1", external_id="x"), context(contexts, name="c2"))
    relate(pair, attributions=[(1, 2), (1, 5), (2, 6)], parents=[(1, 2)])
    fill_events(pair)
    yield pair
    pair.close()


def fill_events(pair: Pair) -> None:
    new_nodes(pair, EXECUTION, execution(new_type(pair, EXECUTION)))
    pair.ok(put_events(event(1, 1, pb.Event.PENDING_OUTPUT), event(2, 1), event(3, 1)))


ALL = [1, 2, 3, 4, 5, 6]
ROWS = [
    ("filter-property-names", "properties.MyProp.int_value = 0", ALL),
    ("filter-property-names", "properties.MyProp.int_value = 0 OR properties.myprop.int_value = 0", []),
    ("filter-property-names", "properties.int_value.int_value = 2", ALL),
    ("filter-property-names", "properties.`a+b`.int_value = 3", ALL),
    ("filter-property-names", 'properties.`quo"te`.int_value = 4', ALL),
    ("filter-property-names", "properties.`$x`.int_value = 5", ALL),
    ("filter-property-names", "properties.`(p`.int_value = 6", ALL),
    ("filter-property-names", "contexts_A.id = 1 AND contexts_a.id = 1", [2, 5]),
    ("filter-literals", r"name = 'back\\slash'", [1]),
    ("filter-literals", r"name = r'back\slash'", [1]),
    ("filter-literals", r"name LIKE 'back\\%'", [1]),
    ("filter-literals", r"name = 'tab\there'", [5]),
    ("filter-literals", "name = 'uri'", [2]),
    ("filter-literals", "uri = 'uri'", [2]),
    ("filter-literals", "name = 'name'", [3]),
    ("filter-literals", "name = 'id'", [4]),
    ("filter-enums", "state = ABANDONED", [5]),
    ("filter-enums", "state = REFERENCE", [6]),
    ("filter-enums", "state IN (ABANDONED, LIVE)", [2, 5]),
    ("filter-enums", "state <> LIVE", [1, 3, 4, 5, 6]),
    ("filter-enums", "state = LIVE OR state = LIVE", [2]),
    ("filter-enums", "state = LIVE OR state != LIVE", ALL),
    ("filter-enums", "state IN (1, 2)", [1, 2]),
    ("filter-enums", "events_0.type = PENDING_OUTPUT", [1]),
    ("filter-enums", "events_0.type = UNKNOWN", []),
    ("filter-enums", "events_0.type = INPUT AND events_1.type = INPUT", [2, 3]),
    ("filter-functions", "CASE WHEN id = 1 THEN true ELSE false END", None),
    ("filter-functions", "EXISTS (SELECT 1)", None),
    ("filter-functions", "id IN (SELECT 1)", None),
    ("filter-functions", "SUBSTR(name, 1, 1) = 'p'", None),
    ("filter-functions", "TRIM(name) = 'plain'", None),
    ("filter-functions", "CAST(id AS string) = '1'", None),
    ("filter-functions", "CONCAT(name, 'x') = 'plainx'", None),
    ("filter-functions", "STARTS_WITH(name, 'p')", None),
    ("filter-functions", "MOD(id, 2) = 1", None),
    ("filter-functions", "id IN UNNEST([1, 2])", None),
    ("filter-functions", "(id, 1) = (1, 1)", None),
    ("filter-functions", "id = 1e400", None),
    ("filter-limits", " OR ".join(f"id = {number}" for number in range(2000)), ALL),
    ("filter-limits", " OR ".join(f"id = {number}" for number in range(20000)), None),
    ("filter-limits", " AND ".join(f"contexts_{number}.id > 0" for number in range(28)), [2, 5, 6]),
    ("filter-limits", " AND ".join(f"contexts_{number}.id > 0" for number in range(40)), None),
    ("filter-limits", "(" * 400 + "id = 1" + ")" * 400, None),
]
OF_CONTEXTS = [
    ("filter-neighbour-fields", "parent_contexts_a.create_time_since_epoch > 0", [2]),
    ("filter-neighbour-fields", "child_contexts_a.last_update_time_since_epoch > 0", [1]),
    ("filter-neighbour-fields", "artifacts_a.external_id IS NULL", [1, 2]),
    ("filter-neighbour-fields", "executions_a.external_id = 'x'", []),
    ("filter-enums", "artifacts_a.state != LIVE", [1, 2]),
    ("filter-enums", "artifacts_a.state NOT IN (REFERENCE)", [1]),
    ("filter-enums", "artifacts_a.state = LIVE AND artifacts_b.state = LIVE", [1]),
]


@pytest.mark.parametrize(("name", "where", "found"), ROWS, ids=lambda value: str(value)[:40])
def test_a_filter_over_artifacts_means_what_it_says(shelf: Pair, name, where, found) -> None:
    check(shelf, ARTIFACT, name, where, found)


@pytest.mark.parametrize(("name", "where", "found"), OF_CONTEXTS, ids=lambda value: str(value)[:40])
def test_a_filter_over_contexts_means_what_it_says(shelf: Pair, name, where, found) -> None:
    check(shelf, CONTEXT, name, where, found)


def check(pair: Pair, kind, name: str, where: str, found: list[int] | None) -> None:
    """Compare what Lineal finds with what is expected, and make sure that the official core says something else."""
    assert known(name)
    exchange = pair.ask(listing(kind, 50, where=where))
    if pair.against_itself:
        return
    assert exchange.lineal.code == (errors.INVALID_ARGUMENT if found is None else 0), exchange.lineal.message
    assert not alike(exchange.official, exchange.lineal)
    assert found is None or [one.id for one in getattr(exchange.lineal.response, kind.plural)] == found
