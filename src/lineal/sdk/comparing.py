"""What differs between records: parameters, metrics, versions, labels, aliases, inputs and where they were made.

`compare` asks the calls of ML Metadata, and a Lineal server for the metrics that evaluations report. What a record
says is read as everywhere (lineal.catalogue.reading, lineal.catalogue.environment). What stays out: showing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lineal import conventions, errors, json_form
from lineal.client import MetadataStore
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.sdk import artifact_lineage, changing, differences, ids, stored_form
from lineal.sdk.executions import Execution
from lineal.sdk.retry import retrying
from lineal.sdk.steps import beginning
from lineal.wire import metadata_store as pb
from lineal.wire import search

if TYPE_CHECKING:
    from lineal.catalogue.reading import Record

Key = tuple[Kind, int]
SECTIONS = ("parameters", "metrics", "record", "content", "labels", "aliases", "inputs", "environment")
"""The keys of an answer that hold what differs, in the order in which they are shown."""
# In sections of their own, or of no meaning to people.
_NAMES = ("name", "version", "create_time", "labels", "id", "kwargs", "uri", "values")
_ELSEWHERE = frozenset((*_NAMES, *conventions.CONTENT, *conventions.FAILURE_OWN))
_FAILED = conventions.FAILURE_OWN[:2]
"""Why an execution failed; its traceback is too long to be compared."""
_OF_PLACE = (conventions.GIT_PREFIX, conventions.ENV_PREFIX)


def compare(*records: Any, store: MetadataStore | None = None, same: bool = False) -> dict[str, Any]:
    """Return what differs between records, artifacts or executions, and between the executions that made artifacts.

    Args:
        records: two or more: ids of artifacts, `execution:7` and `artifact:7`, or objects and dicts that have an id.
        store: the client of the store; by default the one of the first artifact that was logged in this process, and
            else that of `metadata.init`.
        same: whether to return what is the same, too.

    Returns:
        `records`: for each record its kind, id, type, name and version, and as `made_by` the id of the execution that
        made it. And by section what differs, by name, as a list with a value for each record, None for a missing one
        (a recorded None is the text "None"): `parameters` (`hyperparameters.C`, `param.rate` of the execution, other
        properties), `metrics`, `record` (`name`, `version`, `state`, `failure_message`...), `content` (`digest`...),
        `labels`, `aliases` (True for those who have it), `inputs` (the version of each data set or model that was
        read, or its id) and `environment` (`commit`, `is_dirty`, `packages.numpy`..., and last `peak_mib` and
        `duration`, in milliseconds). A section without a difference is left out. Where `hyperparameters.C` means the
        same as `param.C` in every record, only `param.C` is there.

    Raises:
        ValueError: fewer than two records are given, or one says no id.
        NotFoundError: the store does not have one.
        FailedPreconditionError: no store is given, and there is no `metadata.init`.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     one = train.log_output(metadata.Model(uri="file:///m/1", name="churn", hyperparameters={"C": 1.0}))
        ...     two = train.log_output(metadata.Model(uri="file:///m/2", name="churn", hyperparameters={"C": 0.5}))
        >>> metadata.compare(one, two)["parameters"]
        {'hyperparameters.C': [1.0, 0.5]}

    """
    if len(records) < 2:
        raise ValueError(f"give two or more records to compare, not {len(records)}")
    client = store or _home(records)
    found = _read(client, [_key(each) for each in records])
    sections = {name: _section(name, [getattr(each, name) for each in found], same=same) for name in SECTIONS}
    return {"records": [each.head() for each in found], **{name: rows for name, rows in sections.items() if rows}}


def _section(name: str, columns: Sequence[Mapping[str, Any]], *, same: bool) -> dict[str, list[Any]]:
    special = {"parameters": differences.parameters, "environment": differences.environment}
    return special.get(name, differences.rows)(columns, same=same)


@dataclass
class _Compared:
    """What is known of one record, by section."""

    kind: Kind
    node: Any
    made_by: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)

    def head(self) -> dict[str, Any]:
        """Return what says which record this is."""
        said: dict[str, Any] = {name: self.record[name] for name in ("name", "version") if name in self.record}
        made: dict[str, Any] = {} if self.made_by is None or self.kind is EXECUTION else {"made_by": self.made_by}
        return {"kind": self.kind.name, "id": self.node.id, "type": self.node.type, **said, **made}


def _key(value: Any) -> Key:
    if isinstance(value, Execution):
        value = f"execution:{value.id}"
    if isinstance(value, pb.Execution):
        return EXECUTION, value.id
    if isinstance(value, str):
        word, colon, number = value.partition(":")
        for kind in (ARTIFACT, EXECUTION):
            if colon and word == kind.name and ids.number(number) is not None:
                return kind, int(number)
    return ARTIFACT, ids.known(value)


def _home(records: Iterable[Any]) -> MetadataStore:
    for each in records:
        home = artifact_lineage.home_of(each)
        if home is not None:
            return home
    return beginning.settings().workspace.store


def _read(client: MetadataStore, keys: Sequence[Key]) -> list[_Compared]:
    """Read records, the executions that made them, and what these read."""
    numbers = [number for kind, number in keys if kind is ARTIFACT]
    artifacts = {each.id: each for each in _nodes(client, ARTIFACT, numbers)}
    makers = _makers(client, list(artifacts))
    wanted = {number for kind, number in keys if kind is EXECUTION} | set(makers.values())
    executions = {each.id: each for each in _nodes(client, EXECUTION, sorted(wanted))}
    inputs = _inputs(client, list(executions))
    found = []
    for kind, number in keys:
        node = (artifacts if kind is ARTIFACT else executions).get(number)
        if node is None:
            raise errors.NotFoundError(f"the store has no {kind.name} with the id {number}")
        made_by = number if kind is EXECUTION else makers.get(number)
        found.append(_compared(kind, node, executions.get(made_by or 0), inputs.get(made_by or 0, {})))
    _measure(client, found)
    return found


def _nodes(client: MetadataStore, kind: Kind, numbers: Sequence[int]) -> list[Any]:
    read = client.get_artifacts_by_id if kind is ARTIFACT else client.get_executions_by_id
    return list(retrying(lambda: read(numbers))) if numbers else []


def _makers(client: MetadataStore, artifact_ids: Sequence[int]) -> dict[int, int]:
    """Return the execution that wrote each artifact last."""
    events = retrying(lambda: client.get_events_by_artifact_ids(artifact_ids)) if artifact_ids else []
    return {event.artifact_id: event.execution_id for event in events if event.type in OUTPUTS}


def _inputs(client: MetadataStore, execution_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what each execution read, by name: its version, or its id where it has none."""
    from lineal.catalogue.compared_inputs import inputs_by_name
    from lineal.catalogue.reading import Record

    events = retrying(lambda: client.get_events_by_execution_ids(execution_ids)) if execution_ids else []
    read = dict.fromkeys((each.execution_id, each.artifact_id) for each in events if each.type in INPUTS)
    known = {each.id: Record(each) for each in _nodes(client, ARTIFACT, sorted({number for _, number in read}))}
    return {
        execution: {name: each[0] if len(each) == 1 else each for name, each in names.items()}
        for execution, names in inputs_by_name(read, known).items()
    }


