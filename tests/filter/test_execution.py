"""What queries find: the semantics of the language, on a database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.filter.shelf import found


def finds(shelf: sa.Engine, kind: str, cases: dict[str, list[int]]) -> None:
    assert {query: found(shelf, query, kind) for query in cases} == cases


def test_plain_fields_are_compared(shelf: sa.Engine) -> None:
    cases = {
        "id = 1": [1],
        "1 < id AND id <= 3": [2, 3],
        "id = 2.0": [2],
        "id IN (1, 2.0, 2.5)": [1, 2],
        "id BETWEEN 2 AND 3.5": [2, 3],
        "uri = '/tmp/x' OR external_id = 'x1'": [1, 5],
        "create_time_since_epoch != last_update_time_since_epoch": [1, 3, 5],
        "type = 'Data'": [1, 4],
        "type_id = 11": [2, 3, 5],
        "true": [1, 2, 3, 4, 5],
        "false": [],
    }
    finds(shelf, "artifact", cases)


def test_strings_are_compared_by_bytes(shelf: sa.Engine) -> None:
    cases = {
        "name = 'model'": [2],
        "name = 'model '": [],
        "name = 'munch_100%'": [],
        "name < 'a'": [3, 5],
        "name BETWEEN 'M' AND 'N'": [3, 5],
        "name > 'Mz'": [1, 2, 3],
    }
    finds(shelf, "artifact", cases)


def test_like_ignores_the_case_of_a_to_z_only(shelf: sa.Engine) -> None:
    cases = {
        "name LIKE 'mODEL'": [2, 5],
        "name LIKE '%DE%'": [2, 5],
        "name LIKE 'mÜnch%'": [],
        "name LIKE 'münch%'": [3],
        "name LIKE 'M_nch\\u005f100%'": [3],
        "name LIKE '____'": [1],
        "name LIKE ''": [],
        "name NOT LIKE '%o%'": [1, 3],
        "'Model' LIKE name": [2, 5],
    }
    finds(shelf, "artifact", cases)


def test_like_has_no_escape_character(shelf: sa.Engine) -> None:
    cases = {
        r"name LIKE r'%\%'": [],
        "name LIKE '%|%'": [],
        "'a|' LIKE '_|'": [1, 2, 3, 4, 5],
        r"properties.owner.string_value LIKE r'%\%'": [3],
    }
    finds(shelf, "artifact", cases)


def test_null_makes_conditions_unknown(shelf: sa.Engine) -> None:
    cases = {
        "name IS NULL": [4],
        "name != 'data'": [2, 3, 5],
        "name NOT IN ('data')": [2, 3, 5],
        "NOT name = 'data'": [2, 3, 5],
        "id NOT IN (1, NULL)": [],
        "id IN (1, NULL)": [1],
        "(name = 'data') IS NULL": [4],
        "(name = 'data') IS NOT TRUE": [2, 3, 4, 5],
        "(name = 'data') IS FALSE": [2, 3, 5],
        "NULL OR id = 1": [1],
        "NULL IS NULL AND id = 1": [1],
    }
    finds(shelf, "artifact", cases)


def test_a_state_that_is_not_set_differs_from_every_named_state(shelf: sa.Engine) -> None:
    cases = {
        "state = LIVE": [1],
        "state = UNKNOWN": [5],
        "state = REFERENCE": [4],
        "state != LIVE": [2, 3, 4, 5],
        "state <> LIVE": [2, 3, 4, 5],
        "state NOT IN (LIVE, PENDING)": [3, 4, 5],
        "NOT state = LIVE": [2, 4, 5],
        "NOT state IN (LIVE)": [2, 4, 5],
        "NOT (state != LIVE)": [1],
        "state = LIVE OR state = LIVE OR state != LIVE": [1, 2, 3, 4, 5],
        "state IS NULL": [3],
    }
    finds(shelf, "artifact", cases)


def test_a_state_is_ordered_by_its_number(shelf: sa.Engine) -> None:
    cases = {
        "state > 1": [1, 4],
        "state BETWEEN 0 AND 1": [2, 5],
        "state IN (1, 2)": [1, 2],
        "state NOT IN (2)": [2, 4, 5],
    }
    finds(shelf, "artifact", cases)


def test_a_property_must_be_there(shelf: sa.Engine) -> None:
    cases = {
        "properties.step.int_value = 1": [1],
        "properties.step.int_value = 1 OR id = 5": [1],
        "properties.step.string_value IS NULL": [1, 2, 3, 4],
        "properties.nothing.int_value IS NULL": [],
        "properties.step.int_value NOT IN (1)": [2, 3, 4],
        "properties.score.double_value > 0.5": [2],
        "properties.score.double_value = 1e-9": [4],
        "properties.step.int_value = 9223372036854775807": [4],
        "properties.done.bool_value": [1],
        "NOT properties.done.bool_value": [2],
        "properties.done.bool_value IN (false)": [2],
        "properties.step.int_value > properties.score.double_value": [1, 2, 4],
    }
    finds(shelf, "artifact", cases)


def test_names_of_properties_are_taken_as_written(shelf: sa.Engine) -> None:
    cases = {
        "properties.Step.int_value = 20": [2],
        "properties.step.int_value = 20": [],
        "properties.Step.int_value = 20 AND properties.step.int_value = 2": [2],
        "properties.`a.b`.int_value = 7": [1],
        "properties.`ünï 数`.int_value = 1": [3],
        r"properties.`it's \`q\` \\`.int_value = 1": [2],
        "properties.name.string_value = 'inner'": [1],
        "properties.name.string_value IS NOT NULL": [1],
        "custom_properties.int_value.int_value = 3": [5],
    }
    finds(shelf, "artifact", cases)


def test_custom_properties_are_apart(shelf: sa.Engine) -> None:
    cases = {
        "custom_properties.step.int_value = 100": [1],
        "custom_properties.step.int_value = 100 AND properties.step.int_value = 1": [1],
        "custom_properties.mixed.int_value = 1 OR custom_properties.mixed.double_value = 1.5": [2, 4],
        "custom_properties.mixed.bool_value": [5],
        "custom_properties.mixed.string_value = '1'": [3],
        "properties.mixed.int_value = 1": [],
    }
    finds(shelf, "artifact", cases)


def test_literals_are_literals(shelf: sa.Engine) -> None:
    cases = {
        "name = 'uri'": [],
        "name = 'name'": [],
        r"""properties.owner.string_value = 'it\'s \\ "q"\n'""": [3],
        "name = 'x\\' OR 1 = 1 --'": [],
        "uri = ''": [3, 4],
        "name != '__MLMD_NULL__'": [1, 2, 3, 5],
    }
    finds(shelf, "artifact", cases)


def test_neighbours_are_some_row_and_the_same_alias_is_the_same_row(shelf: sa.Engine) -> None:
    cases = {
        "contexts_a.name = 'exp'": [1, 3],
        "NOT contexts_a.name = 'exp'": [1, 2, 5],
        "contexts_a.name = 'exp' AND contexts_a.name = 'run'": [],
        "contexts_a.name = 'exp' AND contexts_b.name = 'run'": [1],
        "contexts_a.name = 'exp' AND contexts_A.name = 'run'": [1],
        "contexts_a.id < contexts_b.id": [1],
        "contexts_a.id = 1 OR id = 5": [1, 3, 5],
        "contexts_a.id = 1 OR id = 4": [1, 3],
        "contexts_a.id > 0": [1, 2, 3, 5],
        "contexts_a.type = 'Run' AND type = 'Data'": [1],
        "contexts_a.name > name AND contexts_a.id = 1": [1, 3],
        "contexts_a.id = 2 AND properties.step.int_value = 2": [2],
        "contexts_a.id = 1 OR properties.done.bool_value": [1],
        "contexts_a.id = 1 OR contexts_b.id = 2": [1, 2, 3, 5],
        "contexts_a.id = 1 OR events_0.type = INPUT": [1, 2, 3],
        "contexts_a.id = 9 OR events_0.type = INPUT": [1, 2],
        "contexts_a.id = 1 OR events_0.type = DECLARED_INPUT OR uri = '/tmp/x'": [1, 3, 5],
        "NOT (contexts_a.id = 1 AND contexts_b.id = 1)": [1, 2, 5],
        "NOT (contexts_a.id = 1 OR contexts_b.id = 1)": [1, 2, 5],
        "(contexts_a.id = 1 OR contexts_b.id = 2) AND contexts_a.name = 'run'": [1, 2, 5],
        "contexts_a.id = 1 AND (contexts_a.name = 'x' OR events_0.type = INPUT)": [1],
        "contexts_a.create_time_since_epoch = create_time_since_epoch": [1, 2],
    }
    finds(shelf, "artifact", cases)


def test_events_of_artifacts(shelf: sa.Engine) -> None:
    cases = {
        "events_0.type = INPUT": [1, 2],
        "events_0.type = PENDING_OUTPUT": [3],
        "events_0.type != INPUT": [2, 3, 5],
        "events_0.type = INPUT AND events_1.type = OUTPUT": [2],
        "events_0.type = INPUT AND events_0.type = OUTPUT": [],
        "events_0.execution_id = 2 AND events_0.milliseconds_since_epoch > 100": [2, 5],
        "events_0.execution_id = contexts_a.id AND contexts_a.name = 'run'": [2, 5],
        "events_0.type NOT IN (INPUT, OUTPUT)": [3],
    }
    finds(shelf, "artifact", cases)


def test_neighbours_of_executions(shelf: sa.Engine) -> None:
    cases = {
        "contexts_a.name = 'run'": [2],
        "events_0.artifact_id = 2": [1, 2],
        "events_0.artifact_id = 2 AND last_known_state = COMPLETE": [2],
        "contexts_a.id = 1 AND events_0.type = OUTPUT": [1],
    }
    finds(shelf, "execution", cases)


def test_neighbours_of_contexts(shelf: sa.Engine) -> None:
    cases = {
        "parent_contexts_a.name = 'exp'": [2],
        "parent_contexts_a.create_time_since_epoch = 100": [2],
        "child_contexts_a.name = 'run'": [1],
        "child_contexts_a.type = 'Run'": [1],
        "artifacts_a.external_id = 'x1'": [1, 2],
        "artifacts_a.state != LIVE": [1, 2],
        "artifacts_a.state NOT IN (LIVE, PENDING)": [1, 2],
        "artifacts_a.type = 'Data' AND executions_b.last_known_state = RUNNING": [1],
        "executions_a.last_known_state != RUNNING": [2],
        "artifacts_a.id = 2": [2],
    }
    finds(shelf, "context", cases)


def test_arithmetic_is_decimal_and_never_fails(shelf: sa.Engine) -> None:
    cases = {
        "last_update_time_since_epoch - create_time_since_epoch = 1": [1, 3, 5],
        "id / 2 = 0.5": [1],
        "id / (id - 1) = 2": [2],
        "id / 0 IS NULL": [1, 2, 3, 4, 5],
        "-id + 2 * 3 = 4": [2],
        "properties.step.int_value * 9223372036854775807 > 1e37": [4],
        "ABS(properties.step.int_value) = 3": [3],
        "ABS(-9223372036854775808) > 9e18 AND id = 1": [1],
        "state + 1 = 3": [1],
    }
    finds(shelf, "artifact", cases)


def test_functions(shelf: sa.Engine) -> None:
    cases = {
        "LOWER(name) = 'model'": [2, 5],
        "UPPER(name) = 'MüNCH_100%'": [3],
        "LENGTH(name) = 10": [3],
        "COALESCE(name, 'none') = 'none'": [4],
        "COALESCE(state, -1) < 0": [3],
        "IFNULL(external_id, name) = 'x1'": [1],
        "COALESCE(NULL, id, 1.5) = 3": [3],
    }
    finds(shelf, "artifact", cases)


@pytest.mark.parametrize("query", ["contexts_a.id > 0 AND events_0.type != UNKNOWN", "contexts_a.id > 0 OR true"])
def test_a_node_with_many_neighbours_is_found_once(shelf: sa.Engine, query: str) -> None:
    assert len(found(shelf, query)) == len({*found(shelf, query)}) > 2
