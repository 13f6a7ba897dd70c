"""The rule of which artifact a data set of a run is: one of its own, or what another program recorded where it lies.

A run that reads what Spark wrote reads Spark's artifact, so that the lineage goes on. What MLflow's clients said of
the data set is kept with the event, and they read it back as they said it. What stays out: requests (inputs.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lineal.kinds import ARTIFACT, EXECUTION
from lineal.locations import normal_form
from lineal.mlflow import data_sets, evaluations, new_models, run_links
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations
from lineal.store.rows import events as event_rows
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb


@dataclass(frozen=True)
class Use:
    """A data set that a run read.

    Attributes:
        run: the id of its execution.
        data_set: the `name`, the `digest`, and what else is known of it (data_sets.KEPT).
        tags: of the use.
        time: in milliseconds since the epoch, 0 for now.
    """

    run: int
    data_set: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    time: int = 0

    @property
    def said(self) -> dict[str, str]:
        """The name and the digest."""
        return {name: self.data_set[name] for name in ("name", "digest")}


def events(session: Session, types: KnownTypes, workspace: str, uses: Sequence[Use]) -> list[pb.Event]:
    """Return the events of uses, index-aligned; artifacts that the workspace does not have are created."""
    ids = [data_sets.external_id(workspace, use.data_set) for use in uses]
    wanted = {each: use.data_set for each, use in zip(reversed(ids), reversed(uses), strict=True)}
    own, others = _found(session, types, workspace, wanted, uses, ids)
    lacking = _lacking(wanted, ids, own, others)
    if lacking and _take_locks(session, lacking):
        own, others = _found(session, types, workspace, wanted, uses, ids)
        lacking = _lacking(wanted, ids, own, others)
    own |= data_sets.create(session, types, workspace, lacking)
    # So that they are found by name and digest.
    locations.add_names(session, [(artifact_id, ids[index]) for index, artifact_id in others.items()])
    return [_event(use, others.get(index), own.get(ids[index], 0)) for index, use in enumerate(uses)]


def _found(
    session: Session,
    types: KnownTypes,
    workspace: str,
    wanted: Mapping[str, Mapping[str, str]],
    uses: Sequence[Use],
    ids: Sequence[str],
) -> tuple[dict[str, int], dict[int, int]]:
    """Return the stored artifacts of data sets: MLflow's own by external id, and others by the index of the use."""
    own = data_sets.own(session, types, workspace, list(wanted))
    missing = {each: wanted[each] for each in wanted if each not in own}
    return own, _of_others(session, types, workspace, missing, uses, ids) if missing else {}


def _lacking(
    wanted: Mapping[str, Mapping[str, str]], ids: Sequence[str], own: Mapping[str, int], others: Mapping[int, int]
) -> dict[str, Mapping[str, str]]:
    return {each: wanted[each] for index, each in enumerate(ids) if each not in own and index not in others}


def _event(use: Use, other: int | None, own: int) -> pb.Event:
    saying = [] if other is None else data_sets.steps_saying(use.data_set)
    event = run_links.data_set_event(use.run, own if other is None else other, use.tags, saying)
    if use.time:
        event.milliseconds_since_epoch = use.time
    return event


def keep(session: Session, uses: Sequence[Use], made: Sequence[pb.Event]) -> None:
    """Keep what was said of data sets with those events that have been stored and whose artifacts are not MLflow's.

    Args:
        session: the transaction.
        uses: the uses.
        made: their events, index-aligned.
    """
    said = {
        (event.artifact_id, event.execution_id): use
        for use, event in zip(reversed(uses), reversed(made), strict=True)
        if data_sets.said_by([(None, step.key) for step in event.path.steps]) is not None
    }
    if not said:
        return
    rows = event_rows.events_of(session, EXECUTION, sorted({run for _, run in said}))
    ids = {row.id: said.get((row.artifact_id, row.execution_id)) for row in rows if row.type == pb.Event.INPUT}
    kept = data_sets.kept_of(session, [event_id for event_id, use in ids.items() if use is not None])
    now = time.time_ns() // 1000
    new = [
        data_sets.facet(event_id, use.data_set, use.time * 1000 or now)
        for event_id, use in ids.items()
        if use is not None and event_id not in kept
    ]
    facets.merge_into_events(session, new)


