"""The words for what a store holds: kinds of nodes, what the SDK calls them, types and runs; singular and plural.

"data sets", "data-sets", "datasets" and "data_set" are one word. What stays out: reading the things.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lineal.conventions import RUN_TYPES, WORKSPACE_TYPES


class Things(NamedTuple):
    """Things that a command lists.

    Attributes:
        name: the plural, as messages and completions show it.
        kind: "artifact", "execution" or "context"; "" for types and runs of all kinds.
        forms: the last part of the names of their types, without case and separators; none for every type.
        types: the whole names of their types; none for every type.
    """

    name: str
    kind: str
    forms: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @property
    def one(self) -> str:
        """The singular."""
        return self.name.removesuffix("s")

    @property
    def is_whole_kind(self) -> bool:
        """Whether they are all nodes of a kind."""
        return not (self.forms or self.types)

    def have_type(self, name: str) -> bool:
        """Say whether a type with this name is one of theirs."""
        if self.types:
            return name in self.types
        form = _form(name.rpartition("/")[2].rpartition(".")[2])
        return not self.forms or form in self.forms


ARTIFACTS = Things("artifacts", "artifact")
EXECUTIONS = Things("executions", "execution")
CONTEXTS = Things("contexts", "context")
TYPES = Things("types", "")
RUNS = Things("runs", "")
MODELS = Things("models", "artifact", forms=("model",))
DATASETS = Things("datasets", "artifact", forms=("dataset",))
METRICS = Things("metrics", "artifact", forms=("metrics", "classificationmetrics", "slicedclassificationmetrics"))
WORKSPACES = Things("workspaces", "context", types=WORKSPACE_TYPES)
RUN_CONTEXTS = Things("runs", "context", types=RUN_TYPES)

LISTED = (ARTIFACTS, EXECUTIONS, CONTEXTS, TYPES, MODELS, DATASETS, METRICS, WORKSPACES, RUNS)
"""What `lineal ls` lists."""
SINGLE = (ARTIFACTS, EXECUTIONS, CONTEXTS, TYPES, MODELS, DATASETS, METRICS, WORKSPACES, RUN_CONTEXTS)
"""What has ids, so that `lineal get` prints it."""
NODES = (ARTIFACTS, EXECUTIONS, CONTEXTS)
"""The kinds of nodes."""
WITH_IDS = tuple(each for each in SINGLE if each.kind)
"""What is a node: the kinds, and the words for nodes of some types."""
IN_LINEAGE = tuple(each for each in SINGLE if each.kind in ("artifact", "execution"))
"""What a lineage can start from."""


def named(words: str | Iterable[str], among: Iterable[Things]) -> Things | None:
    """Return the things that a word means, or words such as `data sets`; None if it means none of them."""
    form = _form(words if isinstance(words, str) else "".join(words))
    return next((each for each in among if form in (_form(each.name), _form(each.one), _form(each.one) + "s")), None)


def names(among: Iterable[Things]) -> list[str]:
    """Return all words for things, plural and singular."""
    return list(dict.fromkeys(word for each in among for word in (each.name, each.one)))


def _form(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter not in "_- ")
