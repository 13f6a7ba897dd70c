"""RPCs and their messages as Markdown, from the descriptors, the comments of .proto files, and `descriptions`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor

from lineal.service import descriptions
from lineal.service.calls import Call
from lineal.upkeep.calls import ALL_CALLS
from lineal.wire import OWN_SERVICES, service

from .markdown import blocks, code, prose, table
from .protos import comments

OFFICIAL = service.DESCRIPTOR.services_by_name["MetadataStoreService"]
METHODS: dict[str, MethodDescriptor] = {
    method.name: method for each in (OFFICIAL, *OWN_SERVICES) for method in each.methods
}
_SEARCH = Call(lambda *_: None)  # the catalogue serves searches with transactions of its own; every reader may search
_SCALARS = {
    value: name.removeprefix("TYPE_").lower()
    for name, value in vars(FieldDescriptor).items()
    if name.startswith("TYPE_")
}


def rpcs(*names: str) -> str:
    """Return what RPCs do, who may call them, and what their requests and responses hold.

    Raises:
        KeyError: there is no such RPC.
    """
    return blocks(*(_rpc(METHODS[name]) for name in names))


def own_rpcs() -> str:
    """Return the RPCs of Lineal's own services."""
    return rpcs(*(method.name for each in OWN_SERVICES for method in each.methods))


def messages(package: str) -> str:
    """Return the messages and enums of a package that RPCs take or answer, without the requests and responses."""
    found = sorted(_reachable(package).values(), key=lambda each: str(each.full_name))
    return blocks(*(_enum(each) if isinstance(each, EnumDescriptor) else _message(each) for each in found))


def titles(package: str) -> set[str]:
    """Return the full names of the messages and enums that `messages` shows."""
    return set(_reachable(package))


def _rpc(method: MethodDescriptor) -> str:
    call = ALL_CALLS.get(method.name, _SEARCH)
    says = comments().get(method.full_name) or descriptions.CALLS[method.name]
    role = f"Callers need the role `{call.needed_role.name.lower()}`."
    audited = " Always written to the audit log." if call.is_audited and "audit log" not in says else ""
    return blocks(
        f"### {method.name}",
        prose(says),
        f"{role}{audited} Service: `{method.containing_service.full_name}`.",
        _parts("Request", method.input_type),
        _parts("Response", method.output_type),
    )


def _parts(title: str, message: Descriptor) -> str:
    """Return a table of the fields of a request or response, and of the messages within it that are its own."""
    return table((f"{title}: `{message.name}`", "Type", "Meaning"), _rows(message, "")) or (
        f"{title}: `{message.name}`, which has no fields."
    )


def _rows(message: Descriptor, prefix: str) -> Iterator[tuple[str, str, str]]:
    for field in message.fields:
        yield code(f"{prefix}{field.name}"), _type(field), _meaning(field)
        within = field.message_type
        if within is not None and within.containing_type is message and not _is_map(field):
            yield from _rows(within, f"{prefix}{field.name}.")


def _meaning(field: FieldDescriptor) -> str:
    of = field.containing_type
    names = (f"{of.full_name.partition('.')[2]}.{field.name}", f"{of.name}.{field.name}", field.name)
    said = next((descriptions.FIELDS[name] for name in names if name in descriptions.FIELDS), "")
    comment = comments().get(field.full_name, "")
    choice = field.containing_oneof
    one_of = f" One of `{choice.name}`." if choice and len(choice.fields) > 1 else ""
    return prose(comment or (said if of.full_name.startswith("ml_metadata") else "")) + one_of


def _type(field: FieldDescriptor) -> str:
    if _is_map(field):
        key, value = field.message_type.fields
        return f"map of {_type(key)} to {_type(value)}"
    named: Any = field.message_type or field.enum_type
    shown = _link(named) if named is not None else _SCALARS[field.type]
    return f"list of {shown}" if _is_repeated(field) else shown


def _is_repeated(field: FieldDescriptor) -> bool:
    """Versions of protobuf differ in how they say so."""
    repeated = getattr(field, "is_repeated", None)
    return bool(field.label == FieldDescriptor.LABEL_REPEATED if repeated is None else repeated)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _link(named: Descriptor | EnumDescriptor) -> str:
    name = named.full_name
    if not name.startswith(("ml_metadata.", "lineal.")) or re.search(r"(Request|Response)\b", name):
        return code(named.name)
    return f"[{named.name}](messages.md#{_anchor(named)})"


def _title(named: Descriptor | EnumDescriptor) -> str:
    return str(named.full_name)


def _anchor(named: Descriptor | EnumDescriptor) -> str:
    return re.sub(r"[^\w -]", "", _title(named)).lower().replace(" ", "-")


def _message(message: Descriptor) -> str:
    return blocks(
        f"### {_title(message)}",
        prose(comments().get(message.full_name, "")),
        table(("Field", "Type", "Meaning"), _rows_of_message(message)) or "It has no fields.",
    )


def _rows_of_message(message: Descriptor) -> Iterator[tuple[str, str, str]]:
    return ((code(field.name), _type(field), _meaning(field)) for field in message.fields)


def _enum(enum: EnumDescriptor) -> str:
    rows = [
        (code(value.name), str(value.number), prose(comments().get(f"{enum.full_name}.{value.name}", "")))
        for value in enum.values
    ]
    titles = ("Value", "Number", "Meaning")
    return blocks(f"### {_title(enum)}", prose(comments().get(enum.full_name, "")), table(titles, rows))


@cache
def _reachable(package: str) -> dict[str, Descriptor | EnumDescriptor]:
    """Return the messages and enums of a package that requests and responses hold, by name, without those."""
    named = [each for message in every_message() for each in _named_in(message.fields)]
    return {
        each.full_name: each
        for each in named
        if each.full_name.startswith(f"{package}.") and not _is_entry(each) and _link(each).startswith("[")
    }


def every_message() -> list[Descriptor]:
    """Return the requests and responses of all RPCs, and all messages that these hold."""
    found: dict[str, Descriptor] = {}
    waiting: list[Descriptor] = [
        each for method in METHODS.values() for each in (method.input_type, method.output_type)
    ]
    while waiting:
        message = waiting.pop()
        if message.full_name not in found:
            found[message.full_name] = message
            waiting += [each for each in _named_in(message.fields) if isinstance(each, Descriptor)]
    return list(found.values())


def _is_entry(named: Descriptor | EnumDescriptor) -> bool:
    """Tell whether a message is what a map is made of."""
    return isinstance(named, Descriptor) and bool(named.GetOptions().map_entry)


def _named_in(fields: Iterable[FieldDescriptor]) -> Iterator[Descriptor | EnumDescriptor]:
    for field in fields:
        named = field.message_type or field.enum_type
        if named is not None:
            yield named
