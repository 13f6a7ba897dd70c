"""The rules of LogArtifact: if many programs log an artifact at the same time, it becomes one record.

First, the stored artifact is looked up without a lock, so that logging a popular data set blocks nobody. If there is
none, the call takes the lock of the location and looks again, because the last holder may have written it. All forms of
a uri mean one location (lineal/locations.py). What stays out: the official calls, which always store what the request
holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lineal import errors
from lineal.conventions import DATA_SET_TYPE, MLFLOW_IDS, OPENLINEAGE_IDS, WORKSPACE_PROPERTY
from lineal.kinds import ARTIFACT
from lineal.locations import is_local, normal_form
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.scope_rules import marked
from lineal.service.writes.put_events import check_event_type, store_events
from lineal.service.writes.put_subgraph import put_lineage_subgraph
from lineal.store.engine.session import Session
from lineal.store.index.entries import complete_up_to
from lineal.store.own_rows.locations import Told, artifacts_at, artifacts_with_odd_uris
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.nodes import NodeRow
from lineal.store.schema import locks
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_Find = Callable[[], list[pb.Artifact]]
_VERSION_PROPERTIES = ("name", "version")


def log_artifact(
    session: Session, types: KnownTypes, request: lineage.LogArtifactRequest
) -> lineage.LogArtifactResponse:
    """Find or store an artifact and link it to its execution, or answer what the caller must compare first.

    Raises:
        InvalidArgumentError: the artifact, its event or the way to recognise it is missing or breaks a rule.
        NotFoundError: the artifact's type does not exist.
        AbortedError: the stored artifact was deleted at this moment.
    """
    _check(request)
    if request.WhichOneof("identity") == "same_version":
        return _log_same_version(session, types, request)
    return _log_judged(session, types, request)


def _check(request: lineage.LogArtifactRequest) -> None:
    if not request.HasField("artifact"):
        raise errors.InvalidArgumentError("the request has no artifact; give the one to be logged")
    if request.artifact.HasField("id"):
        raise errors.InvalidArgumentError(
            f"the artifact has the id {request.artifact.id}; leave it out, or join a stored artifact with PutEvents"
        )
    if request.HasField("event"):
        _check_event(request.event)
    if request.WhichOneof("identity") is None:
        raise errors.InvalidArgumentError("the request does not say how the artifact is recognised; set same_version")


def _check_event(event: pb.Event) -> None:
    if not event.HasField("execution_id") or event.HasField("artifact_id"):
        raise errors.InvalidArgumentError("the event needs an execution_id and no artifact_id, which is found out here")
    check_event_type(event)


def _log_same_version(
    session: Session, types: KnownTypes, request: lineage.LogArtifactRequest
) -> lineage.LogArtifactResponse:
    [wanted] = [request.artifact] if session.sees_all else marked(session, [request.artifact])
    found = find_same_version(session, types, [wanted])[0]
    if found is None:
        return _store(session, types, request)
    _join(session, found.id, request)
    return lineage.LogArtifactResponse(artifact_id=found.id, stored=found)


def find_same_version(session: Session, types: KnownTypes, wanted: Sequence[pb.Artifact]) -> list[pb.Artifact | None]:
    """Return the stored artifact that each one is, None for new ones, which nobody else logs in this transaction.

    Args:
        session: the transaction.
        types: the known types.
        wanted: artifacts with their type, uri, name, version and workspace.

    """

    def find(artifact: pb.Artifact) -> pb.Artifact | None:
        found = _of_same_version(session, types, artifact) or _written(session, types, artifact)
        return found[0] if found else None

    found = [find(each) for each in wanted]
    missing = [place for place, stored in enumerate(found) if stored is None]
    # In one order, so that two calls cannot wait for each other.
    names = sorted({_lock_of(session, wanted[place].uri) for place in missing})
    taken = [locks.take(session, name) for name in names]
    if any(taken):
        for place in missing:
            found[place] = find(wanted[place])
    return found


def is_one(session: Session, one: pb.Artifact, other: pb.Artifact) -> bool:
    """Say whether two artifacts that are not stored yet are one."""
    is_near = one.uri == other.uri or (not session.exact_uris and normal_form(one.uri) == normal_form(other.uri))
    return one.type_id == other.type_id and is_near and _is_same_version(one, other)


def _log_judged(
    session: Session, types: KnownTypes, request: lineage.LogArtifactRequest
) -> lineage.LogArtifactResponse:
    is_whole = request.HasField("at_location")
    judged = request.at_location if is_whole else request.judged
    seen = set(judged.seen_ids)
    [wanted] = [request.artifact] if session.sees_all else marked(session, [request.artifact])

    def unseen(rows: Sequence[NodeRow]) -> list[pb.Artifact]:
        found = node_messages(session, types, ARTIFACT, [row for row in rows if row.id not in seen])
        return [stored for stored in found if _may_be_meant(stored, wanted, judged.uri)]

    def find() -> list[pb.Artifact]:
        return unseen(artifacts_at(session, [judged.uri])[judged.uri])

    candidates = find()
    if is_whole and not candidates:  # the search index has written the rows of what it has read
        after = complete_up_to(session, ARTIFACT)
        candidates = unseen(artifacts_with_odd_uris(session, judged.uri, after=after))
    candidates = candidates or _look_again(session, judged.uri, find)
    return lineage.LogArtifactResponse(candidates=candidates) if candidates else _store(session, types, request)


def _may_be_meant(stored: pb.Artifact, wanted: pb.Artifact, uri: str) -> bool:
    """Say whether a stored artifact may lie at a uri: another spelling of a path is that of one workspace alone."""
    return stored.uri == uri or not is_local(uri) or _workspace(stored) == _workspace(wanted)


def _workspace(artifact: pb.Artifact) -> pb.Value | None:
    return artifact.custom_properties.get(WORKSPACE_PROPERTY)


def _look_again(session: Session, uri: str, find: _Find) -> list[pb.Artifact]:
    """Take the lock of a location; return what its last holder may have stored there."""
    return find() if locks.take(session, _lock_of(session, uri)) else []


def _lock_of(session: Session, uri: str) -> str:
    return locks.of_identity(uri if session.exact_uris else normal_form(uri))


def _of_same_version(session: Session, types: KnownTypes, wanted: pb.Artifact) -> list[pb.Artifact]:
    """Return the stored artifacts that are the same version of the same thing, the oldest of its own uri first."""
    values = {name: wanted.properties.get(name) for name in _VERSION_PROPERTIES}
    told = [
        Told(name, None if value is None else value.string_value, OPENLINEAGE_IDS if name == "name" else "")
        for name, value in values.items()
        if value is None or value.HasField("string_value")
    ]
    rows = [row for row in artifacts_at(session, [wanted.uri], told)[wanted.uri] if row.type_id == wanted.type_id]
    found = node_messages(session, types, ARTIFACT, rows) if rows else []
    same = [stored for stored in found if _is_same_version(stored, wanted)]
    return sorted(same, key=lambda stored: (stored.uri != wanted.uri, _name(stored) != _name(wanted)))


def _written(session: Session, types: KnownTypes, wanted: pb.Artifact) -> list[pb.Artifact]:
    """Return the newest data set of MLflow at a location that some execution wrote, if no version is wanted.

    Its name and version are what one of MLflow's clients called it and a digest, which other programs cannot know.
    """
    if "version" in wanted.properties or types.name(session, wanted.type_id) != DATA_SET_TYPE:
        return []
    rows = artifacts_at(session, [wanted.uri])[wanted.uri]
    ids = [row.id for row in rows if row.type_id == wanted.type_id and (row.external_id or "").startswith(MLFLOW_IDS)]
    made = {each.artifact_id for each in event_rows.events_of(session, ARTIFACT, ids) if each.type == pb.Event.OUTPUT}
    found = node_messages(session, types, ARTIFACT, [row for row in rows if row.id in made])
    return [stored for stored in found if _workspace(stored) == _workspace(wanted)][-1:]


def _is_same_version(stored: pb.Artifact, wanted: pb.Artifact) -> bool:
    """Say whether two artifacts of one location are one; what OpenLineage names need not have the SDK's name."""
    if _workspace(stored) != _workspace(wanted) or stored.properties.get("version") != wanted.properties.get("version"):
        return False
    return _name(stored) == _name(wanted) or stored.external_id.startswith(OPENLINEAGE_IDS)


