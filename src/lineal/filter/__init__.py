"""The language of `filter_query`: from text to SQL expressions.

    text → tokens → tree as written → checked tree → SQLAlchemy Core expressions
           tokens   parser            checker        builder

`parse` makes a `Filter`, frozen and hashable, for a kind of node; `build` makes the `Clauses` of a statement from it.
The language is described in docs/filter-query.md. What stays out: tables, which are passed in, and anything that
touches a database.
"""

from __future__ import annotations

from lineal.caches import SizedCache
from lineal.errors import Details, InvalidArgumentError
from lineal.filter.builder import Clauses, build
from lineal.filter.checked import Filter
from lineal.filter.checker import checked_filter
from lineal.filter.mistakes import Mistake
from lineal.filter.parser import syntax_tree
from lineal.kinds import Kind

__all__ = [
    "LONGEST_REMEMBERED",
    "Clauses",
    "Filter",
    "build",
    "parse",
    "require_depth",
    "require_length",
    "require_terms",
]

LONGEST_REMEMBERED = 1000
"""How long a text may be, in characters, that caches keep with what was made of it."""

BYTES_PER_CHARACTER = 100
"""How many bytes a checked filter or the tree of a search takes for a character of its text, at most."""

_trees: SizedCache[tuple[str, Kind], Filter] = SizedCache(8 << 20)


def parse(text: str, *, kind: Kind) -> Filter:
    """Return the checked filter that a query is, for a kind of node.

    Args:
        text: the query. The empty string, which stands for "no filter", is the caller's to handle: here it is an error.
        kind: the kind of the nodes to select.

    Raises:
        InvalidArgumentError: the query is wrong; the message says where (line and column, from 1) and what to do.

    """
    if len(text) > LONGEST_REMEMBERED:
        return _parsed(text, kind)
    size = 1000 + BYTES_PER_CHARACTER * len(text)
    return _trees.get((text, kind), lambda: _parsed(text, kind), lambda _: size)


def require_depth(query: Filter, most: int) -> None:
    """Refuse a query that is nested deeper than a server allows.

    Raises:
        InvalidArgumentError: it is.

    """
    depth = getattr(query.condition, "weight", 0)
    if depth > most:
        raise InvalidArgumentError(
            f"filter_query is nested {depth} levels deep, and the server allows {most}; write it flatter, or start the "
            "server with a larger --max-filter-depth",
            Details("filter_query", limit="--max-filter-depth"),
        )


def require_length(text: str, most: int, *, name: str = "filter_query") -> None:
    """Refuse a text that is longer than a server allows.

    Raises:
        InvalidArgumentError: it is.

    """
    size = len(text) if len(text) > most else len(text.encode("utf-8", "surrogatepass"))
    if size > most:
        raise InvalidArgumentError(
            f"{name} has {size} bytes, and the server allows {most}; compare with fewer values, or start the server "
            "with a larger --max-filter-bytes",
            Details(name, limit="--max-filter-bytes"),
        )


def require_terms(count: int, most: int, *, name: str = "filter_query") -> None:
    """Refuse a text with more conditions than a server allows.

    Raises:
        InvalidArgumentError: it has.

    """
    if count > most:
        raise InvalidArgumentError(
            f"{name} has {count} conditions, and the server allows {most}; compare with many values by IN (...), or "
            "start the server with a larger --max-filter-terms",
            Details(name, limit="--max-filter-terms"),
        )


def _parsed(text: str, kind: Kind) -> Filter:
    if not _is_unicode(text):
        problem = "this is not Unicode text: it holds half of a surrogate pair"
        raise InvalidArgumentError(f"filter_query, line 1: {problem}", Details("filter_query", problem=problem))
    try:
        return checked_filter(syntax_tree(text), kind=kind)
    except Mistake as mistake:
        raise mistake.error(text) from None


def _is_unicode(text: str) -> bool:
    """Say whether a text can be sent to a database; a text from a request always can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
