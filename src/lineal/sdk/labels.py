"""Labels are texts: other values get theirs (plain.py) when they are stored, and when they are looked for.

What stays out: where labels are stored (stored_form.py) and how the database finds them (filters.py).
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from lineal.sdk import plain


def checked(labels: Mapping[Any, Any] | None) -> Mapping[str, str] | None:
    """Return labels whose names and values are texts; other values get the text of `plain.text_of`.

    Raises:
        ValueError: `labels` is no mapping, holds something that has no text, or two entries become one.

    """
    if labels is None:
        return None
    if not isinstance(labels, Mapping):
        raise ValueError(f"'labels' must be a mapping of texts, got {labels!r}")
    texts = {_required(name, name): _required(value, name) for name, value in labels.items()}
    if len(texts) < len(labels):
        raise ValueError(f"'labels' has two entries of one name when names are texts, got {dict(labels)!r}")
    has_texts_alone = all(isinstance(each, str) for pair in labels.items() for each in pair)
    return labels if has_texts_alone else texts


def as_text(value: Any) -> str | None:
    """Return the text of a label's name or value, None for what has none: lists, mappings, None and other objects."""
    return plain.text_of(value)


def same(stored: Any, wanted: Any) -> bool:
    """Tell whether two values of a label are the same: as texts, as numbers, or else as JSON."""
    if as_text(stored) is None or as_text(wanted) is None:
        return bool(stored == wanted)
    return as_text(stored) == as_text(wanted) or (_is_number(stored) and _is_number(wanted) and stored == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _required(value: Any, name: Any) -> str:
    text = as_text(value)
    if text is None:
        what = f"{reprlib.repr(value)} ({type(value).__name__})"
        raise ValueError(f"'labels' must be texts, got {what} for {name!r}; write it as a text, or leave it out")
    return text
