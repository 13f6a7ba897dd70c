"""Artifacts among arguments and results, and the annotations that say that a value stands for one.

An artifact is what can be logged, a record of a listing, or an id where the annotation is a class of artifacts. With
`Annotated[T, artifact]` any value is that artifact. What stays out: logging them (lineal.sdk.executions.recording).
"""

from __future__ import annotations

import copy
import inspect
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from itertools import islice, takewhile
from types import SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from lineal.sdk import ids, late_names, stored_form, typos
from lineal.sdk.artifacts import DataSet
from lineal.wire import metadata_store as pb

RESULT = "return"
MOST_OTHERS = 1_000
"""How many entries of lists and dicts are looked at that are no artifacts: a list of a million numbers holds none."""
_DEEPEST = 4
_NEVER = frozenset({str, int, float, bool, bytes, type(None)})
_OF_GENERATORS = (Iterator, Iterable, Generator, AsyncIterator, AsyncIterable, AsyncGenerator)


class Annotations:
    """The annotations of a function that say something of artifacts, by the name of the argument, or "return"."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Read the annotations of a function.

        Raises:
            TypeError: one is `Annotated` with a class of artifacts of which no object can be made.

        """
        self._artifacts: dict[str, Any] = {}
        self._named: set[str] = set()
        for name, hint in _hints(function).items():
            told = _item_of(hint, function) if name == RESULT else hint
            described = next((_described(each, name, function) for each in _metadata(told) if _tells(each)), None)
            if described is not None:
                self._artifacts[name] = described
            elif any(map(_is_kind, _kinds(hint))):
                self._named.add(name)

    def artifacts(self, name: str, value: Any) -> Iterator[Any]:
        """Return the artifacts that a value is or holds, those in lists, tuples and dicts included.

        Args:
            name: the name of the argument, or "return".
            value: its value.

        """
        if value is not None and name in self._artifacts and not is_artifact(value):
            artifact = _of(self._artifacts[name], value)
            yield from () if artifact is None else (artifact,)
        elif name in self._named and ids.number(value) is not None:
            yield value
        else:
            yield from _held(value)


def is_artifact(value: Any) -> bool:
    """Tell whether a value is an artifact: something to log, or the record of a stored one."""
    if type(value) in _NEVER or isinstance(value, type):
        return False
    if isinstance(value, Mapping):
        return isinstance(value.get("id"), int) and isinstance(value.get("workspace"), str)
    if isinstance(value, pb.Artifact):
        return True
    return isinstance(getattr(value, "ARTIFACT_TYPE_NAME", None), str) and callable(
        getattr(value, "serialization", None)
    )


def _held(value: Any) -> Iterator[Any]:
    """Return the artifacts in a value; where it has MOST_OTHERS other entries before, nobody looks further."""
    others = 0
    todo = deque([(value, 0)])
    while todo and others < MOST_OTHERS:
        each, depth = todo.popleft()
        if is_artifact(each):
            yield each
            continue
        others += 1
        if depth < _DEEPEST and isinstance(each, (list, tuple, set, frozenset, Mapping)):
            entries = each.values() if isinstance(each, Mapping) else each
            todo.extend((inner, depth + 1) for inner in islice(entries, MOST_OTHERS + _count_first(entries)))


def _count_first(entries: Iterable[Any]) -> int:
    """Return how many artifacts entries begin with."""
    return sum(1 for _ in takewhile(is_artifact, entries))


def _of(described: Any, value: Any) -> Any:
    """Return an artifact of its own for each call, from the one in the annotation, which stays as it is.

    A data set gets the digest, the rows and the columns of the value, if they can be found out. If that is impossible,
    and the annotation has no uri either, a warning says so, and None is returned.
    """
    if isinstance(described, (Mapping, pb.Artifact)) or getattr(described, "id", None) is not None:
        return described
    measured = _measured(described, value) if isinstance(described, DataSet) else None
    if measured is not None:
        return measured
    if isinstance(described, DataSet) and described.uri is None:
        kind = type(value).__name__
        typos.warn(f"the data set {described.name!r} is not recorded: its {kind} has no digest; give it a uri")
        return None
    artifact = copy.copy(described)
    if hasattr(artifact, "create_time"):
        artifact.create_time = stored_form.now()
    return artifact


def _measured(described: DataSet, value: Any) -> DataSet | None:
    """Return the data set that a value is, None if its content cannot be told."""
    try:
        data_set = late_names.find(__name__, "data_set")
        found: DataSet = data_set(value, described.name, uri=described.uri, version=described.version)
    except (TypeError, ValueError, OSError):
        return None
    for name in ("description", "owner", "query", "labels"):
        setattr(found, name, getattr(described, name))
    found.kwargs = {**found.kwargs, **described.kwargs}
    return found


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function as objects; those whose names are not to be found say nothing."""
    function = inspect.unwrap(function)
    given = getattr(function, "__annotations__", {})
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:
        names = getattr(function, "__globals__", {})
        return {name: hint for each, text in given.items() for name, hint in _hint(each, text, names).items()}


def _hint(name: str, annotation: Any, names: dict[str, Any]) -> dict[str, Any]:
    try:
        return get_type_hints(SimpleNamespace(__annotations__={name: annotation}), names, include_extras=True)
    except Exception:
        return {}


def _item_of(hint: Any, function: Callable[..., Any]) -> Any:
    """Return what a generator yields, by its annotation; any other annotation as it is."""
    is_generator = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    return get_args(hint)[0] if is_generator and get_origin(hint) in _OF_GENERATORS else hint


def _metadata(hint: Any) -> Iterator[Any]:
    """Return what an annotation says beside the type, that of an optional one included."""
    if get_origin(hint) is Annotated:
        yield from get_args(hint)[1:]
    elif get_origin(hint) in (Union, UnionType):
        for each in get_args(hint):
            yield from _metadata(each)


def _tells(annotated: Any) -> bool:
    """Tell whether what an annotation says is an artifact or a class of artifacts."""
    return is_artifact(annotated) or _is_kind(annotated)


def _described(annotated: Any, name: str, function: Callable[..., Any]) -> Any:
    """Return the artifact of an annotation; a class of data sets is one with the name of the argument or function.

    Raises:
        TypeError: it is a class of other artifacts, which need a uri.

    """
    if not isinstance(annotated, type):
        return annotated
    if issubclass(annotated, DataSet):
        return annotated(name=getattr(function, "__name__", name) if name == RESULT else name)
    what = (
        f"the result of {getattr(function, '__qualname__', function)}" if name == RESULT else f"the argument {name!r}"
    )
    raise TypeError(
        f"the annotation of {what} has the class {annotated.__name__}; write an object, such as "
        f"Annotated[..., metadata.{annotated.__name__}(uri=..., name=...)]"
    )


def _kinds(hint: Any) -> Iterator[Any]:
    """Return the types of an annotation, those of a union each."""
    if get_origin(hint) in (Union, UnionType):
        for each in get_args(hint):
            yield from _kinds(each)
    else:
        yield get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _is_kind(hint: Any) -> bool:
    return isinstance(hint, type) and hasattr(hint, "ARTIFACT_TYPE_NAME") and hasattr(hint, "serialization")
