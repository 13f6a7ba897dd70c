"""What is captured: everything, unless an execution, `metadata.init` or LINEAL_CAPTURE says otherwise.

What stays out: capturing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from lineal.nearest import hint

PARTS = ("git", "command", "python", "packages", "host", "user", "image", "memory")
"""What can be captured, and turned off, one by one."""
Choice: TypeAlias = "bool | Collection[str] | None"
"""True: everything; False: nothing; names of parts, those with `-` in front taken away; None: not chosen here."""
_ON, _OFF = ("on", "all", "true", "yes", "1"), ("off", "none", "false", "no", "0")


def parts_of(choice: Choice) -> frozenset[str] | None:
    """Return the parts that a choice names; None if it chooses nothing.

    `{"git", "packages"}` are these two, and `{"-user", "-host"}` all but these two.

    Raises:
        ValueError: a name is none of a part.

    """
    if choice is None:
        return None
    if isinstance(choice, bool):
        return frozenset(PARTS if choice else ())
    return _named([choice] if isinstance(choice, str) else choice)


def parts_of_text(text: str) -> frozenset[str] | None:
    """Return the parts that a setting names, such as `off`, `git,packages` or `-user,-host`; None for an empty one.

    Raises:
        ValueError: a name is none of a part.

    """
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if len(words) == 1 and words[0] in (*_ON, *_OFF):
        return parts_of(words[0] in _ON)
    return _named(words) if words else None


def _named(names: Collection[str]) -> frozenset[str]:
    for name in names:
        part = name[1:] if isinstance(name, str) and name.startswith("-") else name
        if part not in PARTS:
            near = hint(part, PARTS) if isinstance(part, str) else ""
            raise ValueError(f"{name!r} is nothing that is captured{near}; there are {', '.join(PARTS)}")
    taken_away = {name[1:] for name in names if name.startswith("-")}
    kept = {name for name in names if not name.startswith("-")}
    everything = kept or (set(PARTS) if taken_away else set())
    return frozenset(everything - taken_away)
