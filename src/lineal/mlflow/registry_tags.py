"""Tags of registered models and of their versions."""

from __future__ import annotations

from typing import Any

from lineal.kinds import Kind
from lineal.mlflow import keys
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import TAG
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session


def read(request: Request) -> tuple[str, str]:
    """Return the key and the value of the tag that a request sets.

    Raises:
        InvalidArgumentError: the tag cannot be stored.
    """
    key, value = request.text("key"), request.text("value")
    keys.check_key(key, "key")
    keys.check_registry_value(value)
    return key, value


def read_key(request: Request) -> str:
    """Return the key of the tag that a request deletes.

    Raises:
        InvalidArgumentError: no tag can have the key.
    """
    key = request.text("key")
    keys.check_form(key, "key")
    return key


def put(session: Session, types: KnownTypes, kind: Kind, node: Any, key: str, value: str) -> None:
    """Set a tag of a node that is locked."""
    node.custom_properties[TAG + key].string_value = value
    _write(session, types, kind, node, key)


def delete(session: Session, types: KnownTypes, kind: Kind, node: Any, key: str) -> None:
    """Delete a tag of a node that is locked; does nothing if the node lacks it."""
    if TAG + key in node.custom_properties:
        del node.custom_properties[TAG + key]
        _write(session, types, kind, node, key)


def _write(session: Session, types: KnownTypes, kind: Kind, node: Any, key: str) -> None:
    write_nodes(session, types, kind, [node], UpdateOptions(mask=(f"custom_properties.{TAG}{key}",)))
