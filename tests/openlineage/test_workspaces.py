"""Which workspace an event belongs to."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.config import OpenLineageSettings
from lineal.openlineage.events import DataSet, Event, Job
from lineal.openlineage.workspaces import Rules
from lineal.service.access import Scope, scope_of

LONG = "x" * 300


def workspace(namespace: str, *rules: str, scope: Scope | None = None) -> str:
    """Return the workspace of a job's event."""
    event = Event(0, "", None, Job(namespace, "job"), None, (), (), {})
    return Rules(OpenLineageSettings(workspaces=rules).workspaces).workspace_of(event, scope)


@pytest.mark.parametrize(
    ("rules", "namespace", "found"),
    [
        ([], "airflow", "default"),
        (["team"], "airflow", "team"),
        (["{namespace}"], "airflow", "airflow"),
        (["{namespace}"], "spark://host:7077/a", "spark___host_7077_a"),
        (["{namespace}"], LONG, LONG[:200]),
        (["{namespace}"], "\n", "_"),
        (["{namespace}"], "   ", "default"),
        (["ol-{namespace}"], "dbt", "ol-dbt"),
        (["prod-.*=live", "rest"], "prod-eu", "live"),
        (["prod-.*=live", "rest"], "dev", "rest"),
        (["prod-.*=live"], "not-prod-eu", "default"),
        ([r"prod-(\w+)=live-\1"], "prod-eu", "live-eu"),
        ([r"(a)?b=x\1"], "b", "x"),
        (["a=b=c"], "a=b", "c"),
    ],
)
def test_the_first_rule_that_fits_names_the_workspace(rules: list[str], namespace: str, found: str) -> None:
    assert workspace(namespace, *rules) == found


def test_an_event_about_a_data_set_is_told_by_its_namespace() -> None:
    event = Event(0, "", None, None, DataSet("warehouse", "t"), (), (), {})
    assert Rules(["{namespace}"]).workspace_of(event, None) == "warehouse"


def test_credentials_for_one_workspace_write_there_whatever_the_rules_say() -> None:
    assert workspace("airflow", "{namespace}", scope=scope_of(["risk"])) == "risk"


def test_credentials_for_several_workspaces_write_into_the_one_that_the_rules_name() -> None:
    assert workspace("b", "{namespace}", scope=scope_of(["a", "b"])) == "b"
    with pytest.raises(
        errors.PermissionDeniedError, match="the workspace 'c', and these credentials write to 'a', 'b'"
    ):
        workspace("c", "{namespace}", scope=scope_of(["a", "b"]))


def test_credentials_for_no_workspace_write_nowhere() -> None:
    with pytest.raises(errors.PermissionDeniedError):
        workspace("a", scope=scope_of([]))


@pytest.mark.parametrize("rule", ["", "a=", "=a", "(=a", r"a=\1", r"(a)=\2", r"a=\q", "(?P<x>=y", "(a)=b\\"])
def test_a_rule_that_says_nothing_is_refused(rule: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--openlineage-workspace"):
        OpenLineageSettings(workspaces=(rule,))
