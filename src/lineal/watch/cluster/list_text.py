"""Cut the JSON of a list into its items while it arrives, so that no more than one of them is in memory.

An API server bounds a page of a list by a number of objects, not by bytes, and writes what follows the items (for kinds
of custom definitions: `metadata`) after them. What stays out: reading an item (`connection.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_OUTSIDE = re.compile(rb'[^"{}\[\]]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"{}\[\]]*)*', re.DOTALL)  # with whole strings
_IN_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_ITEMS = re.compile(rb'(?<!\\)"items"\s*:\s*\Z')
_ITEMS_DEPTH = 2
_LONGEST_KEY = 64


class ListText:
    """The text of a list as it comes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._text = bytearray()  # what is not cut yet; always within one item, or around the items
        self._read = 0  # how much of it is known to hold no further bracket
        self._in_string = False  # whether the text ends within a string, which is then not read from its start again
        self._around = bytearray()
        self.size = 0

    def items(self) -> Iterator[bytes]:
        """Yield the text of each item.

        Raises:
            ValueError: the text ends early.

        """
        depth, in_items = 0, False
        while bracket := self._next_bracket():
            if bracket in b"]}":
                depth -= 1
                if in_items and depth == _ITEMS_DEPTH:
                    yield self._cut().lstrip(b", \t\r\n")
                elif in_items and depth < _ITEMS_DEPTH:
                    in_items = False
            else:
                in_items = in_items or (depth == 1 and bracket == b"[" and self._is_key_of_items())
                depth += 1
                if in_items and depth == _ITEMS_DEPTH:
                    self._around += self._cut()
            if not in_items:
                self._around += self._cut()
        if depth or self._in_string:
            raise ValueError("the list ends early")
        self._around += self._text

    def rest(self) -> dict[str, Any]:
        """Return the list without its items; to be called after the last one.

        Raises:
            ValueError: it is no JSON object.

        """
        read = json.loads(self._around)
        if not isinstance(read, dict):
            raise ValueError("the list is no object")
        return read

    def _next_bracket(self) -> bytes:
        """Go behind the next bracket that is in no string, and return it; "" at the end of the text."""
        while True:
            found = (_IN_STRING if self._in_string else _OUTSIDE).match(self._text, self._read)
            self._read = found.end() if found else self._read
            byte = bytes(self._text[self._read : self._read + 1])
            if byte == b'"':
                self._in_string = not self._in_string
                self._read += 1
            elif byte and byte != b"\\":
                self._read += 1
                return byte
            elif not self._read_on():
                return b""

    def _read_on(self) -> bool:
        piece = next(self._pieces, b"")
        self._text += piece
        self.size += len(piece)
        return bool(piece)

    def _cut(self) -> bytes:
        """Take away what is read, and return it."""
        cut = bytes(self._text[: self._read])
        del self._text[: self._read]
        self._read = 0
        return cut

    def _is_key_of_items(self) -> bool:
        return bool(_ITEMS.search(bytes(self._text[max(0, self._read - 1 - _LONGEST_KEY) : self._read - 1])))
