"""The most similar known name for an unknown one, for messages about typos.

A name with a prefix, such as "kubeflow.org/alpha/model", is also known by what follows it. What stays out: when a name
is looked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from lineal import conventions, errors

CUTOFF = 0.6
_LONGEST = 100
_HAVE = {
    "prop": "has the property",
    "workspace": "is in the workspace",
    "run": "belongs to the run",
}
_PREFIX = re.compile(r".*[/.]")


def nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """Return the known name that is most like this one, None if none is alike; case makes no difference.

    Args:
        name: the name that is not known.
        known: the names that are.
        cutoff: how alike two names must be, from 0 to 1, as difflib measures it.

    """
    names = list(known)
    by_form = {_PREFIX.sub("", each).casefold(): each for each in reversed(names)}
    by_form |= {each.casefold(): each for each in names}
    found = difflib.get_close_matches(name[:_LONGEST].casefold(), by_form, n=1, cutoff=cutoff)
    return by_form[found[0]] if found else None


def hint(name: str, known: Iterable[str]) -> str:
    """Return "; the nearest is ..." for the end of a message, or "" if nothing is alike."""
    found = nearest(name, known)
    return f"; the nearest is {found!r}" if found else ""


def no_such_type(name: str, known: Iterable[str], *, kind: str = "") -> errors.NotFoundError:
    """Return the error of a command or call that asks for a type that does not exist.

    Args:
        name: the name asked for.
        known: the names of the types that exist.
        kind: "artifact", "execution" or "context", if it had to be one of these.

    """
    of_kind = f"{kind} " if kind else ""
    return errors.NotFoundError(
        f"no {of_kind}type {name[:_LONGEST]!r}{hint(name, known)}; `lineal ls types` lists them"
    )


class UnknownName(Protocol):
    """A name in a search that no record has: `catalogue.shapes.UnknownName`, and the message of the same name.

    What is absent is None or "".
    """

    @property
    def key(self) -> str:
        """What it names, such as "metric"."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def nearest(self) -> str | None:
        """The name that is most like it."""

    @property
    def examples(self) -> Sequence[str]:
        """Names that records have."""

    @property
    def elsewhere(self) -> str | None:
        """The other kind of record that has it."""


def no_record_has(found: UnknownName, thing: str) -> str:
    """Return the sentence about a name in a search that no record has.

    Args:
        found: the name.
        thing: what the search is for, such as "model".

    """
    is_parameter = found.key == "prop" and found.name.startswith(conventions.PARAM_PREFIX)
    have = "has the parameter" if is_parameter else _HAVE.get(found.key, f"has the {found.key}")
    guess = f"; did you mean {found.nearest}?" if found.nearest else ""
    some = f"; there are for example {', '.join(found.examples)}" if found.examples else ""
    elsewhere = f"; {found.elsewhere}s do" if found.elsewhere else ""
    return f"no {thing} {have} {found.name[:_LONGEST]}{elsewhere}{guess}{some}"
