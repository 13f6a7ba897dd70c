"""Misspelt names in a search, which no record has: a metric, a label, a property, an alias or a type.

Asked only when a search found nothing, so it costs a search for each name, and one page of records for what there is.
What stays out: keys that the language does not have, which are mistakes (lineal.filter.search).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from lineal import conventions
from lineal.client.search_calls import Asked
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.nearest import nearest
from lineal.type_names import short_name

if TYPE_CHECKING:
    from lineal.filter.search import Comparison, Query

_MOST_NAMES = 5
_PAGE = 200
_ALIAS = "alias"
_BY_VALUE = (_ALIAS, "type")
_MEANT = "; did you mean "
_WORDS = {"metric": "metric", "label": "label", "prop": "property"}


class Pages(Protocol):
    """Returns up to `limit` of the nodes that a search finds."""

    def __call__(self, asked: Asked, *, limit: int) -> list[Any]:
        """Return them."""


def guesses(page: Pages, asked: Asked, thing: str) -> list[str]:
    """Return those of the sentences that name what was probably meant."""
    return [each for each in sentences(page, asked, thing) if _MEANT in each]


def sentences(page: Pages, asked: Asked, thing: str) -> list[str]:
    """Return a sentence for each name in a search that no record has.

    Args:
        page: returns nodes that a search finds.
        asked: a search that found nothing.
        thing: what it searched, such as "model".

    """
    from lineal.filter import search

    parts = list(dict.fromkeys(_parts(search.parse(asked.search))))[:_MOST_NAMES]
    states = [each for each in parts if each.key.field == "state" and not search.has_states(asked.kind, each)]
    unknown = [each for each in parts if (probe := _probe(each)) and not page(replace(asked, search=probe), limit=1)]
    nodes = page(replace(asked, search="", order_by=""), limit=_PAGE) if unknown else []
    said = [_sentence(each, thing, _known(nodes, each.key.field)) + _elsewhere(page, asked, each) for each in unknown]
    other = "executions" if asked.kind is ARTIFACT else "artifacts"
    return [*said, *(f"no {thing} has the state {each.values[0]}; {other} have it" for each in states)]


def _parts(query: Query) -> Iterator[Comparison]:
    """Yield what names something, within groups too."""
    from lineal.filter.search import Comparison, Group

    for term in query.terms:
        if isinstance(term.body, Group):
            for option in term.body.options:
                yield from _parts(option)
        elif isinstance(term.body, Comparison) and not term.negated:
            yield term.body


def _probe(part: Comparison) -> str:
    """Return the search for records that have the name, "" if it is none that could be misspelt."""
    from lineal.filter.search.tree import Has, Term, write_term

    body: Any = Has(part.key) if part.key.name else part if part.key.field in _BY_VALUE else None
    return write_term(Term(body, negated=False, start=0, end=0)) if body else ""


def _known(nodes: list[Any], field: str) -> set[str]:
    """Return the names that some records have."""
    names: set[str] = set()
    for each in nodes:
        node = getattr(each, each.WhichOneof("node"))
        if field in ("metric", "label"):
            names.update(each.metrics if field == "metric" else each.labels)
        elif field == "prop":
            held = [*node.properties, *node.custom_properties]
            names.update(name for name in held if not name.startswith(conventions.INTERNAL_PREFIX))
        elif field == "type":
            names.add(short_name(node.type))
        elif conventions.ALIASES in node.custom_properties:
            names.update(node.custom_properties[conventions.ALIASES].string_value.split(","))
    return names


def _sentence(part: Comparison, thing: str, known: set[str]) -> str:
    by_value = part.key.field in _BY_VALUE
    name = str(part.values[0]) if by_value else part.key.name
    word = part.key.field if by_value else _WORDS[part.key.field]
    if name.startswith(conventions.PARAM_PREFIX):
        word, known = "parameter", {each for each in known if each.startswith(conventions.PARAM_PREFIX)}
    guess = nearest(name, known, cutoff=0.5)
    some = ", ".join(sorted(known)[:_MOST_NAMES])
    more = f"{_MEANT}{guess}?" if guess else f"; there are for example {some}" if some else ""
    return f"no {thing} has the {word} {name}{more}"


def _elsewhere(page: Pages, asked: Asked, part: Comparison) -> str:
    """Return that executions have a parameter that was searched for on artifacts."""
    is_parameter = part.key.name.startswith(conventions.PARAM_PREFIX) and asked.kind is ARTIFACT
    has_it = is_parameter and page(Asked(EXECUTION, _probe(part)), limit=1)
    return "; executions have it: lineal ls executions" if has_it else ""
