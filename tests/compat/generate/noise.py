"""Noise: requests with random fields, random filter texts, random page tokens. For Lineal alone.

An official store does not survive these.
"""

from __future__ import annotations

import base64
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from lineal.errors import InvalidArgumentError
from lineal.server.text_check import TextCheck
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.generate.messages import chance
from tests.compat.official import SERVICE

MARK = "zqMARKqz"
INTEGERS = [0, 1, 2, 3, 10, 11, 12, -1, 2**31 - 1, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 1e308, 5e-324]
TEXTS = ["", "t", "name", MARK, f"'{MARK}", f'"{MARK}"', "a\x00b", "__MLMD_NULL__", "mlmd-struct::%%", "\U0010ffff"]
TEXTS += ["'; DROP TABLE Artifact; --", "%s", "?", ":a", "{}", "\\", "x" * 5000, "properties.x", "ﬁ", "\ud7ff"]
PIECES = """( ) AND OR NOT = != <> < <= > >= LIKE IN BETWEEN IS NULL TRUE FALSE , . ` ' " + - * / id name uri state type
external_id create_time_since_epoch properties custom_properties contexts_a events_0 parent_contexts_a child_contexts_a
artifacts_a executions_a int_value string_value double_value bool_value LIVE RUNNING INPUT 1 -1 0.5 1e9 0x1F
99999999999999999999 'a' "b" r'c' '''d''' 'it\\'s' '\\u00e9' '\\x00' `a b` x.y -- /* */ # \\ ; ? @p $1 LOWER( COALESCE(
CASE SELECT FROM JSON ARRAY[1] STRUCT(1) é 🙂 \x00 \t""".split()
_SIZES = [0, 0, 1, 1, 2, 5]


def random_text(rng: Random) -> str:
    """Return a string: odd, marked, or of random characters."""
    if chance(rng, 0.7):
        return rng.choice(TEXTS)
    return "".join(chr(rng.choice([rng.randint(0, 127), rng.randint(0, 0xD7FF)])) for _ in range(rng.randint(0, 20)))


def random_filter_text(rng: Random) -> str:
    """Return a text of pieces of the filter language, or of a right query with a piece changed."""
    if chance(rng, 0.5):
        return rng.choice(["", " "]).join(rng.choice([*PIECES, f"'{MARK}'"]) for _ in range(rng.randint(1, 12)))
    right = f"(id = 1 OR name LIKE '{MARK}%') AND properties.x.int_value IN (1, 2) AND NOT contexts_a.name != 'c'"
    words = right.split(" ")
    for _ in range(rng.randint(1, 3)):
        words[rng.randrange(len(words))] = rng.choice(PIECES)
    return " ".join(words)


def random_token(rng: Random) -> str:
    """Return a text that may look like a page token."""
    if chance(rng, 0.3):
        return random_text(rng)
    token = random_message(rng, pb.ListOperationNextPageToken, depth=2).SerializeToString()
    if chance(rng, 0.3):
        token = bytes(byte ^ rng.choice([0, 0, 1, 128]) for byte in token)
    return base64.urlsafe_b64encode(token).decode().rstrip("=" if chance(rng, 0.8) else "")


def random_message(rng: Random, message: Any, *, depth: int = 5) -> Any:
    """Return a message with random fields set to random values."""
    built = message()
    for field in built.DESCRIPTOR.fields:
        if depth > 0 and chance(rng, 0.6):
            _set_field(rng, built, field, depth)
    return built


def _set_field(rng: Random, built: Any, field: FieldDescriptor, depth: int) -> None:
    count = rng.choice(_SIZES)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        _fill_map(rng, getattr(built, field.name), field.message_type, count, depth)
    elif field.message_type is not None and _is_repeated(field):
        getattr(built, field.name).extend(_submessage(rng, field, depth) for _ in range(count))
    elif field.message_type is not None:
        getattr(built, field.name).CopyFrom(_submessage(rng, field, depth))
    elif _is_repeated(field):
        getattr(built, field.name).extend(_scalar(rng, field) for _ in range(count))
    else:
        setattr(built, field.name, _scalar(rng, field))


def _fill_map(rng: Random, target: Any, entry: Any, count: int, depth: int) -> None:
    key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
    for _ in range(count):
        name = _scalar(rng, key)
        if value.message_type is None:
            target[name] = _scalar(rng, value)
        else:
            target[name].CopyFrom(_submessage(rng, value, depth))


def _submessage(rng: Random, field: Any, depth: int) -> Message:
    return random_message(rng, field.message_type._concrete_class, depth=depth - 1)


def _is_repeated(field: FieldDescriptor) -> bool:
    """Tell whether a field is repeated; the name of the property differs between versions of protobuf."""
    repeated = getattr(field, "is_repeated", None)
    return bool(repeated) if repeated is not None else field.label == FieldDescriptor.LABEL_REPEATED


def _scalar(rng: Random, field: FieldDescriptor) -> Any:
    if field.name == "filter_query":
        return random_filter_text(rng)
    if field.name == "next_page_token":
        return random_token(rng)
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return rng.choice(field.enum_type.values).number
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return chance(rng, 0.5)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return rng.choice(FLOATS)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return random_text(rng).encode() if field.type == FieldDescriptor.TYPE_BYTES else random_text(rng)
    small = field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32)
    return rng.choice([number for number in INTEGERS if not small or -(2**31) <= number < 2**31])


def random_call(rng: Random) -> tuple[str, Any]:
    """Return a method and a request for it: random fields, or random fields with a few bytes changed."""
    method = rng.choice(SERVICE.methods)
    kind = getattr(rpc, method.input_type.name)
    made = random_message(rng, kind)
    if chance(rng, 0.3):
        data = bytearray(made.SerializeToString())
        for _ in range(min(len(data), rng.randint(1, 5))):
            data[rng.randrange(len(data))] = rng.randint(0, 255)
        changed = parsed(kind, bytes(data))
        made = made if changed is None else changed
    return method.name, made


def parsed(kind: Any, data: bytes) -> Any:
    """Return the request that the bytes are, as the server takes it: None if they are none or hold no UTF-8."""
    try:
        TextCheck(kind.DESCRIPTOR).require_utf8(data)
        return kind.FromString(data)
    except (DecodeError, InvalidArgumentError):
        return None
