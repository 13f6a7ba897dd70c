"""Writing the states of an execution, with times, what is captured, and why it did not complete.

What stays out: when an execution starts and ends (execution.py).
"""

from __future__ import annotations

import logging
import time

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import stored_form
from lineal.sdk.capture import Recording
from lineal.sdk.executions import endings, state_facts, together, writes
from lineal.sdk.executions.recording import Recorder
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb

_LOG = logging.getLogger(__name__)


class States:
    """Writes the states of one execution.

    Attributes:
        client: the store.
        capture: what is captured; None for what the process captures.
        execution_id: the id of the execution, 0 before it is stored.
        type_id: the id of its type.

    """

    def __init__(self, client: MetadataStore, capture: state_facts.Capture = None) -> None:
        self.client = client
        self.capture = capture
        self.execution_id = self.type_id = 0
        self._recording: Recording | None = None
        self._facts_of_end: dict[str, pb.Value] | None = None

    def begin(self, record: pb.Execution) -> list[str]:
        """Let a record be RUNNING from now on; return the names of the custom properties that say so."""
        self._recording, self._facts_of_end = state_facts.begin(self.capture), None
        record.last_known_state = pb.Execution.RUNNING
        facts = state_facts.when_started(self.client, self._recording)
        return _take(record, {**facts, stored_form.STARTED_NAME: _now()})

    def put_running(self) -> None:
        """Store that the execution runs, and take back how it ended before."""
        record = self._record()
        self._put(record, [*self.begin(record), *stored_form.FAILURE_NAMES, stored_form.ENDED_NAME])

    def put_complete(self) -> None:
        """Store that the execution is complete."""
        self._put(*self._ended(endings.COMPLETE))

    def complete_with(self, recorder: Recorder, outputs: together.Sorted) -> together.Answers | None:
        """Store that the execution is complete, and its outputs, in one call; return None if it was not written."""
        record, names = self._ended(endings.COMPLETE)
        return writes.update(recorder, record, _paths(names), outputs)

    def put_reason(self, how: endings.Ending) -> None:
        """Store how the execution ended; a store that does not take it must not hide the failure itself."""
        try:
            self._put(*self._ended(how))
        except (errors.UnavailableError, errors.DeadlineExceededError) as error:
            self.warn("state", error.message)
        except Exception as error:
            self.warn("reason", str(error))
            self._put_alone(how)

    def warn(self, what: str, why: str) -> None:
        """Log that something of the end is not stored."""
        _LOG.warning("execution %s ended, but its %s could not be stored: %s", self.execution_id, what, why)

    def _put_alone(self, how: endings.Ending) -> None:
        """Store the state without the reason."""
        try:
            self._put(*self._ended(endings.Ending(how.state), with_reason=False))
        except Exception as error:
            self.warn("state", str(error))

    def _ended(self, how: endings.Ending, *, with_reason: bool = True) -> tuple[pb.Execution, list[str]]:
        """Return what an end changes of the record, the same if it is written twice, and the names of it."""
        if self._facts_of_end is None:
            self._facts_of_end = state_facts.when_ended(self._recording)
        record = self._record()
        record.last_known_state = how.state
        reason = {name: pb.Value(string_value=text) for name, text in how.reason.items()}
        names = _take(record, {**self._facts_of_end, **reason, stored_form.ENDED_NAME: _now()})
        return record, [*names, *(stored_form.FAILURE_NAMES if with_reason else ())]

    def _record(self) -> pb.Execution:
        return pb.Execution(id=self.execution_id, type_id=self.type_id)

    def _put(self, record: pb.Execution, names: list[str]) -> None:
        retrying(lambda: self.client.put_executions([record], _paths(names)))


def _take(record: pb.Execution, properties: dict[str, pb.Value]) -> list[str]:
    for name, value in properties.items():
        record.custom_properties[name].CopyFrom(value)
    return [*properties]


def _paths(names: list[str]) -> list[str]:
    return ["last_known_state", *(f"custom_properties.{name}" for name in dict.fromkeys(names))]


def _now() -> pb.Value:
    return pb.Value(int_value=time.time_ns() // 1_000_000)
