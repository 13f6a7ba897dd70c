"""What the home view of the web UI shows: what ran, the models in production, the workspaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lineal.catalogue.shapes.facets import Count
from lineal.catalogue.shapes.records import Card, Reference, Row


@dataclass(frozen=True)
class RecentExecution(Card):
    """An execution, and the artifacts that it read.

    Attributes:
        inputs: the newest of its inputs, at most three.
        input_count: how many artifacts it read.
    """

    inputs: list[Reference] = field(default_factory=list)
    input_count: int = 0


@dataclass(frozen=True)
class FailureCount:
    """How many executions failed for a reason, and the term of a search that finds as many.

    Attributes:
        type: the type of the failure as it is recorded, its first 255 characters; "" for those of which none is.
        count: how many there are, up to 10,000.
        term: the term.
    """

    type: str
    count: int
    term: str


@dataclass(frozen=True)
class RecentExecutions:
    """The executions that ran since a time: those that ended, started or were recorded since then, and those that run.

    Attributes:
        since: the time.
        q: the search that finds them.
        states: how many of them are in each state.
        exact: whether `states` and `reasons` count all of them; if not, they count the first 10,000.
        reasons: the most frequent types of failures, then those without a type.
        other_reasons: how many more types there are.
        items: the ones that ran last.
        complete: whether the search index had caught up.
    """

    since: int
    q: str
    states: dict[str, int]
    exact: bool
    reasons: list[FailureCount]
    items: list[RecentExecution]
    other_reasons: int = 0
    complete: bool = True


@dataclass(frozen=True)
class ProductionModels:
    """The models in production.

    Attributes:
        rule: how they were found: by the alias or stage "production", or by the state LIVE because no model has either.
        q: the search that finds them.
        count: how many there are.
        exact: whether `count` is all of them; if not, there are more.
        headline: the metric that stands for them, if they have one; a model without it has one of its own.
        items: the ones that were changed last.
        complete: whether the search index had caught up.
    """

    rule: Literal["production", "live"]
    q: str
    count: int
    exact: bool
    headline: str | None
    items: list[Row]
    complete: bool = True


@dataclass(frozen=True)
class Workspace(Reference):
    """A workspace or pipeline, and how many artifacts and executions it holds that are not archived.

    Each is counted up to 10,000, those that only name the workspace too, as the search `workspace=NAME` finds them.
    """

    artifacts: Count
    executions: Count


@dataclass(frozen=True)
class Workspaces:
    """The workspaces that were active last, and how many workspaces there are, without archived ones.

    Those of the last 2,000 executions come first, then those of the last 2,000 artifacts, then those changed last.
    """

    items: list[Workspace]
    count: int
    complete: bool = True