def _compared(kind: Kind, node: Any, execution: pb.Execution | None, inputs: dict[str, Any]) -> _Compared:
    from lineal.catalogue.reading import Record

    record = Record(node)
    metrics = dict(record.metrics)  # before the JSON is read in another form
    given = {} if execution is None else _given(execution)
    return _Compared(
        kind,
        node,
        made_by=None if execution is None else execution.id,
        parameters={**given, **_parameters(record)},
        metrics=metrics,
        record=_fields(kind, record),
        content=_content(record),
        labels=dict(record.labels),
        aliases=dict.fromkeys(record.aliases, True),
        inputs=inputs,
        environment={} if execution is None else _environment(execution),
    )


def _environment(execution: pb.Execution) -> dict[str, Any]:
    """Return where an execution ran, and how long: its duration in milliseconds."""
    from lineal.catalogue.endings import times_of
    from lineal.catalogue.environment import environment_of

    found = environment_of(execution)
    said = {} if found is None else {name: each for name, each in asdict(found).items() if name != "missing"}
    said["duration"] = times_of(execution).duration
    return {name: value for name, value in differences.flat("", said) if value is not None and value != {}}


def _given(execution: pb.Execution) -> dict[str, Any]:
    """Return the parameters of an execution, named as a search names them: `param.rate`."""
    held = execution.custom_properties
    return {name: stored_form.plain_value(held[name]) for name in held if name.startswith(conventions.PARAM_PREFIX)}


