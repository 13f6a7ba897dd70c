"""The ids of the types that records need; a type is registered when it is first needed, and extended when it grows.

What stays out: the records themselves (`recorder.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal import errors
from lineal.client import MetadataStore
from lineal.watch.records import Given, Plain
from lineal.watch.writing.merging import told
from lineal.wire import metadata_store as pb

_NEW = "PROCESS"
_ALLOW = {"can_add_fields": True, "can_omit_fields": True}


class TypeIds:
    """Knows the ids of types in one store."""

    def __init__(self, store: MetadataStore) -> None:
        self._store = store
        self._known: dict[tuple[str, str], tuple[int, set[str]]] = {}

    def artifact_type(self, name: str, properties: Mapping[str, Given]) -> int:
        """Return the id of an artifact type that has these properties.

        Raises:
            AlreadyExistsError: the type is stored with a property of another kind.

        """
        return self._id("artifact", pb.ArtifactType(name=name), properties)

    def execution_type(self, name: str, properties: Mapping[str, Given], *, base_type: str) -> int:
        """Return the id of an execution type that has these properties.

        Args:
            name: the name of the type.
            properties: values of properties that it declares.
            base_type: its base type, which never changes; "" for that of the stored type, PROCESS for a new one.

        Raises:
            AlreadyExistsError: the type is stored with a property of another kind.
            UnimplementedError: the type is stored with another base type.

        """
        new = pb.ExecutionType(name=name)
        if base_type or not self._is_stored(name):
            new.base_type = base_type or _NEW  # type: ignore[assignment]
        return self._id("execution", new, properties)

    def context_type(self, name: str, properties: Mapping[str, Given]) -> int:
        """Return the id of a context type that has these properties.

        Raises:
            AlreadyExistsError: the type is stored with a property of another kind.

        """
        return self._id("context", pb.ContextType(name=name), properties)

    def _is_stored(self, name: str) -> bool:
        if ("execution", name) in self._known:
            return True
        try:
            self._store.get_execution_type(name)
        except errors.NotFoundError:
            return False
        return True

    def _id(self, kind: str, node_type: Any, properties: Mapping[str, Given]) -> int:
        named = told(properties)
        type_id, registered = self._known.get((kind, node_type.name), (None, set()))
        if type_id is not None and named.keys() <= registered:
            return type_id
        for name, value in named.items():
            node_type.properties[name] = _property_type(value)
        type_id = int(getattr(self._store, f"put_{kind}_type")(node_type, **_ALLOW))
        self._known[kind, node_type.name] = type_id, registered | named.keys()
        return type_id


def _property_type(value: Plain) -> int:
    if isinstance(value, bool):
        return int(pb.BOOLEAN)
    if isinstance(value, int):
        return int(pb.INT)
    return int(pb.DOUBLE) if isinstance(value, float) else int(pb.STRING)
