"""The most similar known name for an unknown one, for messages about typos.

A name with a prefix, such as "kubeflow.org/alpha/model", is also known by what follows it. What stays out: when a name
is looked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from lineal import errors

CUTOFF = 0.6
_LONGEST = 100
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
