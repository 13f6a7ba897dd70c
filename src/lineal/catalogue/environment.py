"""The code and the environment of executions, whoever recorded them: Lineal's SDK, MLflow's clients, or a watcher.

The names that the SDK writes count first (conventions.py), then MLflow's tags, then properties of watched objects.
What stays out: finding it out (sdk/capture/).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lineal import conventions, json_form, json_text
from lineal.catalogue import cards, shapes
from lineal.catalogue.compared_inputs import inputs_by_name
from lineal.catalogue.endings import times_of
from lineal.catalogue.listing import references
from lineal.catalogue.reading import Record
from lineal.event_directions import INPUTS
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import nodes as node_rows

MOST_PACKAGES = 2_000
MOST_INPUTS = 10_000
_TAG = conventions.MLFLOW_TAGS
_NAMES: dict[str, tuple[str, ...]] = {
    "commit": (conventions.GIT_COMMIT, f"{_TAG}source.git.commit"),
    "branch": (conventions.GIT_BRANCH, f"{_TAG}source.git.branch", f"{_TAG}gitBranchName"),
    "repository": (f"{_TAG}source.git.repoURL", f"{_TAG}gitRepoURL"),
    "command": (conventions.ENV_COMMAND, f"{_TAG}source.name", "command"),
    "python": (conventions.ENV_PYTHON,),
    "host": (conventions.ENV_HOST,),
    "user": (conventions.ENV_USER, f"{_TAG}user", "user_id"),
    "image": (conventions.ENV_IMAGE, f"{_TAG}docker.image.name", f"{_TAG}docker.image.uri", "image"),
}
"""The properties with each text, the first that an execution has counts; JSON has more."""


def environment_of(execution: Any) -> shapes.Environment | None:
    """Return where an execution ran; None if nothing is recorded."""
    record = Record(execution)
    recorded = _object(record.texts.get(conventions.ENVIRONMENT))
    texts = {field: _first(record, names) for field, names in _NAMES.items()}
    inside = {field: _text(recorded.get(field)) for field in ("repository", "notebook", "platform")}
    found = shapes.Environment(
        **{**texts, **{field: text for field, text in inside.items() if text or field not in texts}},
        is_dirty=_is_dirty(execution),
        peak_mib=_number(execution, conventions.ENV_PEAK),
        packages=_texts(recorded.get("packages")),
        missing=_texts(recorded.get("missing")),
    )
    return None if found == shapes.Environment() else found


def environments(session: Session, types: KnownTypes, keys: Sequence[str]) -> shapes.RecordEnvironments:
    """Return where executions ran and what they read, and the same of those that made artifacts last.

    Args:
        session: the transaction.
        types: the known types.
        keys: the keys of artifacts and executions.

    Raises:
        InvalidArgumentError: one is no key.
    """
    read = [cards.read_key(key) for key in dict.fromkeys(keys)]
    ids = [node_id for kind, node_id in read if kind is ARTIFACT]
    makers = edge_rows.makers(session, ids)
    there = {
        (kind, each)
        for kind in (ARTIFACT, EXECUTION)
        for each in node_rows.existing_ids(session, kind, [node_id for of, node_id in read if of is kind])
    }
    executions = {place: makers.get(place[1]) if place[0] is ARTIFACT else place[1] for place in read}
    wanted = [each for each in dict.fromkeys(executions.values()) if each is not None]
    named = references(session, types, EXECUTION, wanted)
    rows = node_rows.nodes_by_ids(session, EXECUTION, wanted)
    found = {each.id: each for each in readable_messages(session, types, EXECUTION, rows)}
    edges = edge_rows.artifacts_of(session, list(found), INPUTS, limit=MOST_INPUTS + 1)
    read_there = _inputs(session, types, edges[:MOST_INPUTS])
    items = [_item(place, executions[place], named, found, read_there) for place in read if place in there]
    return shapes.RecordEnvironments(items, exact=len(edges) <= MOST_INPUTS)


def _inputs(session: Session, types: KnownTypes, edges: Sequence[tuple[int, int]]) -> dict[int, dict[str, list[str]]]:
    rows = node_rows.nodes_by_ids(session, ARTIFACT, dict.fromkeys(artifact for _, artifact in edges))
    artifacts = {each.id: Record(each) for each in readable_messages(session, types, ARTIFACT, rows)}
    return inputs_by_name(edges, artifacts)


def _item(
    place: tuple[Kind, int],
    execution: int | None,
    named: dict[int, shapes.Reference],
    found: dict[int, Any],
    read: dict[int, dict[str, list[str]]],
) -> shapes.RecordEnvironment:
    number = -1 if execution is None else execution
    node = found.get(number)
    return shapes.RecordEnvironment(
        cards.key_of(*place),
        named.get(number),
        None if node is None else environment_of(node),
        None if node is None else times_of(node).duration,
        read.get(number, {}),
    )


def _first(record: Record, names: Sequence[str]) -> str | None:
    return next((text for name in names if (text := record.texts.get(name))), None)


def _is_dirty(execution: Any) -> bool | None:
    value = execution.custom_properties.get(conventions.GIT_DIRTY)
    if value is not None and value.HasField("bool_value"):
        return bool(value.bool_value)
    tag = execution.custom_properties.get(f"{_TAG}source.git.dirty")
    return None if tag is None or not tag.string_value else tag.string_value.lower() == "true"


def _number(execution: Any, name: str) -> float | None:
    value = execution.custom_properties.get(name)
    kind = value.WhichOneof("value") if value is not None else None
    number = float(getattr(value, kind)) if kind in ("double_value", "int_value") else math.nan
    return number if math.isfinite(number) else None


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json_text.loads(text, escape=True) if text else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> dict[str, str]:
    """Return the texts of a JSON object by name, however odd it is."""
    pairs = list(value.items())[:MOST_PACKAGES] if isinstance(value, dict) else []
    return {name: text for name, each in pairs if (text := _text(each)) is not None}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return json_form.text(value) if isinstance(value, (int, float)) else None
