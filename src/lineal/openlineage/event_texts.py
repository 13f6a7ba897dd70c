"""Where OpenLineage's events begin and end in a file: one on each line, a list of them, or each over several lines.

What is broken ends where the next line begins an event, so that one bad event costs no other. A file is read piece by
piece: no more than the largest event is held. What stays out: what an event says (checks.py).
"""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

LARGEST_EVENT = 64 << 20
"""An event of more bytes is not read."""
_PIECE = 1 << 20
_MARK = b"\xef\xbb\xbf"
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRINGS = re.compile(_STRING, re.DOTALL)
_TOKENS = re.compile(_STRING + rb'|[{}\n"]', re.DOTALL)
_BETWEEN = b" \t\r\n,[]"
_BEGINNING = re.compile(rb'\{\s*"(?:eventTime|eventType|producer|schemaURL|run|job|inputs|outputs|dataset)"\s*:')

Stream: TypeAlias = "io.BufferedReader | gzip.GzipFile"


class DamagedFileError(Exception):
    """A file cannot be read to its end."""


class Written(NamedTuple):
    """An event as a file has it.

    Attributes:
        line: where it begins.
        text: its JSON, or what is in its place; empty for one of more than LARGEST_EVENT bytes.
    """

    line: int
    text: bytes


def read_events(stream: Stream) -> Iterator[Written]:
    """Read what is in the place of events, one after the other.

    Raises:
        DamagedFileError: a list has an event of more than LARGEST_EVENT bytes, so that its end is not known.
    """
    if stream.peek(len(_MARK)).startswith(_MARK):
        stream.read(len(_MARK))
    return _in_list(stream) if stream.peek(1).lstrip().startswith(b"[") else _in_lines(stream)


@dataclass
class _Held:
    """The lines of an event.

    Attributes:
        line: where it begins, 0 before the first line.
        depth: how many of its objects and lists are open.
        size: its bytes.
        lines: what was read of it, as long as it is not too large.
    """

    line: int = 0
    depth: int = 0
    size: int = 0
    lines: list[bytes] = field(default_factory=list)

    def add(self, number: int, line: bytes, depth: int) -> None:
        self.line = self.line or number
        self.depth += depth
        self.size += len(line)
        if self.size > LARGEST_EVENT:
            self.lines.clear()
        else:
            self.lines.append(line)

    def whole(self) -> Written:
        return Written(self.line, b"".join(self.lines))


def _in_lines(stream: Stream) -> Iterator[Written]:
    held = _Held()
    for number, line in enumerate(_lines(stream), start=1):
        depth = _depth(line)
        if held.line and depth == 0 and _BEGINNING.match(line):  # what is held never ended
            yield held.whole()
            held = _Held()
        if held.line or line.strip():
            held.add(number, line, depth)
        if held.line and held.depth <= 0:
            yield held.whole()
            held = _Held()
    if held.line:
        yield held.whole()


def _lines(stream: Stream) -> Iterator[bytes]:
    """Read lines; of one that is longer than an event, the beginning."""
    while line := stream.readline(LARGEST_EVENT + 1):
        yield line
        while len(line) > LARGEST_EVENT and not line.endswith(b"\n"):
            line = stream.readline(LARGEST_EVENT + 1)


def _depth(line: bytes) -> int:
    """Return how many objects and lists stay open at the end of a line; below 0 if it ends others."""
    bare = _STRINGS.sub(b"", line)
    return bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")


def _in_list(stream: Stream) -> Iterator[Written]:
    held, read, line = b"", 0, 1  # what is not yielded yet; how far it was read; the line there
    depth, began = 0, 1  # the open objects, and the line where the first of them begins
    while piece := stream.read(max(_PIECE, len(held))):  # twice as much each time, since what is held is read again
        held, start = held + piece, 0
        for token in _TOKENS.finditer(held, read):
            if token[0] == b'"':  # a text whose end is not read yet
                break
            read = token.end()
            line += token[0].count(b"\n")
            if token[0] == b"{" and depth == 0:
                yield from _between(began, held[start : token.start()])
                start, began = token.start(), line
            depth = max(0, depth + (token[0] == b"{") - (token[0] == b"}"))
            if token[0] == b"}" and depth == 0:
                yield Written(began, held[start:read])
                start, began = read, line
        held, read = held[start:], read - start
        if len(held) > LARGEST_EVENT:
            raise DamagedFileError(f"the event in line {began} has more than {LARGEST_EVENT >> 20} MiB")
    yield from _between(began, held)


def _between(line: int, text: bytes) -> Iterator[Written]:
    """Read what is where only commas may be."""
    if odd := text.strip(_BETWEEN):
        yield Written(line, odd)
