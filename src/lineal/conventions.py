"""Which contexts count as workspaces and as runs, and which properties say what of a record; as data.

The SDK's workspaces are contexts and its runs are names in a custom property. Kubeflow Pipelines and TFX record
pipelines and runs as contexts. Names that begin with two underscores are those of the SDK's or Lineal's own properties.
The audit log has words of its own, by which it can be asked.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Literal

AuditSubject = Literal["artifact", "execution", "context", "type", "store", "token", "file"]
"""What an entry of the audit log is about."""
AuditAction = Literal["create", "update", "delete", "tombstone"]
"""What is done to a record; the log has more, which are about its links, aliases and files."""

DATA_SET_TYPE = "kubeflow.org/alpha/data_set"
WORKSPACE_TYPE = "kubeflow.org/alpha/workspace"
WORKSPACE_TYPES = (WORKSPACE_TYPE, "system.Pipeline", "pipeline")
RUN_TYPES = ("kubeflow.org/alpha/run", "system.PipelineRun", "pipeline_run", "run", "KfpRun", "mlflow.Run")
# The context of a watched object and of all that belongs to it (lineal.watch), and the kinds whose contexts are runs,
# because they run several steps or trials. Its properties `kind` and `name` say what it is.
OWNER_TYPE = "lineal.dev/owner"
OWNER_KIND, OWNER_NAME = "kind", "name"
RUN_KINDS = ("Workflow", "PipelineRun", "Experiment")
WORKSPACE_PROPERTY = "__kf_workspace__"
RUN_PROPERTY = "__kf_run__"
ALL_META = "__ALL_META__"
# What a record says of the content of a data set or of the files of a model, whose digest is that of all of them.
CONTENT = ("digest", "rows", "columns", "size", "format")
LABELS = "labels"
# When a record was archived, in milliseconds since the epoch, and the aliases of a version in alphabetical order, with
# commas between them. The aliases are a copy for readers; what counts is the table `lineal_alias`.
ARCHIVED = "__archived__"
ALIASES = "__aliases__"
INTERNAL_PREFIX = "__"
# Tags of MLflow's clients are custom properties with a prefix, of nodes whose types or external ids have one. They are
# labels, but for those by which its clients tell each other something.
MLFLOW_TYPES = "mlflow."
MLFLOW_RUN = "mlflow.Run"
MLFLOW_EXPERIMENT, MLFLOW_REGISTERED_MODEL = "mlflow.Experiment", "mlflow.RegisteredModel"
MLFLOW_IDS = "mlflow:"
# How the last steps of an event's path begin that say which data set of MLflow a run read, where the artifact does not.
MLFLOW_DATA_SET_STEPS = {"name": "mlflow.dataset.name=", "digest": "mlflow.dataset.digest="}
_LOGGED_MODEL = re.compile(r"mlflow:[^:]+:model:m-[^:]+")
# Runs and jobs that OpenLineage's events tell of, and runs that stand for what a job declares (lineal.openlineage).
OPENLINEAGE_RUN, OPENLINEAGE_JOB = "openlineage.Run", "openlineage.Job"
OPENLINEAGE_DECLARED = "openlineage.Declared"
OPENLINEAGE_IDS = "openlineage:"
# What the audit log calls the receiving of events.
OPENLINEAGE_CALL = "ReceiveEvent"
# What its rules keep for themselves: what events said of a run when, and the parents of a job that are inside of it.
OPENLINEAGE_OWN = ("__openlineage__", "__openlineage_cycle__")
# The names of a data set's columns with commas between them, and how many characters of them a search looks at.
COLUMN_NAMES = "column_names"
# Texts that events say of a data set: they are no labels, which somebody chose.
OPENLINEAGE_TEXTS = frozenset(
    {COLUMN_NAMES, "namespace", "source", "source_uri", "storage", "format", "data_set_type", "catalog", "catalog_type"}
    | {"change", "previous_name", "previous_namespace"}
)
# What only events write of a data set: by these a record that another door made shows that events told of it.
OPENLINEAGE_MARKS = (COLUMN_NAMES, "source_uri")
# Numbers that events say of a data set and that are no metrics: nobody draws or compares them.
OPENLINEAGE_COUNTS = frozenset({"columns", "assertions"})
LONGEST_COLUMN_NAMES = 10_000
# The custom property of a node of which only the id, the type and the links are kept: when the rest was deleted, in
# milliseconds since the epoch.
DELETED = "lineal.deleted"
# What a record was given, and which code and environment it ran in: custom properties whose names begin so. On no node
# are they labels, which somebody chose, nor metrics, which somebody measured (`label_of`, `is_given`).
PARAM_PREFIX = "param."
GIT_PREFIX, ENV_PREFIX = "git.", "env."
GIVEN_PREFIXES = (PARAM_PREFIX, GIT_PREFIX, ENV_PREFIX)
GIT_COMMIT, GIT_BRANCH, GIT_DIRTY = "git.commit", "git.branch", "git.dirty"
ENV_PYTHON, ENV_HOST, ENV_USER, ENV_IMAGE = "env.python", "env.host", "env.user", "env.image"
ENV_COMMAND, ENV_PEAK = "env.command", "env.peak_mib"
GIVEN_NAMES = (
    GIT_COMMIT, GIT_BRANCH, GIT_DIRTY, ENV_PYTHON, ENV_HOST, ENV_USER, ENV_IMAGE, ENV_COMMAND, ENV_PEAK,
)  # fmt: skip
# The rest of an environment, a JSON object (sdk/capture/ writes it, catalogue/environment.py reads it).
ENVIRONMENT = "__environment__"
# The id of the execution of which an execution is a step.
PARENT = "__parent__"
# The names of a step's arguments that were not recorded, with commas between them.
LEFT_OUT = "__left_out__"
TAG_PREFIX = "tag."
MLFLOW_TAGS = "tag.mlflow."
MLFLOW_SYSTEM_METRICS = "system/"
# Where the files are: of a run, and of a version of a registered model, whose uri is another.
FILES_OF_RUN, FILES_OF_VERSION = "artifact_uri", "__mlflow_place__"
# Where files are uploaded and downloaded, relative to the address of the server.
ARTIFACT_PROXY = "api/2.0/mlflow-artifacts/artifacts"
# What describes runs and experiments, which have no other description.
MLFLOW_NOTE = "tag.mlflow.note.content"
# The models that a run logged, which grow with each of them.
MLFLOW_HISTORY = "mlflow.log-model.history"
MLFLOW_DESCRIBED = (MLFLOW_RUN, MLFLOW_EXPERIMENT)
# Why an execution did not complete: the first of each that it has, as its own or a custom property. The SDK and the
# watchers write `failure_...`. TFX writes `__execution_error_msg__`, and `__execution_result__`, a JSON object whose
# `resultMessage` is the reason (tfx/orchestration/portable/execution_publish_utils.py). The others are written by hand.
FAILURE_TYPES = ("failure_type", "error_type")
FAILURE_RESULT = "__execution_result__"
FAILURE_MESSAGES = ("failure_message", "__execution_error_msg__", FAILURE_RESULT, "error_message", "error")
FAILURE_TRACEBACKS = ("failure_traceback", "error_traceback", "traceback")
# What the SDK and the watchers write, which is no label.
FAILURE_OWN = (FAILURE_TYPES[0], FAILURE_MESSAGES[0], FAILURE_TRACEBACKS[0])
FAILURE_TEXTS = (*FAILURE_TYPES, *FAILURE_MESSAGES, *FAILURE_TRACEBACKS)
# When an execution started and ended: ISO 8601 (without a zone: UTC), or seconds or milliseconds since the epoch. The
# SDK writes the first of each, in milliseconds, and the watchers the second.
START_TIMES = ("__started__", "start_time", "started_at")
END_TIMES = ("__ended__", "end_time", "ended_at", "finished_at")
# Metrics that most people know, the likeliest headline first: what is better if greater before errors and losses.
HEADLINE_METRICS = (
    "accuracy", "auc", "roc_auc", "auroc", "f1", "f1_score", "precision", "recall", "average_precision", "pr_auc",
    "map", "ndcg", "mrr", "bleu", "rouge", "rouge_l", "iou", "dice", "r2", "r2_score", "score",
    "rmse", "mae", "mse", "mape", "wer", "cer", "perplexity", "log_loss", "loss",
)  # fmt: skip


def is_run(type_name: str, owner_kind: str) -> bool:
    """Say whether a context is a run: by its type, or by the kind of the watched object that owns what it holds."""
    return type_name in RUN_TYPES or (type_name == OWNER_TYPE and owner_kind in RUN_KINDS)


def is_given(name: str) -> bool:
    """Say whether a custom property is a parameter, or says something of the code or the environment."""
    return name.startswith(GIVEN_PREFIXES)


def is_known_to_mlflow(type_name: str, external_id: str) -> bool:
    """Say whether a node is one that MLflow's clients know, so that its labels are tags."""
    return type_name.startswith(MLFLOW_TYPES) or external_id.startswith(MLFLOW_IDS)


