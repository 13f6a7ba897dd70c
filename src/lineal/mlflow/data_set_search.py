"""The rule of finding the data sets that the runs of experiments read, each once for every context of its use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import data_sets, experiments, found_models, stored_form
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import relations, whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_MOST = 20
_CONTEXT = "mlflow.data.context"


def search_data_sets(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer the data sets of experiments by name, digest and first use; those of deleted runs are among them.

    Raises:
        InvalidArgumentError: there are too many experiments, or an id is no number.
    """
    given = request.list("experiment_ids")
    if len(given) > _MOST:
        raise errors.InvalidArgumentError(
            f"there are {len(given)} experiments; give up to {_MOST}", errors.Details(parameter="experiment_ids")
        )
    for each in given:
        experiments.require_number(each)
    found: list[Fields] = []
    known = {stored_form.experiment_id_of(each): each.id for each in experiments.by_ids(session, types, request, given)}
    for experiment_id in sorted(known, key=int):
        uses = dict.fromkeys(_uses(session, types, known[experiment_id]))
        for name, digest, context in sorted(uses, key=lambda use: use[:2]):
            shown = {"experiment_id": experiment_id, "name": name, "digest": digest}
            found.append({**shown, "context": context} if context else shown)
    return {"dataset_summaries": found} if found else {}


def _uses(session: Session, types: KnownTypes, experiment: int) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the digest and the context of each use of a data set by a run of an experiment."""
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_context(session, ARTIFACT, experiment))
    known = {node.id: node for node in nodes if not found_models.is_model(node)}
    if not known:
        return
    events, steps = event_rows.events_with_steps(session, ARTIFACT, sorted(known))
    runs = sorted({row[2] for row in events})
    own = {run for context, run in relations.memberships_of(session, EXECUTION, runs) if context == experiment}
    for event_id, artifact_id, run, event_type, *_ in events:
        artifact, path = known[artifact_id], steps.get(event_id, [])
        is_read = data_sets.is_data_set(artifact) or data_sets.said_by(path)
        if event_type == pb.Event.INPUT and run in own and is_read:
            fields = data_sets.input_fields(artifact, path)
            tags = {tag["key"]: tag["value"] for tag in fields.get("tags", ())}
            yield fields["dataset"]["name"], fields["dataset"]["digest"], tags.get(_CONTEXT, "")
