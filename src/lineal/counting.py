"""How messages count things: "1 artifact", "2 artifacts"."""

from __future__ import annotations

import re

_ODD = {"aliases": "alias"}
_PLURAL = re.compile(r"\b(\w+?)(ies|s)\b")


def amount(count: int, things: str) -> str:
    """Return a count with its noun.

    Args:
        count: how many.
        things: the noun in the plural, with the words around it: its first word that ends with "s" is the noun.
    """
    return f"{count} {_PLURAL.sub(_singular, things, count=1) if count == 1 else things}"


class Amount(int):
    """A number that a template writes with its noun: `"{rows:nodes}"`."""

    def __format__(self, things: str) -> str:
        """Return the number with the noun."""
        return amount(int(self), things) if things else str(int(self))


def _singular(noun: re.Match[str]) -> str:
    return _ODD.get(noun[0]) or noun[1] + ("y" if noun[2] == "ies" else "")
