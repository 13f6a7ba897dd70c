"""Records merged into what is stored, and records of the same node into one: what is not named stays as it is.

What stays out: reading and writing the store (`recorder.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lineal.watch.records import ArtifactRecord, ExecutionRecord, Given, Plain, Records
from lineal.wire import metadata_store as pb

NEW_ARTIFACT, NEW_EXECUTION = "LIVE", "UNKNOWN"
_Values = Mapping[str, pb.Value]


def merged_artifact(record: ArtifactRecord, stored: pb.Artifact | None, *, type_id: int) -> pb.Artifact:
    """Return the artifact that a record makes of the stored one."""
    old = stored or pb.Artifact(state=NEW_ARTIFACT)
    artifact = pb.Artifact(
        type_id=type_id,
        external_id=record.identity,
        uri=record.uri or old.uri,
        state=record.state or old.state,
        properties=_merged(old.properties, record.properties),
        custom_properties=_merged(old.custom_properties, record.custom_properties),
    )
    if old.name:
        artifact.name = old.name
    return artifact


def merged_execution(record: ExecutionRecord, stored: pb.Execution | None, *, type_id: int) -> pb.Execution:
    """Return the execution that a record makes of the stored one."""
    old = stored or pb.Execution(last_known_state=NEW_EXECUTION)
    properties = _merged(_merged(old.properties, _first(record, old.properties)), record.properties)
    execution = pb.Execution(
        type_id=type_id,
        external_id=record.external_id,
        last_known_state=record.state or old.last_known_state,
        properties=properties,
        custom_properties=_merged(old.custom_properties, record.custom_properties),
    )
    if stored is not None:
        execution.id = stored.id
    if old.name:
        execution.name = old.name
    return execution


def differing(given: Mapping[str, Given], stored: _Values) -> dict[str, Given]:
    """Return those of the given values that are not stored so."""
    return {
        name: value
        for name, value in given.items()
        if (name in stored if value is None else stored.get(name) != to_value(value))
    }


def told(given: Mapping[str, Given]) -> dict[str, Plain]:
    """Return the values that are set, without those that are removed."""
    return {name: value for name, value in given.items() if value is not None}


def to_value(value: Plain) -> pb.Value:
    """Return a value as the store holds it."""
    if isinstance(value, bool):
        return pb.Value(bool_value=value)
    if isinstance(value, int):
        return pb.Value(int_value=value)
    return pb.Value(double_value=value) if isinstance(value, float) else pb.Value(string_value=value)


def each_once(records: Records) -> Records:
    """Return the records with one for each artifact and execution; what a later one names counts."""
    artifacts: dict[str, ArtifactRecord] = {}
    for artifact in records.artifacts:
        older = artifacts.get(artifact.identity)
        artifacts[artifact.identity] = joined_artifacts(older, artifact) if older else artifact
    executions: dict[str, ExecutionRecord] = {}
    for execution in records.executions:
        before = executions.get(execution.external_id)
        executions[execution.external_id] = _joined_executions(before, execution) if before else execution
    return replace(records, artifacts=tuple(artifacts.values()), executions=tuple(executions.values()))


def joined_artifacts(older: ArtifactRecord, newer: ArtifactRecord) -> ArtifactRecord:
    """Return one record of the same artifact for two."""
    return replace(
        newer,
        uri=newer.uri or older.uri,
        state=newer.state or older.state,
        properties={**older.properties, **newer.properties},
        custom_properties={**older.custom_properties, **newer.custom_properties},
    )


def _joined_executions(older: ExecutionRecord, newer: ExecutionRecord) -> ExecutionRecord:
    """Return one record for two; its type is that of the one that describes the execution, if one only adds to it."""
    describes = older if newer.adds and not older.adds else newer
    return replace(
        describes,
        state=newer.state or older.state,
        properties={**older.properties, **newer.properties},
        custom_properties={**older.custom_properties, **newer.custom_properties},
        first_properties={**older.first_properties, **newer.first_properties},
        renewed_by={**older.renewed_by, **newer.renewed_by},
        inputs=_distinct((*older.inputs, *newer.inputs)),
        outputs=_distinct((*older.outputs, *newer.outputs)),
        also_known_as=newer.also_known_as or older.also_known_as,
        found_by=newer.found_by or older.found_by,
        if_stored=newer.if_stored and older.if_stored,
    )


def _distinct(artifacts: Iterable[ArtifactRecord]) -> tuple[ArtifactRecord, ...]:
    return tuple({(one.identity, one.type_name, one.role): one for one in artifacts}.values())


def _merged(stored: _Values, given: Mapping[str, Given]) -> dict[str, pb.Value]:
    kept = {name: value for name, value in stored.items() if name not in given}
    return kept | {name: to_value(value) for name, value in told(given).items()}


def _first(record: ExecutionRecord, stored: _Values) -> dict[str, Plain]:
    """Return the properties whose first value stays, as far as it is written now."""
    changed = {*differing(told(record.properties), stored)}
    return {
        name: value
        for name, value in record.first_properties.items()
        if name not in stored or changed & {*record.renewed_by.get(name, ())}
    }