def _name(artifact: pb.Artifact) -> pb.Value | None:
    return artifact.properties.get("name")


def _store(session: Session, types: KnownTypes, request: lineage.LogArtifactRequest) -> lineage.LogArtifactResponse:
    """Store a new artifact, its event and its membership."""
    contexts = [request.context] if request.HasField("context") else []
    graph = rpc.PutLineageSubgraphRequest(artifacts=[request.artifact], contexts=contexts)
    if request.HasField("event"):
        graph.event_edges.add(artifact_index=0, event=request.event)
    graph.options.reuse_context_if_already_exist = True
    [artifact_id] = put_lineage_subgraph(session, types, graph).artifact_ids
    return lineage.LogArtifactResponse(artifact_id=artifact_id)


def _join(session: Session, artifact_id: int, request: lineage.LogArtifactRequest) -> None:
    """Link a stored artifact to the execution, if one is given, unless the event exists."""
    given = request.event
    if not node_rows.ids_to_link(session, ARTIFACT, [artifact_id]):
        raise errors.AbortedError(f"artifact {artifact_id} was deleted while it was being logged; log it again")
    if not request.HasField("event") or event_rows.is_there(session, artifact_id, given.execution_id, given.type):
        return
    event = pb.Event()
    event.CopyFrom(given)
    event.artifact_id = artifact_id
    store_events(session, [event])
