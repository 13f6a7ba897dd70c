"""What was found out about one part of an environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Scalar = str | int | float | bool
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Found:
    """A part of an environment.

    Attributes:
        properties: custom properties of executions, by name.
        environment: members of the JSON object `__environment__`.
        missing: why something is not known, "" if everything is.

    """

    properties: Mapping[str, Scalar] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""


def storable(text: str, *, longest: int = LONGEST_TEXT) -> str:
    r"""Return a text that every store holds: cut, halves of surrogate pairs escaped, NUL as \x00."""
    clean = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return clean if len(clean) <= longest else f"{clean[:longest]}... ({len(clean) - longest} characters are left out)"


def at_home(text: str) -> str:
    """Return a text with `~` for the home directory, which often has the name of the user."""
    home = os.path.expanduser("~").rstrip(os.sep)
    return re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text) if home else text