def label_of(type_name: str, external_id: str, name: str) -> str | None:
    """Return the key of the label that a custom property with a short text is; None if it is no label.

    Args:
        type_name: the type of the node.
        external_id: the external id of the node, "" if it has none.
        name: the name of the custom property.
    """
    if is_known_to_mlflow(type_name, external_id):
        is_tag = name.startswith(TAG_PREFIX) and not name.startswith(MLFLOW_TAGS)
        return name.removeprefix(TAG_PREFIX) if is_tag else None
    is_kept = name.startswith(INTERNAL_PREFIX) or name == LABELS or is_given(name) or name in FAILURE_OWN
    return None if is_kept else name


def is_logged_model(external_id: str) -> bool:
    """Say whether an external id is that of a logged model of MLflow."""
    return _LOGGED_MODEL.fullmatch(external_id) is not None


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLAIN_ID = re.compile(r"[a-z0-9._-]{1,100}")
_DIGITS = 32


def openlineage_run(workspace: str, run_id: str) -> str:
    """Return the external id of a run of OpenLineage; an id that is no plain text is digested."""
    known = openlineage_run_id(run_id)
    return f"{OPENLINEAGE_IDS}{workspace}:run:{known if _PLAIN_ID.fullmatch(known) else openlineage_digest(run_id)}"


def openlineage_run_id(given: str) -> str:
    """Return the id of a run, the same for both spellings of a UUID."""
    return given.lower() if is_uuid(given.lower()) else given


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in small letters."""
    return _UUID.fullmatch(text) is not None


def openlineage_digest(*texts: str) -> str:
    """Return what stands for texts in an external id: 32 digits of their SHA-256."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:_DIGITS]
