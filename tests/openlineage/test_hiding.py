"""What is taken out of an event before anything of it is stored."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from lineal.openlineage.hiding import MOST_NOTES, hidden
from lineal.openlineage.pointers import EventError
from tests.openlineage.secrets import PLANTED, event_with_secrets


def test_no_secret_of_any_facet_is_left() -> None:
    given = event_with_secrets()
    before = copy.deepcopy(given)
    found = hidden(given)
    text = json.dumps(found.event)
    assert [secret for secret in PLANTED if secret in json.dumps(given)] == list(PLANTED)
    assert [secret for secret in PLANTED if secret in text] == []
    assert given == before


def test_it_is_said_what_was_hidden_and_where() -> None:
    notes = hidden(event_with_secrets()).notes
    assert "/run/facets/environmentVariables/environmentVariables/0/value: a secret" in notes
    assert "/inputs/0/namespace: the user and the password of a URL" in notes
    assert not any(secret in note for secret in PLANTED for note in notes)


def test_an_event_without_secrets_is_the_same_one() -> None:
    given = {"run": {"runId": "r"}, "job": {"namespace": "n", "name": "j", "facets": {"sql": {"query": "select key"}}}}
    for same in (given, json.loads(json.dumps(given))):  # the second one has texts that are known, as other objects
        found = hidden(same)
        assert found.event is same
        assert found.notes == ()


@pytest.mark.parametrize(
    ("namespace", "left"),
    [
        ("postgres://u:p@h:5432", "postgres://h:5432"),
        ("postgres://u:p/q@h", "postgres://h"),
        ("postgres://:p@h", "postgres://h"),
        ("postgres://h:5432/a@b", "postgres://h:5432/a@b"),
        ("abfss://container@account.dfs.core.windows.net", "abfss://container@account.dfs.core.windows.net"),
        ("token=abcdef0123456789", "token=abcdef0123456789"),
        ("jdbc:mysql://u:p@h/d", "jdbc:mysql://h/d"),
        ("sqlserver://h:1433;user=sa;password=hunter22", "sqlserver://h:1433;user=sa"),
        ("https://h/x?a=1&access_token=hunter22&b=2", "https://h/x?a=1&b=2"),
        ("s3://b/day=1/key=2", "s3://b/day=1/key=2"),
    ],
)
def test_a_name_loses_the_login_of_its_url_and_nothing_else(namespace: str, left: str) -> None:
    name = {"namespace": namespace, "name": "password=hunter22"}
    symlinks = {"identifiers": [{**name, "type": "TABLE"}], "token": "hunter22"}
    found = hidden({"inputs": [{**name, "facets": {"symlinks": symlinks}}], "run": {"runId": "token=abcdef99"}}).event
    (data_set,) = found["inputs"]
    assert (data_set["namespace"], data_set["name"]) == (left, "password=hunter22")
    assert data_set["facets"]["symlinks"]["identifiers"][0] == {**name, "namespace": left, "type": "TABLE"}
    assert data_set["facets"]["symlinks"]["token"] == "***"
    assert found["run"]["runId"] == "token=abcdef99"


def test_odd_characters_are_taken_out_of_facets_and_left_in_names_for_the_checks() -> None:
    given = {"job": {"name": "a\0", "facets": {"x\0": {"name": "b\0c", "list": ["\ud800d", "\N{GRINNING FACE}"]}}}}
    found = hidden(given)
    assert found.event == {"job": {"name": "a\0", "facets": {"x": {"name": "bc", "list": ["d", "\N{GRINNING FACE}"]}}}}
    assert [note.partition(":")[0] for note in found.notes] == ["/job/facets/x/name", "/job/facets/x/list/0"]


def test_a_facet_that_is_nested_deeply_is_cut_and_a_bomb_is_refused() -> None:
    facet: Any = "end"
    for _ in range(300):
        facet = {"x": [facet]}
    found = hidden({"run": {"facets": {"deep": facet}}})
    assert "end" not in json.dumps(found.event)
    assert [note.rpartition(": ")[2] for note in found.notes] == ["nested too deeply"]
    for _ in range(5000):
        facet = [facet]
    with pytest.raises(EventError, match="nested too deeply"):
        hidden({"run": {"facets": {"deep": facet}}})


def test_the_notes_are_bounded() -> None:
    given = {"run": {"facets": {"x": {f"token{number}": "hunter22" for number in range(1000)}}}}
    assert len(hidden(given).notes) == MOST_NOTES


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(EventError, match="no JSON value"):
        hidden({"run": value})
