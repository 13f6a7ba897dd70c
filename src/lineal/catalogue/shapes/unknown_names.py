"""The shape of a name in a search that no record has. What stays out: how it is found (catalogue/unknown_names.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class UnknownName:
    """A name in a search that no record has which the search looks through.

    Attributes:
        key: what it names.
        name: the name as the search has it; a parameter with `param.` in front.
        nearest: the name that is most like it, of those that records have; null if none is alike.
        examples: if none is alike, up to five of the names that records have, the most frequent first.
        elsewhere: the other kind of record, if one has the name; null if not.
        text: all this as a sentence.
    """

    key: Literal["metric", "label", "prop", "type", "alias", "workspace", "run", "state"]
    name: str
    nearest: str | None = None
    examples: list[str] = field(default_factory=list)
    elsewhere: Literal["artifact", "execution"] | None = None
    text: str = ""
