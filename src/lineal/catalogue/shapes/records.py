"""What the catalogue answers about records: cards, rows, pages and whole nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from lineal.catalogue.shapes.environments import Environment
from lineal.catalogue.shapes.unknown_names import UnknownName
from lineal.json_shapes import Decimal, Value, Wide

KindName = Literal["artifact", "execution", "context"]


@dataclass(frozen=True)
class MetricValue:
    """A metric of a node over all reports: the latest value, the least, the greatest, and how many."""

    last: Decimal
    least: Decimal
    greatest: Decimal
    count: int


@dataclass(frozen=True)
class Reference:
    """A node named by another. The key ("a12", "e7", "c3") is what links and lineage use."""

    key: str
    id: Wide
    name: str | None
    type: str


@dataclass(frozen=True)
class Failure:
    """Why an execution did not complete.

    Attributes:
        type: the type of the exception, or the reason in a word; null if it is not recorded.
        message: the message, "" if there is none. Cards have its first 300 characters.
        is_cut: whether the message is longer than that; the record itself has all of it.
        traceback: the traceback; only the record itself has it.
    """

    type: str | None
    message: str
    is_cut: bool = False
    traceback: str | None = None


@dataclass(frozen=True)
class Times:
    """When an execution started and ended, and which of the two its properties say.

    Attributes:
        started: when it started; when it was created if no property says it.
        ended: when it ended, None while it runs; when it was changed last if no property says it.
        start_is_recorded: whether a property says when it started.
        end_is_recorded: whether a property says when it ended.
        duration: how long it took in milliseconds, or has been running until now; null unless properties say it.
    """

    started: int
    ended: int | None
    start_is_recorded: bool
    end_is_recorded: bool
    duration: int | None


@dataclass(frozen=True)
class Card:
    """A node in short, as lists and the lineage graph show it.

    Attributes:
        key: "a12", "e7" or "c3".
        name: what people call it; null if nothing names it.
        type: the whole name of its type.
        version: its version as recorded.
        state: the word of its state, None if it is not set.
        workspace: the name of its workspace or pipeline.
        run: the name of its run.
        started: when an execution started, as its properties say, else when it was created; null for others.
        ended: when an execution ended, as its properties say, else when it was changed last; null while it runs.
        start_is_recorded: whether a property says when it started (`start_time`, for example).
        end_is_recorded: whether a property says when it ended.
        duration: how long an execution took, in milliseconds: from its recorded start to its recorded end, or until
            now while it runs; null if one of the two is not recorded, because times of the store say nothing of it.
        failure: why an execution did not complete, if that is recorded.
        aliases: the aliases that it has among the versions of its name, in alphabetical order.
        archived: when it was archived; null if it is not.
        missing: whether events name it but the store does not have it.
        values: the properties and labels that were asked for ("prop.K", "label.K").
        metrics: the metrics that were asked for, by name.
    """

    key: str
    kind: KindName
    id: Wide
    name: str | None = None
    type: str = ""
    type_id: Wide = 0
    version: str | None = None
    state: str | None = None
    uri: str | None = None
    external_id: str | None = None
    created: int = 0
    updated: int = 0
    started: int | None = None
    ended: int | None = None
    start_is_recorded: bool = False
    end_is_recorded: bool = False
    duration: int | None = None
    failure: Failure | None = None
    workspace: str | None = None
    run: str | None = None
    aliases: list[str] = field(default_factory=list)
    archived: int | None = None
    missing: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    metrics: dict[str, MetricValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Row(Card):
    """A node in a list.

    Attributes:
        made_by: the execution that wrote an artifact last, if one did.
        labels: its labels, wherever they are recorded.
    """

    made_by: Reference | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes:
        items: the nodes.
        next_cursor: what to pass as `cursor` for the next page; null on the last.
        complete: whether the search index had caught up; if not, newly written things may be missing from a search.
        headline: the metric that stands for the nodes, if `headline` or `default` was asked for and they have one.
        columns: what `default` stood for, if it was asked for and the search is about one type.
        unknown: if the search finds nothing, the names in it that no record has, five at most.
        meant: the search with the nearest names in their places; null if no name has a nearest.
    """

    items: list[Row]
    next_cursor: str | None
    complete: bool = True
    headline: str | None = None
    columns: list[str] | None = None
    unknown: list[UnknownName] = field(default_factory=list)
    meant: str | None = None


@dataclass(frozen=True)
class Versions:
    """A page of the versions of an artifact, newest first.

    Attributes:
        items: the versions, with the metrics that were asked for.
        next_cursor: what to pass as `cursor` for the next page; null on the last.
        total: how many versions there are.
        metrics: the names of all metrics that the newest `counted` versions have, the headline first.
        headline: the metric that stands for the versions, if `headline` was asked for.
        complete: whether the search index had caught up.
        counted: of how many versions `metrics` are, 2,000 at most; all if it is `total`.
    """

    items: list[Row]
    next_cursor: str | None
    total: int
    metrics: list[str]
    headline: str | None = None
    complete: bool = True
    counted: int = 0


@dataclass(frozen=True)
class Steps:
    """The executions that are parts of another one, by id: the first 100, and how many there are."""

    items: list[Card]
    total: int


