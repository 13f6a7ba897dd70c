"""The latest values of metrics in the JSON of a record: the object `values` in `__ALL_META__`.

What stays out: which property holds the JSON, and when it is written (log_metrics.py).
"""

from __future__ import annotations

import json
from typing import Any

from lineal import json_form, json_text

MOST_VALUES = 1000
"""How many names `values` can get by logging: every call that logs a point writes all of it."""


def with_values(text: Any, values: dict[str, float]) -> tuple[str | None, int]:
    """Return the JSON of a record with new values, and how many of their names are left out.

    Args:
        text: the JSON as it is stored; "" if there is none, and None if the property is no text.
        values: the latest values by name.

    Returns:
        The text is None if it must stay as it is: it is the JSON of another writer, and no object with values.
    """
    fields = _fields(text)
    if fields is None:
        return None, len(values)
    held = fields.get(json_form.VALUES) or {}
    if not isinstance(held, dict):
        return None, len(values)
    new = [name for name in values if name not in held]
    left_out = set(new[max(0, MOST_VALUES - len(held)) :])
    held.update((name, value) for name, value in values.items() if name not in left_out)
    fields[json_form.VALUES] = held
    return json_form.record_text(json.dumps(fields)), len(left_out)


def _fields(text: Any) -> dict[str, Any] | None:
    """Return the fields of a record; None if the text is no object, or would be read as something else than it is."""
    if text == "":
        return {}
    if not isinstance(text, str) or json_text.is_deeper(text):
        return None
    try:
        found = json_text.loads(text)
    except ValueError:
        return None
    return json_form.record(found) if isinstance(found, dict) else None
