"""What handlers return: artifacts, executions and contexts to be stored, as plain values without ids.

Stored records are found by their external id, or a context by type and name, and what is returned is merged into them:
what a record does not name stays as it is. What stays out: merging and storing (`writing/`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Plain = str | int | float | bool
Given = Plain | None
"""The value of a property; None removes it."""


@dataclass(frozen=True)
class ArtifactRecord:
    """An artifact.

    Attributes:
        type_name: the name of its type, which is registered when it is first needed.
        external_id: what finds it again; "" for one that is known by its uri, or by its type, name and version.
        uri: where its content is; "" leaves it as it is.
        state: the name of its state; "" leaves it as it is, and makes a new one LIVE.
        properties: properties that its type declares; the others stay as they are.
        custom_properties: further properties; the others stay as they are.
        any_type: whether a stored artifact of this uri is meant whatever its type.
        other_uris: other forms of the uri; a stored artifact that has one of them is meant as well.
        normal_uri: the normal form of the uri; a stored artifact whose uri has it is meant as well.
        role: its name among the inputs or outputs of its execution, for the path of the event; "" for none.

    """

    type_name: str
    external_id: str = ""
    uri: str = ""
    state: str = ""
    properties: Mapping[str, Given] = field(default_factory=dict)
    custom_properties: Mapping[str, Given] = field(default_factory=dict)
    any_type: bool = False
    other_uris: tuple[str, ...] = ()
    normal_uri: str = ""
    role: str = ""

    @property
    def identity(self) -> str:
        """The external id, or one made of what the artifact is known by."""
        if self.external_id:
            return self.external_id
        known_by = [self.type_name, self.uri, *(str(self.properties.get(name, "")) for name in ("name", "version"))]
        return "lineal.dev/" + hashlib.sha256("\0".join(known_by).encode()).hexdigest()[:40]


@dataclass(frozen=True)
class ExecutionRecord:
    """An execution.

    Attributes:
        type_name: the name of its type, which is registered when it is first needed.
        external_id: what finds it again; required.
        state: the name of its state; "" leaves it as it is, and makes a new one UNKNOWN.
        base_type: the name of the base type of its type; "" leaves that as it is, and makes a new one PROCESS.
        properties: properties that its type declares; the others stay as they are.
        custom_properties: further properties; the others stay as they are.
        first_properties: properties for which the first value stays: written if the stored execution has none.
        renewed_by: for some of these, names of properties: if the record has another value for one of them than the
            stored execution, the first value is written anew.
        inputs: the artifacts that it used; links that are stored stay.
        outputs: the artifacts that it made; links that are stored stay.
        also_known_as: the external id under which another object tells of the same execution; the execution is found by
            it as well, and then has the external id of this record.
        adds: whether another object describes the execution: if it is stored, only custom properties and links are
            added to it.
        found_by: for an addition, the custom property of the execution that holds this record's external id.
        if_stored: for an addition, whether nothing is written if the execution is not stored.
        newest_by: for an addition, the custom property with its time: nothing is written if a later one is stored.
        left_to_its_object: for an addition, the names of custom properties that only a new execution gets, because the
            object that describes a stored one tells them itself.

    """

    type_name: str
    external_id: str
    state: str = ""
    base_type: str = ""
    properties: Mapping[str, Given] = field(default_factory=dict)
    custom_properties: Mapping[str, Given] = field(default_factory=dict)
    first_properties: Mapping[str, Plain] = field(default_factory=dict)
    renewed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: tuple[ArtifactRecord, ...] = ()
    outputs: tuple[ArtifactRecord, ...] = ()
    also_known_as: str = ""
    adds: bool = False
    found_by: str = ""
    if_stored: bool = False
    newest_by: str = ""
    left_to_its_object: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContextRecord:
    """A context that all records stored with it belong to.

    Attributes:
        type_name: the name of its type, which is registered when it is first needed.
        name: its name, unique for the type.
        properties: properties that its type declares; the others stay as they are.

    """

    type_name: str
    name: str
    properties: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Something wrong in an object that does not keep the rest from being stored.

    Attributes:
        reason: the word under which it is counted.
        text: the line for the log.

    """

    reason: str
    text: str


@dataclass(frozen=True)
class Records:
    """Records that are stored together, in one transaction.

    Attributes:
        artifacts: artifacts on their own.
        executions: executions, with the artifacts that they used and made.
        contexts: contexts that all of these belong to.
        parents: pairs (child, parent) of places in `contexts`.
        problems: what was wrong.

    """

    artifacts: tuple[ArtifactRecord, ...] = ()
    executions: tuple[ExecutionRecord, ...] = ()
    contexts: tuple[ContextRecord, ...] = ()
    parents: tuple[tuple[int, int], ...] = ()
    problems: tuple[Problem, ...] = ()

    def without(self, property_name: str, *, because: str) -> Records:
        """Return the records whose artifacts lack one property and tell why."""
        return replace(self, artifacts=tuple(_without(artifact, property_name, because) for artifact in self.artifacts))


def _without(artifact: ArtifactRecord, name: str, because: str) -> ArtifactRecord:
    if artifact.properties.get(name) is None:
        return artifact
    return replace(
        artifact,
        properties={**artifact.properties, name: None},
        custom_properties={**artifact.custom_properties, f"{name}_left_out": because},
    )


def merged(several: list[Records]) -> Records:
    """Return records that hold all of several ones."""
    parents: list[tuple[int, int]] = []
    contexts: list[ContextRecord] = []
    for one in several:
        parents += [(child + len(contexts), parent + len(contexts)) for child, parent in one.parents]
        contexts += one.contexts
    return Records(
        artifacts=tuple(artifact for one in several for artifact in one.artifacts),
        executions=tuple(execution for one in several for execution in one.executions),
        contexts=tuple(contexts),
        parents=tuple(parents),
        problems=tuple(problem for one in several for problem in one.problems),
    )