@dataclass(frozen=True)
class Node(Card):
    """A node with all that is recorded of it.

    Attributes:
        properties: what its type declares.
        custom_properties: what it has beyond that.
        labels: its labels, wherever they are recorded.
        meta: the JSON object that the SDK keeps of it, if there is one.
        contexts: what holds it: workspaces, pipelines, runs and others.
        inputs: how many input events it has.
        outputs: how many output events it has.
        unindexed: the reason if searches do not find it by its content.
        headline: the names of up to four metrics that stand for it, the first one first.
        facets: the names of the facets of OpenLineage that it has; of an artifact and of an
            execution also those of its events.
        environment: where an execution ran: its code, command, Python, packages; null if nothing is recorded.
        part_of: the execution that an execution is a part of, such as the step that called it. Only of a node that is
            asked for alone, as `steps`.
        steps: the executions that are parts of an execution; null if there are none.
        tag: a text that is the same as long as nobody changes the node; `If-Match` takes it.
        recorded_by: whose call recorded it, if the audit log has that. Only of a node that is asked for alone, and for
            callers without workspaces, as the two that follow.
        changed_since: what has another value than it was recorded with, or was removed, as the audit log shows:
            `digest`, `git.commit`, `param.NAME` and others, without state, labels, description and aliases. What
            changed before the log was kept, or without Lineal, is not in it. null if it is not known.
        deleted_outputs: how many outputs of an execution were deleted, as the audit log shows; null if it is not known.
    """

    properties: dict[str, Value] = field(default_factory=dict)
    custom_properties: dict[str, Value] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] | None = None
    contexts: list[Reference] = field(default_factory=list)
    inputs: int = 0
    outputs: int = 0
    unindexed: str | None = None
    headline: list[str] = field(default_factory=list)
    facets: list[str] = field(default_factory=list)
    environment: Environment | None = None
    part_of: Reference | None = None
    steps: Steps | None = None
    tag: str = ""
    recorded_by: str | None = None
    changed_since: list[str] | None = None
    deleted_outputs: int | None = None


@dataclass(frozen=True)
class NewAlias:
    """An alias that an artifact has got, and the artifact that had it before, if there was one."""

    alias: str
    artifact_id: Wide
    previous_artifact_id: Wide | None


@dataclass(frozen=True)
class Nodes:
    """Nodes in the order of the ids asked for, and the keys of those that do not exist."""

    items: list[Node]
    missing: list[str]


@dataclass(frozen=True)
class Evaluation:
    """Metrics that a node reports, on itself or on a model; `time` is when they were measured."""

    reporter: Reference
    time: int
    metrics_type: str | None
    data_set_id: str | None
    labels: dict[str, str]
    values: dict[str, Decimal]


@dataclass(frozen=True)
class Evaluations:
    """The evaluations of a node, oldest first.

    Attributes:
        items: what it reports itself, and up to 1,000 reports of others, those that were written last.
        total: how many there are in all.
    """

    items: list[Evaluation]
    total: int


@dataclass(frozen=True)
class TypeCount:
    """How many nodes of a type there are, and how many of them are archived."""

    kind: KindName
    type: str
    count: int
    archived: int = 0


@dataclass(frozen=True)
class Run:
    """A run: a name that executions share, or a context of a run type.

    Attributes:
        id: its number in this store.
        context_id: the id of its context, None for a run that is only named.
        created: when its first record was written.
        updated: when its last record was written.
        search: the search that finds what it holds; "" for a context, which `context_id` finds.
        states: how many executions without archived ones are in each state.
    """

    id: Wide
    name: str
    search: str
    workspace: str | None
    context_id: Wide | None
    created: int
    updated: int
    artifacts: int
    executions: int
    states: dict[str, int]


@dataclass(frozen=True)
class Runs:
    """A page of runs, newest first; `unknown` and `meant` are those of a page of other records, of the workspace."""

    items: list[Run]
    next_cursor: str | None
    unknown: list[UnknownName] = field(default_factory=list)
    meant: str | None = None


@dataclass(frozen=True)
class Holding:
    """What a workspace, run or other context holds, by type."""

    artifacts: int
    executions: int
    by_type: list[TypeCount]
    states: dict[str, int]


@dataclass(frozen=True)
class Found:
    """What a text from a log or a mail may mean.

    Attributes:
        by_id: the nodes with this id.
        by_uri: the artifacts with this uri, newest first.
        names: the names that are or hold the text: exact ones first, then those that begin with it, then the rest.
        by_name: the newest node of each of these names, in the same order.
        runs: the runs with exactly this name, newest first.
    """

    by_id: list[Card]
    by_uri: list[Card]
    names: list[FoundName]
    by_name: list[Card]
    runs: list[Run]


@dataclass(frozen=True)
class FoundName:
    """The nodes of one name, type and workspace: the versions of a model or data set, the executions of a step.

    Attributes:
        match: how the name is like the text: "exact" (whatever the case), "prefix" or "part".
        count: how many nodes have it.
        newest: the node that was recorded last.
    """

    match: Literal["exact", "prefix", "part"]
    count: int
    newest: Card


@dataclass(frozen=True)
class ExecutionTiming(Card):
    """A running execution against the completed ones of its name.

    Attributes:
        median: how long completed ones of the same type and name took, in milliseconds, as far as that is recorded;
            null if it is of none.
        stuck: whether it runs for more than three times the median.
    """

    median: int | None = None
    stuck: bool = False


@dataclass(frozen=True)
class Running:
    """The executions that run, longest first."""

    items: list[ExecutionTiming]