def _parameters(record: Record) -> dict[str, Any]:
    """Return what else a record says: its properties, and its JSON by path; not its metrics and labels."""
    node = record.node
    found: dict[str, Any] = {}
    for name, value in {**json_form.record(dict(record.meta)), **node.custom_properties, **node.properties}.items():
        is_told = name in record.labels or name in record.metrics or name.startswith(_OF_PLACE)
        if is_told or name in _ELSEWHERE or name.startswith(conventions.INTERNAL_PREFIX):
            continue
        plain = stored_form.plain_value(value) if isinstance(value, pb.Value) else value
        if plain not in (None, ""):  # what the SDK's classes have and nobody set
            found |= {path: differences.NONE if each is None else each for path, each in differences.flat(name, plain)}
    return found


def _fields(kind: Kind, record: Record) -> dict[str, Any]:
    node = record.node
    state = stored_form.state_of(node) if kind is EXECUTION else None
    said = {
        "type": node.type,
        "name": record.name,
        "version": record.version,
        "uri": getattr(node, "uri", None),
        "state": state,
        "workspace": record.workspace,
        "run": record.run,
    }
    said |= {name: record.texts.get(name) for name in _FAILED}
    return {name: value for name, value in said.items() if value}


def _content(record: Record) -> dict[str, Any]:
    """Return what a record says of its content: the digest, the size, rows and columns."""
    held = record.node.properties
    found = {name: stored_form.plain_value(held[name]) for name in conventions.CONTENT if name in held}
    found |= {name: record.meta[name] for name in conventions.CONTENT if name in record.meta}
    is_told = record.metrics
    return {name: value for name, value in found.items() if value not in (None, "") and name not in is_told}


def _measure(client: MetadataStore, found: Sequence[_Compared]) -> None:
    """Add the metrics that others report on records; a server that is not Lineal knows only those of the record."""
    for kind in (ARTIFACT, EXECUTION):
        numbers = sorted({each.node.id for each in found if each.kind is kind})
        reported = _reported(client, kind, numbers) if numbers else {}
        for each in found:
            if each.kind is kind:
                each.metrics |= reported.get(each.node.id, {})
    executions = [each for each in found if each.kind is EXECUTION]
    outputs = _outputs(client, [each.node.id for each in executions])
    of_outputs = _reported(client, ARTIFACT, sorted({number for _, number in outputs})) if outputs else {}
    for each in executions:
        for execution, number in outputs:
            if execution == each.node.id:  # its own values count before those of an output
                each.metrics = {**of_outputs.get(number, {}), **each.metrics}


def _outputs(client: MetadataStore, execution_ids: Sequence[int]) -> list[tuple[int, int]]:
    events = retrying(lambda: client.get_events_by_execution_ids(execution_ids)) if execution_ids else []
    return [(each.execution_id, each.artifact_id) for each in events if each.type in OUTPUTS]


def _reported(client: MetadataStore, kind: Kind, numbers: Sequence[int]) -> dict[int, dict[str, float]]:
    request = search.SearchNodesRequest(
        kind=kind.name.upper(),
        search=f"id={','.join(map(str, numbers))}",
        limit=len(numbers),
        wait_seconds=10.0,
    )
    response = changing.ask(client, "SearchNodes", request)
    return {} if response is None else {each.id: dict(each.metrics) for each in response.nodes}
