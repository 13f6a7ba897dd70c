"""The comments of the .proto files, which the descriptors of a program do not have.

A comment stands above what it is about: a service, an RPC, a message, an enum, a value or a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import lineal.wire

_OPENING = re.compile(r"^(?:message|enum|service|oneof)\s+(\w+)\s*\{")
_RPC = re.compile(r"^rpc\s+(\w+)\s*\(")
_MEMBER = re.compile(r"^(?:(?:optional|repeated|required)\s+)?(?:(?:map<[^>]+>|[\w.]+)\s+)?(\w+)\s*=\s*-?\d+")


@cache
def comments() -> dict[str, str]:
    """Return the comment of each thing that has one, by its full name (`lineal.v1.Alias.time`)."""
    folder = Path(lineal.wire.__file__).parent
    return dict(pair for file in sorted(folder.rglob("*.proto")) for pair in _comments_of(file.read_text()))


def _comments_of(text: str) -> Iterator[tuple[str, str]]:
    package, open_names, comment = "", list[str](), list[str]()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("//"):
            comment.append(line.removeprefix("//").strip())
            continue
        package = line.removeprefix("package ").rstrip(";") if line.startswith("package ") else package
        opening, name = _OPENING.match(line), _name(line)
        if name and comment:
            yield ".".join(each for each in (package, *open_names, name) if each), " ".join(comment)
        if line.endswith("{"):  # the fields of a oneof are those of the message around it
            open_names.append(opening[1] if opening and not line.startswith("oneof") else "")
        elif line == "}":
            open_names.pop()
        comment = []


def _name(line: str) -> str:
    found = _OPENING.match(line) or _RPC.match(line) or _MEMBER.match(line)
    return found[1] if found else ""
