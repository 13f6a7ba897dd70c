"""How a property's value is stored in its row: exactly one of the value columns is filled.

The stored form is the official library's: a Struct as text with a prefix, an Any as base64 text. Two values that it
cannot hold are stored so that Lineal reads them faithfully: a string that begins with the Struct's prefix carries an
empty `proto_value` beside it, and a NaN, which SQLite would turn into NULL, is the text "nan".
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.message import DecodeError

from lineal import errors
from lineal.wire import metadata_store as pb

VALUE_COLUMNS = ("int_value", "double_value", "string_value", "proto_value", "bool_value")
STRUCT_PREFIX = "mlmd-struct::"
_NO_STRUCT = ""
ODD_NUMBERS = ("nan", "inf", "-inf")  # the names of those that are not finite, for MySQL, which lacks them

Encoded = tuple[Any, Any, Any, Any, Any]

# The form of a stored value. A plain text is not a Struct, whatever it begins with.
TEXT, PLAIN_TEXT, INTEGER, DOUBLE, TRUTH, PROTO, NOTHING = range(7)
CUSTOM = 7  # more than every form: added to the form of a custom property if one number holds both


def encode(value: pb.Value, kind: str | None) -> Encoded:
    """Return the five columns of a value, whose field of the oneof is `kind`, in the order of VALUE_COLUMNS.

    Raises:
        InvalidArgumentError: the value has no kind, or is an Any without a type.
    """
    if kind == "string_value":
        text = value.string_value
        return None, None, text, (_NO_STRUCT if text.startswith(STRUCT_PREFIX) else None), None
    if kind == "int_value":
        return value.int_value, None, None, None, None
    if kind == "double_value":
        number = value.double_value
        return None, (number if number == number else "nan"), None, None, None  # a NaN is not itself
    if kind == "bool_value":
        return None, None, None, None, value.bool_value
    if kind == "struct_value":
        return None, None, STRUCT_PREFIX + _text(value.struct_value.SerializeToString(deterministic=True)), None, None
    return None, None, None, _encode_any(value), None


def _encode_any(value: pb.Value) -> str:
    if not value.HasField("proto_value"):
        raise errors.InvalidArgumentError("has no kind of value; set one of int, double, string, struct, proto, bool")
    if not value.proto_value.type_url:
        raise errors.InvalidArgumentError("has a proto_value without type_url; pack the message with Any.Pack")
    return _text(value.proto_value.SerializeToString())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def decode(columns: Encoded, value: pb.Value) -> None:
    """Fill `value` from the five columns.

    Raises:
        DataLossError: a stored Any cannot be read.
    """
    integer, double, text, proto, truth = columns
    if text is not None:
        decode_one(TEXT if proto is None else PLAIN_TEXT, text, value)
    elif integer is not None:
        decode_one(INTEGER, integer, value)
    elif double is not None:
        decode_one(DOUBLE, double, value)
    elif truth is not None:
        decode_one(TRUTH, truth, value)
    elif proto is not None:
        decode_one(PROTO, proto, value)


def decode_one(form: int, stored: Any, value: pb.Value) -> None:
    """Fill `value` from what is stored, or from its text, and its form.

    Raises:
        DataLossError: a stored Any cannot be read.
    """
    if form == PLAIN_TEXT or (form == TEXT and not _decode_struct(stored, value)):
        value.string_value = stored
    elif form == INTEGER:
        value.int_value = int(stored)
    elif form == DOUBLE:
        value.double_value = float(stored)
    elif form == TRUTH:
        value.bool_value = bool(int(stored))
    elif form == PROTO:
        _decode_any(stored, value)


def _decode_struct(text: str, value: pb.Value) -> bool:
    """Read a Struct; a text of another writer that only looks like one is not a Struct."""
    if not text.startswith(STRUCT_PREFIX):
        return False
    try:
        struct = struct_pb2.Struct.FromString(base64.b64decode(text[len(STRUCT_PREFIX) :], validate=True))
    except (binascii.Error, DecodeError):
        return False
    value.struct_value.CopyFrom(struct)
    value.struct_value.SetInParent()
    return True


def _decode_any(data: str | bytes, value: pb.Value) -> None:
    try:
        value.proto_value.ParseFromString(base64.b64decode(data, validate=True))
    except (binascii.Error, DecodeError) as error:
        raise errors.DataLossError("a stored proto_value is not a base64 text of an Any") from error
