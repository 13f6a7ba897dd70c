"""How jobs, runs and data sets of OpenLineage are stored: the names of types and properties, and external ids.

A job is a context, a run is an execution in it, and a data set is an artifact of the SDK's type. External ids name the
workspace, so that the same run in two workspaces is two nodes. What stays out: reading and writing nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lineal import conventions, json_text
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.locations import identity_of, joined
from lineal.openlineage.events import DataSet, Job
from lineal.wire import metadata_store as pb

JOB_TYPE = conventions.OPENLINEAGE_JOB
RUN_TYPE = conventions.OPENLINEAGE_RUN
DECLARED_TYPE = conventions.OPENLINEAGE_DECLARED
DATA_SET_TYPE = "kubeflow.org/alpha/data_set"
METRICS_TYPE = "kubeflow.org/alpha/metrics"
STARTED, ENDED = conventions.START_TIMES[0], conventions.END_TIMES[0]
# What events said of a run when, as JSON; times, states and names follow from it (runs.py).
HISTORY = conventions.OPENLINEAGE_OWN[0]
# Parents of a job that are themselves inside of it, as a JSON list of external ids (jobs.py).
CYCLE = conventions.OPENLINEAGE_OWN[1]

_CODE_PROPERTIES = ("sql", "sql_dialect", "source_code", "source_language", "source_url", "source_version")
_JOB_PROPERTIES = (
    *("name", "namespace", "description", "owner", conventions.LABELS),
    *_CODE_PROPERTIES,
    *("integration", "job_type", "processing_type"),
)
_RUN_PROPERTIES = (
    *("name", "run_id", "job_namespace", conventions.LABELS),
    *("parent_run", "parent_job", "parent_job_namespace", "root_run", "root_job", "root_job_namespace"),
    *("nominal_start", "nominal_end", "engine", "engine_version", "external_query", "parameters"),
    *("error_message", "error_traceback"),
    *_CODE_PROPERTIES,
)
_DATA_SET_PROPERTIES = ("name", "create_time", "description", "owner", conventions.ALL_META, "version", "query")
PROPERTIES: Mapping[str, frozenset[str]] = {
    JOB_TYPE: frozenset(_JOB_PROPERTIES),
    RUN_TYPE: frozenset(_RUN_PROPERTIES),
    DECLARED_TYPE: frozenset(_RUN_PROPERTIES),
    DATA_SET_TYPE: frozenset(_DATA_SET_PROPERTIES),
}
"""The own properties of each type, all of them texts; every other property is a custom one."""
KIND_OF: Mapping[str, Kind] = {
    JOB_TYPE: CONTEXT,
    RUN_TYPE: EXECUTION,
    DECLARED_TYPE: EXECUTION,
    DATA_SET_TYPE: ARTIFACT,
}

UNKNOWN_JOB = "unknown"
"""The name that Spark gives the job of an application before it knows it."""
LONGEST_NODE_NAME = 255
_DIGITS = 32
run_external_id = conventions.openlineage_run
run_id_of = conventions.openlineage_run_id
_digest = conventions.openlineage_digest
_SHOWN_DIGITS = 12
_LONGEST_SHOWN_ID = 40
_LONGEST_SHOWN_JOB = 200


def job_external_id(workspace: str, namespace: str, name: str) -> str:
    """Return the external id of a job."""
    return f"{_start(workspace)}job:{_digest(namespace, name)}"


def declared_external_id(of: str) -> str:
    """Return the external id of the execution that stands for what a job or a data set declares, given its own."""
    return f"{of}:declared"


def data_set_external_id(workspace: str, data_set: DataSet) -> str:
    """Return the external id of a data set, or of a version of one; all spellings of its location are one."""
    base = f"{_start(workspace)}dataset:{location_of(uri_of(data_set))[:_DIGITS]}"
    version = version_of(data_set)
    return f"{base}:{_digest(version)}" if version else base


def is_version(external_id: str | None, workspace: str) -> bool:
    """Say whether an external id is that of a version of a data set that an event named."""
    start = f"{_start(workspace)}dataset:"
    return bool(external_id and external_id.startswith(start) and ":" in external_id.removeprefix(start))


@lru_cache(maxsize=1000)
def location_of(uri: str) -> str:
    """Return the key of a location, the same for every form of its URI."""
    return identity_of(uri)


def uri_of(data_set: DataSet) -> str:
    """Return the URI of a data set."""
    return joined(data_set.namespace, data_set.name)


def version_of(data_set: DataSet) -> str:
    """Return the version of a data set as an event names it, "" if it does not.

    The facet `version` says it, or a digest, or the snapshot that a report of Iceberg names.
    """
    said = (
        data_set.facets.get("version", {}).get("datasetVersion"),
        data_set.facets.get("digest", {}).get("digest"),
        data_set.use_facets.get("icebergScanReport", {}).get("snapshotId"),
        data_set.use_facets.get("icebergCommitReport", {}).get("snapshotId"),
    )
    return next((str(each) for each in said if each not in (None, "") and isinstance(each, (str, int))), "")


def context_name(workspace: str, job: Job, *, is_folded: bool) -> str:
    """Return the name of the context of a job, which no other job has.

    Where the name alone could be that of another job, or is too long, it ends in a digest: after a slash in the
    namespace, and in databases for which names of different spellings are equal (`is_folded`).
    """
    name = f"{workspace}/{job.namespace}/{job.name}"
    if "/" not in job.namespace and len(name) <= LONGEST_NODE_NAME and name == name.strip() and not is_folded:
        return name
    digest = _digest(job.namespace, job.name)
    return f"{name[: LONGEST_NODE_NAME - len(digest) - 1].strip()} {digest}"


def run_name(job: str, run_id: str) -> str:
    """Return the name by which runs are listed: names of jobs repeat, and only the end of a UUID is always random."""
    is_uuid = conventions.is_uuid(run_id)
    is_short = len(run_id) <= _LONGEST_SHOWN_ID and not is_uuid
    shown = run_id if is_short else (run_id if is_uuid else _digest(run_id))[-_SHOWN_DIGITS:]
    return f"{job[:_LONGEST_SHOWN_JOB]} {shown}"


def value(content: str | int) -> pb.Value:
    """Return a text or a whole number as the value of a property."""
    return pb.Value(string_value=content) if isinstance(content, str) else pb.Value(int_value=content)


def text_of(node: Any, name: str) -> str:
    """Return a text of a node, its own or a custom property, "" if it has none."""
    for properties in (node.properties, node.custom_properties):
        if name in properties:
            return str(properties[name].string_value)
    return ""


def cycle_of(job: Any) -> set[str]:
    """Return the external ids of the jobs that are parents of a job and also inside of it."""
    return {each for each in json_text.list_in(text_of(job, CYCLE)) if isinstance(each, str)}


def workspace_of(node: Any) -> str:
    """Return the workspace that a node names."""
    stored = node.custom_properties
    return stored[conventions.WORKSPACE_PROPERTY].string_value if conventions.WORKSPACE_PROPERTY in stored else ""


def _start(workspace: str) -> str:
    return f"{conventions.OPENLINEAGE_IDS}{workspace}:"
