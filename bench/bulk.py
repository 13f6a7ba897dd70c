"""Records in the form of the SDK, inserted in bulk, past the service: seconds for 100,000 artifacts.

What stays out: which records a store has (generate.py, lineages.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal.kinds import ARTIFACT, EXECUTION
from lineal.sdk import stored_form
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.engine.statement import insertion
from lineal.store.tables.mlmd_tables import EVENT, MEMBERSHIP, NODE, PROPERTY
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

END = 1_760_000_000_000
"""When the newest records of a store are from unless something else is asked for, milliseconds since the epoch."""

DATA_SET, MODEL, METRICS = stored_form.DATA_SET_TYPE_NAME, stored_form.MODEL_TYPE_NAME, stored_form.METRICS_TYPE_NAME
_META = stored_form.ALL_META_PROPERTY_NAME
_VALUES = ("int_value", "double_value", "string_value", "proto_value", "bool_value")
_TIMES = ("create_time_since_epoch", "last_update_time_since_epoch")


@dataclass
class Rows:
    """Rows waiting to be inserted."""

    artifacts: list[Any] = field(default_factory=list)
    executions: list[Any] = field(default_factory=list)
    artifact_properties: list[Any] = field(default_factory=list)
    execution_properties: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    attributions: list[Any] = field(default_factory=list)
    associations: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where and when a record was made.

    Attributes:
        workspace: the name of its workspace.
        run: the name of its run.
        moment: milliseconds since the epoch.
    """

    workspace: str
    run: str
    moment: int

    def later(self, milliseconds: int) -> Place:
        """Return the place at a later time."""
        return Place(self.workspace, self.run, self.moment + milliseconds)


@dataclass(frozen=True)
class Types:
    """The ids of the SDK's types, by name, and of workspaces, by name."""

    ids: Mapping[str, int]
    workspaces: Mapping[str, int]


class Records:
    """Records with ids that count from 1, and their rows until somebody takes them."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.rows = Rows()
        self.next_artifact = 1

    def taken(self) -> Rows:
        """Return the rows since the last call."""
        taken, self.rows = self.rows, Rows()
        return taken

    def artifact(
        self,
        type_name: str,
        uri: str,
        place: Place,
        texts: Mapping[str, str],
        fields: Mapping[str, Any],
        *,
        state: int | None = None,
    ) -> int:
        """Add an artifact and return its id.

        Args:
            type_name: DATA_SET, MODEL or METRICS.
            uri: where its bytes are.
            place: its workspace, run and time.
            texts: its properties.
            fields: what the SDK keeps as JSON beside `texts`, such as `hyperparameters`, `labels` or `values`.
            state: the number of its state in ML Metadata.
        """
        artifact_id, self.next_artifact = self.next_artifact, self.next_artifact + 1
        times = (place.moment, place.moment)
        self.rows.artifacts.append((artifact_id, self.types.ids[type_name], uri, state, None, None, *times))
        meta = json.dumps({"uri": uri, "workspace": None, **texts, **fields})
        self._texts(self.rows.artifact_properties, artifact_id, {**texts, _META: meta}, place)
        self.rows.attributions.append((self.types.workspaces[place.workspace], artifact_id))
        return artifact_id

    def execution(
        self,
        number: int,
        name: str,
        place: Place,
        *,
        state: int,
        duration: int,
        custom: Mapping[str, str] | None = None,
    ) -> None:
        """Add an execution with this number as its id; `duration` in milliseconds."""
        type_id = self.types.ids[stored_form.EXECUTION_TYPE_NAME]
        times = (place.moment, place.moment + duration)
        self.rows.executions.append((number, type_id, state, None, None, *times))
        self._texts(self.rows.execution_properties, number, {"name": name}, place, custom or {})
        self.rows.associations.append((self.types.workspaces[place.workspace], number))

    def read(self, number: int, artifacts: Sequence[int], moment: int) -> None:
        """Note that an execution read artifacts."""
        self.rows.events.extend((artifact_id, number, pb.Event.INPUT, moment) for artifact_id in artifacts)

    def wrote(self, number: int, artifacts: Sequence[int], moment: int) -> None:
        """Note that an execution wrote artifacts."""
        self.rows.events.extend((artifact_id, number, pb.Event.OUTPUT, moment) for artifact_id in artifacts)

    @staticmethod
    def _texts(
        rows: list[Any], owner: int, texts: Mapping[str, str], place: Place, custom: Mapping[str, str] | None = None
    ) -> None:
        rows.extend((owner, name, False, None, None, text, None, None) for name, text in texts.items())
        own = {
            stored_form.WORKSPACE_PROPERTY_NAME: place.workspace,
            stored_form.RUN_PROPERTY_NAME: place.run,
            **(custom or {}),
        }
        rows.extend((owner, name, True, None, None, text, None, None) for name, text in own.items())


def put_types(service: MetadataService, workspaces: Sequence[str]) -> Types:
    """Register the types of the SDK and make workspaces."""
    found: dict[str, int] = {}
    for name, own in stored_form.ARTIFACT_PROPERTIES.items():
        type_ = pb.ArtifactType(name=name, properties=dict.fromkeys((*own, "version"), pb.STRING))
        found[name] = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=type_)).type_id
    step = pb.ExecutionType(name=stored_form.EXECUTION_TYPE_NAME)
    step.properties.update(dict.fromkeys(("name", "create_time", "description"), pb.STRING))
    found[step.name] = service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=step)).type_id
    place = pb.ContextType(name=stored_form.WORKSPACE_TYPE_NAME)
    place.properties.update(dict.fromkeys(stored_form.WORKSPACE_PROPERTIES, pb.STRING))
    place_id = service.call("PutContextType", rpc.PutContextTypeRequest(context_type=place)).type_id
    contexts = [pb.Context(type_id=place_id, name=name) for name in workspaces]
    put = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts))
    return Types(found, dict(zip(workspaces, put.context_ids, strict=True)))


_STATEMENTS = {
    "artifacts": insertion(NODE[ARTIFACT], ["id", "type_id", "uri", "state", "name", "external_id", *_TIMES]),
    "executions": insertion(NODE[EXECUTION], ["id", "type_id", "last_known_state", "name", "external_id", *_TIMES]),
    "artifact_properties": insertion(PROPERTY[ARTIFACT], ["artifact_id", "name", "is_custom_property", *_VALUES]),
    "execution_properties": insertion(PROPERTY[EXECUTION], ["execution_id", "name", "is_custom_property", *_VALUES]),
    "events": insertion(EVENT, ["artifact_id", "execution_id", "type", "milliseconds_since_epoch"]),
    "attributions": insertion(MEMBERSHIP[ARTIFACT], ["context_id", "artifact_id"]),
    "associations": insertion(MEMBERSHIP[EXECUTION], ["context_id", "execution_id"]),
}


def insert(service: MetadataService, rows: Rows) -> None:
    """Insert rows in one transaction."""

    def work(session: Session) -> None:
        for name, statement in _STATEMENTS.items():
            session.change_many(statement, getattr(rows, name))

    service.database.write(work)
