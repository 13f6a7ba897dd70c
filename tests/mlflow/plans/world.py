"""What a plan knows: what its earlier calls make, and the texts and keys that it draws from.

What a call is about is named by the call that makes it ("the third experiment"), not by an id. So two servers are asked
the same to the end, even after they have answered differently. What stays out: the calls themselves (sequence.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Any

KEYS = ["loss", "acc", "val/acc", "a b", "ünï.x", "lr-1", "x:y", "Loss"]
BAD_KEYS = ["a//b", "../x", "$", "/a", "a'b", "k" * 251, "."]
TEXTS = ["a", "b", "A", "0.1", "ünï 🙂", "it's", "100%_", " x\ny ", "v" * 6000, "v" * 6001, "w" * 8001]
DEFAULT_EXPERIMENT = "0"
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """What a call has made: the experiment, run or logged model of the call with this number among its kind.

    `files` is the place of the files of a run.
    """

    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.what} {self.number}"


@dataclass(frozen=True)
class Joined:
    """A text with ids in it."""

    parts: tuple[str | Made, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


@dataclass
class Thing:
    """What the plan believes of something that it made, to ask about what is there more often than not."""

    made: Made
    parent: Made | None = None
    deleted: bool = False
    tags: set[str] = field(default_factory=set)
    metrics: set[str] = field(default_factory=set)
    outputs: set[Made] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    is_hosted: bool = True
    """Whether the server keeps its files, which it does unless the experiment names another place."""


@dataclass
class Registered:
    """What the plan believes of a registered model: its name, the numbers of its versions, and its aliases."""

    name: str
    tags: set[str] = field(default_factory=set)
    versions: list[int] = field(default_factory=list)
    aliases: dict[str, int] = field(default_factory=dict)
    highest: int = 0


@dataclass
class World:
    """The memory of a plan. An entry that is wrong costs nothing but an uninteresting call."""

    prefix: str
    experiments: list[Thing] = field(default_factory=list)
    runs: list[Thing] = field(default_factory=list)
    models: list[Thing] = field(default_factory=list)
    registered: list[Registered] = field(default_factory=list)
    prompts: list[Registered] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def next(self, what: str) -> Made:
        """Return what stands for the outcome of the next call that makes one of these."""
        number = self._numbers.get(what, 0)
        self._numbers[what] = number + 1
        return Made(what, number)

    def experiment(self, rng: Random, *, deleted: float = 0.08) -> Thing:
        """Draw an experiment, now and then one that is deleted or was never made."""
        return draw(rng, self.experiments, "experiment", deleted)

    def run(self, rng: Random, *, deleted: float = 0.06) -> Thing:
        """Draw a run, now and then one that is deleted or was never made."""
        return draw(rng, self.runs, "run", deleted)

    def model(self, rng: Random, *, deleted: float = 0.06) -> Thing:
        """Draw a logged model, now and then one that is deleted or was never made."""
        return draw(rng, self.models, "model", deleted)

    def start_time(self) -> int:
        """Return a time of start that no other run of the plan has: order among equal ones is by id, which differs."""
        return 10_000 + 7919 * self._numbers["run"] % 5003


def draw(rng: Random, things: list[Thing], what: str, deleted: float) -> Thing:
    """Draw something of which this share is deleted; now and then it is something that was never made."""
    if not things or rng.random() < 0.03:
        return Thing(Made(what, 10_000 + rng.randrange(100)))
    wanted = rng.random() < deleted
    return rng.choice([thing for thing in things if thing.deleted is wanted] or things)


def draw_key(rng: Random, known: Collection[str] = (), *, bad: float = 0.06, again: float = 0.5) -> str:
    """Draw a key: one that is known, a new one, or, in this share of the new ones, one that is refused."""
    if known and rng.random() < again:
        return rng.choice(sorted(known))
    return rng.choice(BAD_KEYS if rng.random() < bad else KEYS)


def draw_tags(rng: Random) -> dict[str, str] | None:
    """Draw tags, or none."""
    return {rng.choice(KEYS): rng.choice(TEXTS) for _ in range(rng.randint(1, 3))} if rng.random() < 0.5 else None


Kinds = dict[str, tuple[float, Callable[[Random, World], Arguments]]]
"""The kinds of calls, by the method of MLflow's client: how often each is made, and what makes its arguments.

For a read that the client has no method for, the name is that of the request.
"""
