"""What a workload made and read, as the readers of this package return it.

What stays out: reading it from objects (the other modules), and storing it (`writing/`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lineal import json_form
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Given, Plain, Problem

NOT_UNDERSTOOD = "not_understood"
MOST_PROBLEMS = 10
"""How many problems of one object are named; the rest is one more, since a Workflow may have hundreds."""
_ODD = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Made:
    """What a workload made and read, for its own execution and for others.

    Attributes:
        inputs: the artifacts that it used.
        outputs: the artifacts that it made.
        properties: properties of its execution that the type declares.
        custom_properties: further properties of its execution.
        contexts: contexts that its records belong to.
        executions: what is added to other executions: the steps of a workflow, the owner of a pod that failed.
        also_known_as: the external id under which another object tells of the same execution, "" for none.
        problems: what was not understood.

    """

    inputs: tuple[ArtifactRecord, ...] = ()
    outputs: tuple[ArtifactRecord, ...] = ()
    properties: Mapping[str, Plain] = field(default_factory=dict)
    custom_properties: Mapping[str, Given] = field(default_factory=dict)
    contexts: tuple[ContextRecord, ...] = ()
    executions: tuple[ExecutionRecord, ...] = ()
    also_known_as: str = ""
    problems: tuple[Problem, ...] = ()


def joined(several: list[Made]) -> Made:
    """Return all that several readers found in one object."""
    return Made(
        inputs=tuple(one for made in several for one in made.inputs),
        outputs=tuple(one for made in several for one in made.outputs),
        properties={name: value for made in several for name, value in made.properties.items()},
        custom_properties={name: value for made in several for name, value in made.custom_properties.items()},
        contexts=tuple(one for made in several for one in made.contexts),
        executions=tuple(one for made in several for one in made.executions),
        also_known_as=next((made.also_known_as for made in several if made.also_known_as), ""),
        problems=tuple(one for made in several for one in made.problems),
    )


def storable(text: str) -> str:
    """Return a text with characters that not every store can hold in the form in which JSON escapes them."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def text_of(told: Any) -> str:
    """Return a value if it is a text, else ""."""
    return told if isinstance(told, str) else ""


def plain_value(value: Any) -> Plain | None:
    """Return a value of JSON as a property holds it: a number that fits, else a text; None for null."""
    if value is None or isinstance(value, str):
        return value if value is None else storable(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        return value
    return storable(json_form.text(value, ensure_ascii=False))
