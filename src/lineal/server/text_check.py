"""The check that every text in a request is UTF-8.

ML Metadata's messages are proto2, and proto2 parsers accept any bytes as a string. If such a text were stored, it would
break every later reader. proto3 parsers do check. So each request type gets a copy in proto3 with only its texts, in a
separate descriptor pool. Parsing a request as this copy is the check, at the speed of the parser.
"""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError

from lineal import errors

_Field = descriptor_pb2.FieldDescriptorProto
_TEXT_TYPES = (_Field.TYPE_STRING, _Field.TYPE_MESSAGE)
_PACKAGE = "lineal.texts"


class TextCheck:
    """The check for one type of request."""

    def __init__(self, request: Descriptor) -> None:
        self._name = request.full_name
        self._twin = message_factory.GetMessageClass(_twin_descriptor(request))

    def require_utf8(self, request: bytes) -> None:
        """Raise an `InvalidArgumentError` if a text in the serialized request is not UTF-8."""
        if request.isascii():
            return
        try:
            self._twin.FromString(request)
        except (DecodeError, UnicodeDecodeError):
            raise errors.InvalidArgumentError(
                f"A text in the {self._name} is not valid UTF-8; encode names, uris and string values as UTF-8"
            ) from None


def _twin_descriptor(request: Descriptor) -> Descriptor:
    file = descriptor_pb2.FileDescriptorProto(name="twin.proto", package=_PACKAGE, syntax="proto3")
    file.message_type.extend(_twin(message) for message in _reachable(request))
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindMessageTypeByName(f"{_PACKAGE}.{_twin_name(request.full_name)}")


def _reachable(request: Descriptor) -> list[Descriptor]:
    """List the message and every message inside it, each once (maps are messages of key and value here)."""
    found = {request.full_name: request}
    waiting = [request]
    while waiting:
        for field in waiting.pop().fields:
            inner = field.message_type
            if inner is not None and inner.full_name not in found:
                found[inner.full_name] = inner
                waiting.append(inner)
    return list(found.values())


def _twin(message: Descriptor) -> descriptor_pb2.DescriptorProto:
    source = descriptor_pb2.DescriptorProto()
    message.CopyToProto(source)
    fields = [
        _Field(name=field.name, number=field.number, type=field.type, label=field.label, type_name=_twin_type(field))
        for field in source.field
        if field.type in _TEXT_TYPES
    ]
    return descriptor_pb2.DescriptorProto(name=_twin_name(message.full_name), field=fields)


def _twin_type(field: descriptor_pb2.FieldDescriptorProto) -> str | None:
    return f".{_PACKAGE}.{_twin_name(field.type_name)}" if field.type_name else None


def _twin_name(full_name: str) -> str:
    return full_name.lstrip(".").replace(".", "_")