def _take_locks(session: Session, missing: Mapping[str, Mapping[str, str]]) -> bool:
    """Take the locks of data sets and of their locations; say whether others may have written meanwhile."""
    uris = (data_sets.uri_of(each.get("source", "")) for each in missing.values())
    keys = {*missing, *(uri if session.exact_uris else normal_form(uri) for uri in uris if uri)}
    # All transactions take the locks in one order, and all of them.
    taken = [locks.take(session, lock) for lock in sorted({locks.of_identity(each) for each in keys})]
    return any(taken)


def _of_others(
    session: Session,
    types: KnownTypes,
    workspace: str,
    missing: Mapping[str, Mapping[str, str]],
    uses: Sequence[Use],
    ids: Sequence[str],
) -> dict[int, int]:
    """Return the ids of other programs' artifacts that data sets are, by the index of the use.

    A run has one event with each artifact, so a second data set of one run at the same location is one of its own.
    """
    found = _at_locations(session, types, workspace, missing)
    if not found:
        return {}
    rows, steps = event_rows.events_with_steps(session, EXECUTION, sorted({use.run for use in uses}))
    said = {(row[2], row[1]): data_sets.said_by(steps.get(row[0], [])) for row in rows if row[3] == pb.Event.INPUT}
    chosen: dict[int, int] = {}
    for index, (each, use) in enumerate(zip(ids, uses, strict=True)):
        artifact_id = found.get(each)
        if artifact_id is not None and said.setdefault((use.run, artifact_id), use.said) == use.said:
            chosen[index] = artifact_id
    return chosen


def _at_locations(
    session: Session, types: KnownTypes, workspace: str, missing: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    """Return the ids of the artifacts that are where data sets lie, by the external ids of the data sets."""
    uris = {each: data_sets.uri_of(data_set.get("source", "")) for each, data_set in missing.items()}
    uris = {each: uri for each, uri in uris.items() if ":" in normal_form(uri)}  # a bare name is no location
    at = locations.artifacts_at(session, sorted(set(uris.values()))) if uris else {}
    rows = {row.id: row for found in at.values() for row in found}
    nodes = located.of_workspace(session, types, workspace, list(rows.values())) if rows else {}
    nodes = {node_id: node for node_id, node in nodes.items() if _may_be_read(node)}
    made = _made(session, [node.id for node in nodes.values() if data_sets.is_data_set(node)])
    candidates = {
        each: [
            nodes[row.id]
            for row in at[uri]
            if row.id in nodes and (row.id in made or not data_sets.is_data_set(nodes[row.id]))
        ]
        for each, uri in uris.items()
    }
    return {each: _chosen(found, missing[each]["digest"]) for each, found in candidates.items() if found}


def _may_be_read(node: pb.Artifact) -> bool:
    return node.type not in (evaluations.TYPE, new_models.TYPE)


def _made(session: Session, ids: Sequence[int]) -> set[int]:
    """Return those of some data sets of MLflow's that some execution made: other programs know them, too."""
    rows = event_rows.events_of(session, ARTIFACT, ids) if ids else []
    return {row.artifact_id for row in rows if row.type == pb.Event.OUTPUT}


def _chosen(found: Sequence[pb.Artifact], digest: str) -> int:
    """Return the id of the artifact that has the digest as its version, else that has no version, else the newest."""
    versions = {
        node.id: node.properties["version"].string_value if "version" in node.properties else "" for node in found
    }
    for wanted in (digest, ""):
        if same := [node_id for node_id, version in versions.items() if version == wanted]:
            return min(same)
    return max(versions)
