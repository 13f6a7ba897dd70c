"""What one execution takes of its environment: what is known when it starts, and the rest when it ends.

Nothing here raises, and nothing waits for more than `PATIENCE` seconds. What stays out: finding it out (facts.py), and
the writes (lineal.sdk.executions).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

from lineal import conventions
from lineal.config import CAPTURE_VARIABLE
from lineal.sdk.capture import facts, git, process
from lineal.sdk.capture.found import Found, Scalar
from lineal.sdk.capture.switches import PARTS, Choice, parts_of, parts_of_text
from lineal.wire import metadata_store as pb

PATIENCE = 0.5
"""Seconds that the end of an execution waits for what is still being found out; only the first one ever does."""
_LOG = logging.getLogger(__name__)
_NOTHING: frozenset[str] = frozenset()
_said: set[str] = set()
_of_process: frozenset[str] | None = None


def choose(choice: Choice) -> None:
    """Say what executions of this process capture that do not say it themselves.

    Args:
        choice: as `switches.parts_of` reads it; None leaves it to LINEAL_CAPTURE.

    Raises:
        ValueError: it names something that is not captured.

    """
    global _of_process
    _of_process = parts_of(choice)


def prepare() -> None:
    """Begin to find out what executions of this process capture, so that the first one need not wait for it."""
    facts.ask(_chosen_for_process())


def begin(choice: Choice) -> Recording:
    """Return the recording of an execution that starts now.

    Args:
        choice: what it captures; None for what the process does.

    Raises:
        ValueError: the choice names something that is not captured.

    """
    parts = parts_of(choice)
    recording = Recording(_chosen_for_process() if parts is None else parts)
    facts.ask(recording.parts)
    return recording


def _chosen_for_process() -> frozenset[str]:
    """Return the parts that the process captures; nothing where LINEAL_CAPTURE cannot be read."""
    if _of_process is not None:
        return _of_process
    try:
        parts = parts_of_text(os.environ.get(CAPTURE_VARIABLE, ""))
    except ValueError as error:
        _say("setting", f"{CAPTURE_VARIABLE}: {error}; nothing is captured")
        return _NOTHING
    return frozenset(PARTS) if parts is None else parts


class Recording:
    """What an execution has taken so far.

    Attributes:
        parts: the parts that it captures.

    """

    def __init__(self, parts: frozenset[str]) -> None:
        self.parts = parts
        self._properties: dict[str, Scalar] = {}
        self._environment = ""

    def at_start(self) -> dict[str, pb.Value]:
        """Return the custom properties that are known at once; the first execution of a process knows few."""
        return self._new(facts.known(self.parts), late=_NOTHING)

    def at_end(self) -> dict[str, pb.Value]:
        """Return the custom properties that were not known at the start, and the memory."""
        found = facts.known(self.parts, seconds=PATIENCE)
        late = self.parts - found.keys() - {"memory"}
        if "git" in late:
            found["git"] = facts.attempt(lambda: git.read_by_hand(_not_known()))
        if "packages" in found and found["packages"].environment:  # more may be imported by now
            found["packages"] = facts.attempt(facts.packages.imported)
        if "memory" in self.parts:
            found["memory"] = facts.attempt(process.memory)
        return self._new(found, late=late - {"git"})

    def _new(self, found: Mapping[str, Found], *, late: frozenset[str]) -> dict[str, pb.Value]:
        """Return what differs from what was taken before, as values."""
        properties = {name: value for each in found.values() for name, value in each.properties.items()}
        environment: dict[str, Any] = {name: v for each in found.values() for name, v in each.environment.items()}
        missing = {part: each.missing for part, each in found.items() if each.missing}
        missing |= dict.fromkeys(late, _not_known())
        for part, why in missing.items():
            _say(part, f"{part} of executions is not recorded, or in part: {why}")
        new = {name: value for name, value in properties.items() if self._properties.get(name) != value}
        self._properties |= new
        text = _text({**environment, **({"missing": missing} if missing else {})})
        if text != self._environment:
            self._environment = new[conventions.ENVIRONMENT] = text
        return {name: _value(value) for name, value in new.items()}


def _not_known() -> str:
    return f"not known within {PATIENCE:g} s"


def _text(environment: Mapping[str, Any]) -> str:
    return json.dumps(environment, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if environment else ""


def _value(value: Scalar) -> pb.Value:
    if isinstance(value, bool):
        return pb.Value(bool_value=value)
    if isinstance(value, int):
        return pb.Value(int_value=value)
    return pb.Value(double_value=value) if isinstance(value, float) else pb.Value(string_value=value)


def _say(about: str, text: str) -> None:
    """Log once for a process; what is recorded as missing is no warning."""
    if about not in _said:
        _said.add(about)
        _LOG.log(logging.WARNING if about == "setting" else logging.INFO, "%s", text)
