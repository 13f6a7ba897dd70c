"""The keys of searches and the names of filter queries as Markdown, from the vocabularies that the parsers use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineal.filter import vocabulary
from lineal.filter.checker import FUNCTIONS
from lineal.filter.search import FIELDS, RUN_KEYS, has_key
from lineal.filter.search.vocabulary import Sort
from lineal.kinds import KINDS

from .markdown import blocks, code, prose, sentence, table

VALUES = {
    Sort.TEXT: "a text",
    Sort.NUMBER: "a number, or `inf`, `-inf`, `nan`",
    Sort.TIME: "a date (UTC), a time, milliseconds since 1970, or a span back from now: `7d`, `12h`, `4w`",
    Sort.EITHER: "a number or a text",
}
_FUNCTIONS = {
    "ABS": "the absolute value of a number",
    "LENGTH": "how many characters a string has",
    "LOWER": "a string with a to z in place of A to Z",
    "UPPER": "a string with A to Z in place of a to z",
    "COALESCE": "the first of its values that is not NULL",
    "IFNULL": "the same for two values",
}


def keys() -> str:
    """Return the table of the keys of a search."""
    rows = [
        (
            code(f"{name}.NAME" if field.is_family else name),
            " ".join(map(code, field.operators)),
            code(field.example),
            prose(sentence(field.meaning)) + _kinds(name),
        )
        for name, field in FIELDS.items()
    ]
    given = (
        "A parameter, which a step was given. `param.depth` is short for `prop.param.depth`. `git.commit` and "
        "`env.python` are short for `prop.git.commit` and `prop.env.python`."
    )
    after = 1 + list(FIELDS).index("prop")
    rows.insert(after, (code("param.NAME"), rows[after - 1][1], code("param.depth>4"), given))
    return table(("Key", "Operators", "Example", "Meaning"), rows)


def _kinds(name: str) -> str:
    having = [kind.plural for kind in KINDS if has_key(kind, name)]
    runs = " Runs have it, too." if name in RUN_KEYS else ""
    return runs if len(having) == len(KINDS) else f" For {' and '.join(having)}."


def values() -> str:
    """Return the table of what the values of each key can be."""
    named = {
        sort: [code(f"{name}.NAME" if each.is_family else name) for name, each in FIELDS.items() if each.sort is sort]
        for sort in Sort
    }
    return table(("Keys", "Value"), [(", ".join(named[sort]), sentence(text)) for sort, text in VALUES.items()])


def fields() -> str:
    """Return a table of the fields that a filter query can name, for each kind of node."""
    names = dict.fromkeys(name for kind in KINDS for name in vocabulary.OWN[kind])
    rows = [
        (code(name), _type(name), ", ".join(kind.plural for kind in KINDS if name in vocabulary.OWN[kind]))
        for name in names
    ]
    families = [
        (code(f"{family}.NAME.{value}"), of.value.removeprefix("an ").removeprefix("a "), "all")
        for family in vocabulary.PROPERTY_FAMILIES
        for value, of in vocabulary.PROPERTY_VALUES.items()
    ]
    return table(("Name", "Type", "Nodes"), [*rows, *families])


def _type(name: str) -> str:
    types = dict.fromkeys(vocabulary.OWN[kind][name] for kind in KINDS if name in vocabulary.OWN[kind])
    return " or ".join(each.value.removeprefix("an ").removeprefix("a ") for each in types)


def neighbours() -> str:
    """Return a table of the neighbours that a filter query can name, with their fields."""
    return table(("Nodes", "Name", "Fields"), _neighbours())


def _neighbours() -> Iterator[tuple[str, str, str]]:
    for kind in KINDS:
        for family, neighbour in vocabulary.NEIGHBOURS[kind].items():
            yield kind.plural, code(f"{family}_ALIAS"), _codes(neighbour.fields)


def enums() -> str:
    """Return a table of the names of states and types of events."""
    titles = {of: of.value.removeprefix("the ").capitalize() for of in vocabulary.ENUMS}
    return table(("What", "Names"), [(titles[of], _codes(names)) for of, names in vocabulary.ENUMS.items()])


def functions() -> str:
    """Return a table of the functions of filter queries."""
    return table(("Function", "Gives"), [(code(name), sentence(_FUNCTIONS[name])) for name in FUNCTIONS])


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def filter_query() -> str:
    """Return all tables of filter queries."""
    return blocks(
        "### Fields",
        fields(),
        "### Neighbours",
        neighbours(),
        "### States and events",
        enums(),
        "### Functions",
        functions(),
    )
