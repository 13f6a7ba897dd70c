"""Names that are equal for a database although their spelling differs, and the messages about them.

Tables of the official library on MySQL and MariaDB compare names without regard to case, accents and blanks at the end,
by the collation of the server. Only the database knows which names are equal. This module only guesses which other name
of a request a message should mention. What stays out: looking nodes up (store/rows/nodes.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from lineal import errors
from lineal.store.engine.column_limits import shown

SAME = "for this database the two are equal, because it ignores case, accents or blanks at the end"


def stored_otherwise(given: str, stored: str | None, node_id: int) -> str:
    """Return the clause of a message with the stored spelling of a taken name, "" if it is the given one."""
    if stored is None or stored == given:
        return ""
    return f", stored as {shown(stored)} with id {node_id}; {SAME}"


def given_otherwise(given: str, others: Iterable[str]) -> str:
    """Return the clause that names a similar name in the same request, "" if there is none."""
    twin = twin_of(given, others)
    return "" if twin is None else f", given as {shown(twin)} in the same request; {SAME}"


def twin_of(name: str, others: Iterable[str]) -> str | None:
    """Return another of the names that may be equal for a database, or None."""
    return next((other for other in others if other != name and _folded(other) == _folded(name)), None)


def same_properties(called: str, names: Iterable[str]) -> errors.AlreadyExistsError:
    """Return the error about two properties whose names are equal for the database.

    Args:
        called: what messages call the node or type.
        names: the names of all its properties, stored or given.
    """
    known = list(names)
    pairs = ((name, twin_of(name, known)) for name in known)
    which = next(
        (f"{shown(name)} beside {shown(twin)}" for name, twin in pairs if twin is not None), "a property twice"
    )
    return errors.AlreadyExistsError(f"{called} cannot have {which}: {SAME}; rename one of them")


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.rstrip(" "))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
