"""Which keys of the search the records of a kind have, and which states there are.

What stays out: reading searches (parser.py), and their SQL (builder.py).
"""

from __future__ import annotations

from lineal.filter.search.mistakes import SearchError
from lineal.filter.search.tree import Comparison, Group, Has, Query, Range, Term, Word, write_term
from lineal.filter.vocabulary import ENUMS, Type
from lineal.kinds import ARTIFACT, EXECUTION, KINDS, Kind
from lineal.nearest import nearest

STATES = {"artifact": ENUMS[Type.ARTIFACT_STATE], "execution": ENUMS[Type.EXECUTION_STATE]}
_LONGEST_SHOWN = 60
_OF_ONE_KIND = {"error": EXECUTION, "ran": EXECUTION, "alias": ARTIFACT}
_OF_EXECUTIONS = ("state", "error", "ran")
RUN_KEYS = ("name", "workspace")
"""The keys by which runs are found; a word is looked for in their names."""


def has_key(kind: Kind, field: str) -> bool:
    """Say whether records of a kind have a key."""
    if field in _OF_ONE_KIND:
        return kind is _OF_ONE_KIND[field]
    return not ((field == "uri" and not kind.has_uri) or (field == "state" and not kind.state_field))


def require_key(term: Term, kind: Kind) -> None:
    """Refuse a term about a key that a kind of record does not have; the terms in groups are checked one by one.

    Raises:
        SearchError: it is.
    """
    body = term.body
    if isinstance(body, (Comparison, Has)) and not has_key(kind, body.key.field):
        raise _error(term, f"{kind.plural} have no {body.key.field}", "leave it out")
    if isinstance(body, Comparison) and body.key.field == "state":
        _require_states(term, body, kind)


def states_named(kind: Kind, operator: str, text: str) -> list[int]:
    """Return the numbers of the states that a value names, in any case; after ":" it can be a part of a name."""
    word = text.upper()
    return [n for name, n in STATES[kind.name].items() if (word in name if operator == ":" else word == name)]


def has_states(kind: Kind, body: Comparison) -> bool:
    """Say whether records of a kind can have one of the states that a comparison names."""
    return any(states_named(kind, body.operator, str(value)) for value in body.values)


def _require_states(term: Term, body: Comparison, kind: Kind) -> None:
    """Refuse a state that neither artifacts nor executions can have: one search may go through both."""
    for value in map(str, body.values):
        if not any(states_named(each, body.operator, value) for each in KINDS if each.state_field):
            known = [name.lower() for name in STATES[kind.name]]
            near = nearest(value, known)
            hint = f"{f'did you mean {near}? The' if near else 'the'} states of {kind.plural} are {', '.join(known)}"
            raise _error(term, f"there is no state {value[:_LONGEST_SHOWN]}", hint)


def require_keys(query: Query, kind: Kind) -> None:
    """Refuse a search with a term about a key that a kind of record lacks.

    Raises:
        SearchError: it has one.
    """
    for term in query.terms:
        require_key(term, kind)
        if isinstance(term.body, Group):
            for option in term.body.options:
                require_keys(option, kind)


def names_of_runs(query: Query) -> tuple[str, str | None]:
    """Return the text in the name of a run and the workspace (None for any) that a search asks for.

    Raises:
        SearchError: the search asks for more than that.
    """
    words: list[str] = []
    workspace: str | None = None
    for term in query.terms:
        body = term.body
        if isinstance(body, Word) and not term.negated:
            words.append(body.text)
            continue
        value = _only_value(term)
        if isinstance(body, Comparison) and body.key.field == "workspace":
            if workspace is not None:
                raise _error(term, "a second workspace", "name one workspace")
            workspace = value
        else:
            words.append(value)
    return " ".join(words), workspace


def _only_value(term: Term) -> str:
    """Return the value of a term that runs can be found by."""
    body = term.body
    if isinstance(body, Comparison) and body.key.field in RUN_KEYS and not term.negated and len(body.values) == 1:
        [value] = body.values
        if body.operator in (":", "=") and not isinstance(value, Range):
            return value
    if isinstance(body, (Comparison, Has)) and body.key.field in _OF_EXECUTIONS:
        problem = f"runs have no {body.key.field}"
        hint = f"search executions for {write_term(term)}, with run=NAME for those of one run"
        raise _error(term, problem, hint)
    raise _error(term, "runs are not found by this", "write words of the name, name:nightly or workspace=bakery")


def _error(term: Term, problem: str, hint: str) -> SearchError:
    return SearchError(problem, at=term.start, length=term.end - term.start, hint=hint)
