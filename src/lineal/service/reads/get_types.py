"""The rules of the calls that read types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import KINDS, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import response_to, type_messages
from lineal.store.engine.session import Session
from lineal.store.rows import types as type_rows
from lineal.store.rows.types import WholeTypes

_SYSTEM_NAMES = frozenset(name for kind in KINDS for name in kind.system_types)


def get_type(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the type of a name and version ("" = the one without version).

    Raises:
        NotFoundError: there is none.
    """
    name, version = request.type_name, request.type_version
    session.end_with_next()
    found = type_rows.find_whole_type(session, kind, name, version) if name else None
    if found is None or not found.rows:
        of_version = f" and version {version!r}" if version else ""
        raise errors.NotFoundError(f"no {kind.name} type has the name {name!r}{of_version}")
    return response_to(request, **{f"{kind.name}_type": type_messages(kind, found)[0]})


def get_types(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer all types of a kind but, for kinds with system types, those named like a system type of any kind."""
    hidden = _SYSTEM_NAMES if kind.system_types else frozenset()
    session.end_with_next()
    found = type_rows.all_whole_types(session, kind)
    shown = found._replace(rows=[row for row in found.rows if row.name not in hidden])
    return _types(request, kind, type_messages(kind, shown, external_id=False))


def get_types_by_ids(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the types that exist, in the order and as often as they are asked for."""
    ids = request.type_ids
    session.end_with_next()
    found = _of_kind(type_rows.whole_types_by_ids(session, list(dict.fromkeys(ids))), kind)
    messages = {message.id: message for message in type_messages(kind, found)}
    return _types(request, kind, [messages[type_id] for type_id in ids if type_id in messages])


def get_types_by_external_ids(session: Session, _: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the types that exist, without base and struct types.

    Raises:
        InvalidArgumentError: an external id is empty.
        NotFoundError: ids are given and none is found.
    """
    external_ids = request.external_ids
    if not external_ids:
        return response_to(request)
    check_external_ids(external_ids)
    session.end_with_next()
    found = _of_kind(type_rows.whole_types_by_external_ids(session, list(dict.fromkeys(external_ids))), kind)
    if not found.rows:
        raise errors.NotFoundError(f"no {kind.name} type has one of the external ids {shown(external_ids)}")
    return _types(request, kind, type_messages(kind, found, base_type=False, struct_types=False))


def _of_kind(found: WholeTypes, kind: Kind) -> WholeTypes:
    return found._replace(rows=[row for row in found.rows if row.type_kind == kind.type_kind])


def _types(request: Any, kind: Kind, messages: Sequence[Any]) -> Any:
    """Return the response of a call that answers types."""
    return response_to(request, **{f"{kind.name}_types": messages})


def check_external_ids(external_ids: Sequence[str]) -> None:
    """Refuse an empty external id.

    Raises:
        InvalidArgumentError: one of them is "".
    """
    if "" in external_ids:
        raise errors.InvalidArgumentError("an external id in the request is empty; leave it out")


def shown(values: Sequence[object]) -> str:
    """Return the first few of the values, for a message."""
    more = f" and {len(values) - 5} more" if len(values) > 5 else ""
    return ", ".join(repr(value) for value in values[:5]) + more
