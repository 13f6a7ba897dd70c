"""OpenLineage's events as values: what an event says, once its envelope has been checked.

Facets are the objects of the event, as they came. What stays out: the checks (checks.py), and what follows from an
event (receiving.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Facets = Mapping[str, Mapping[str, Any]]

START, RUNNING, COMPLETE, FAIL, ABORT, OTHER = "START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER"


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        namespace, name: which one.
        facets: by their keys.
    """

    namespace: str
    name: str
    facets: Facets = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run of a job.

    Attributes:
        id: which one; a UUID, but no rule says so.
        facets: by their keys; that of the parent is called `parent`, however the event spells it.
    """

    id: str
    facets: Facets = field(default_factory=dict)


@dataclass(frozen=True)
class DataSet:
    """A data set, as one event names it.

    Attributes:
        namespace, name: which one.
        facets: of the data set itself, by their keys.
        use_facets: of its use as an input or an output of the run.
    """

    namespace: str
    name: str
    facets: Facets = field(default_factory=dict)
    use_facets: Facets = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """An event about a run, a job or a data set.

    Attributes:
        time: in microseconds since the epoch.
        type: START, RUNNING, COMPLETE, FAIL, ABORT or OTHER, and "" if the event does not say it.
        run: the run, None in an event about a job or a data set.
        job: the job, None in an event about a data set.
        data_set: the data set of an event about one, else None.
        inputs, outputs: what the run or the job reads and writes.
        given: the event as it came.
    """

    time: int
    type: str
    run: Run | None
    job: Job | None
    data_set: DataSet | None
    inputs: tuple[DataSet, ...]
    outputs: tuple[DataSet, ...]
    given: Mapping[str, Any]
