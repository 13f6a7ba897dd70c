"""Which texts every database holds, and what becomes of others."""

from __future__ import annotations

from lineal.importing.findings import Findings

ODD_TEXTS = "texts with the character NUL or half of a surrogate pair"
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    """Say whether every database holds a text."""
    return "\0" not in text and not any("\ud800" <= each < "\ue000" for each in text)


def cleaned(text: str, owner: str, left_out: Findings) -> str:
    """Return a text with a sign in place of each character that cannot be stored."""
    if is_storable(text):
        return text
    left_out.add(f"characters of {ODD_TEXTS}, replaced by {_REPLACED}", owner)
    return "".join(_REPLACED if each == "\0" or "\ud800" <= each < "\ue000" else each for each in text)
