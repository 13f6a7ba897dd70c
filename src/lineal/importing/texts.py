"""Which texts every database holds, and what becomes of others."""

from __future__ import annotations

from typing import Any

from lineal.importing.findings import Findings

ODD_TEXTS = "texts with the character NUL or half of a surrogate pair"
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    """Say whether every database holds a text."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= each < "\ue000" for each in text))


def cleaned(text: str, owner: str, left_out: Findings) -> str:
    """Return a text with a sign in place of each character that cannot be stored."""
    if is_storable(text):
        return text
    left_out.add(f"characters of {ODD_TEXTS}, replaced by {_REPLACED}", owner)
    return "".join(_REPLACED if each == "\0" or "\ud800" <= each < "\ue000" else each for each in text)


def cleaned_values(value: Any, owner: str, left_out: Findings) -> Any:
    """Return a value of JSON whose texts and names, at any depth, are cleaned."""
    if isinstance(value, str):
        return cleaned(value, owner, left_out)
    if isinstance(value, dict):
        return {cleaned(name, owner, left_out): cleaned_values(each, owner, left_out) for name, each in value.items()}
    if isinstance(value, list):
        return [cleaned_values(each, owner, left_out) for each in value]
    return value
