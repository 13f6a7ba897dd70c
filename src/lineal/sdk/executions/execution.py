"""Executions: what happened, when, and with which artifacts.

What stays out: what counts as a failure and how its reason is written (endings.py), and the signal SIGTERM
(termination.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

from lineal import errors
from lineal.sdk import cards, ids, plain, stored_form
from lineal.sdk.executions import current, endings, state_facts, termination, together, writes
from lineal.sdk.executions.recording import Recorder
from lineal.sdk.executions.run import Run, required_workspace
from lineal.sdk.executions.states import States
from lineal.sdk.existing import KEEP, OnExisting
from lineal.sdk.pictures import web_ui
from lineal.sdk.standard_artifact import required_text
from lineal.sdk.workspace import Workspace
from lineal.wire import metadata_store as pb

_Failure = type[BaseException] | None


class Loggable(Protocol):
    """Anything that an execution can log: an object with this method and a text `ARTIFACT_TYPE_NAME`.

    That name is not among the members, because a protocol cannot take both an attribute of the class and a property.
    """

    def serialization(self) -> pb.Artifact:
        """Return the uri and the properties to store."""


_LoggableT = TypeVar("_LoggableT", bound="Loggable | ids.Id")


class Execution:
    """One step that read inputs and wrote outputs; stored when it is made.

    In a `with` block it is RUNNING. It ends COMPLETE, FAILED if an exception leaves the block, or CANCELED if the
    program is stopped (Ctrl-C, SIGTERM); the reason is recorded. An execution that begins inside the block is a part of
    it. You can enter it again, and then it ends again; if a block is within another one of the same execution, the
    outer one counts. Without `with`, its state stays unset, as the original SDK left it.

    Attributes:
        id: its id in the store.
        create_time: when it was made, UTC, as text.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     orders = train.log_input(metadata.DataSet(uri="file:///orders.csv", name="orders"))
        ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn", version="1"))
        >>> workspace.lineage(model).upstream.artifacts[0]["name"]
        'orders'

    """

    EXECUTION_TYPE_NAME = stored_form.EXECUTION_TYPE_NAME

    def __init__(
        self,
        name: str | None = None,
        workspace: Workspace | None = None,
        run: Run | None = None,
        description: plain.Scalar | None = None,
        *,
        capture: state_facts.Capture = None,
    ) -> None:
        """Store a new execution in a workspace.

        Args:
            name: its name, required.
            workspace: the workspace, required.
            run: the run that it is part of.
            description: a description for people.
            capture: what it captures when it is entered, as in `metadata.init`; by default what `init` was told.

        Raises:
            ValueError: `workspace` or `name` is missing, one of the three is of the wrong type, or `capture` no choice.

        """
        state_facts.check(capture)
        self._describe(name, workspace, run, description)
        self._states.capture = capture
        self._store(self.serialized(), ())

    @classmethod
    def _begin(
        cls,
        name: str,
        workspace: Workspace,
        run: Run | None,
        properties: Mapping[str, pb.Value],
        inputs: Sequence[Any] = (),
        capture: state_facts.Capture = None,
    ) -> tuple[Execution, Callable[[], None]]:
        """Store a new execution that is RUNNING, in one call, and enter it; return it, and what logs its inputs.

        Args:
            name: its name.
            workspace: its workspace.
            run: the run that it is part of.
            properties: further custom properties.
            inputs: the artifacts that it read; those for which it is possible are stored by the same call.
            capture: what is captured of it.

        """
        execution = cls.__new__(cls)
        execution._describe(name, workspace, run, None)
        execution._states.capture = capture
        with execution._opening():
            record = execution.serialized()
            for each, value in properties.items():
                record.custom_properties[each].CopyFrom(value)
            execution._states.begin(record)
            log_inputs = execution._store(record, inputs)
        execution._enter()
        return execution, log_inputs

    def _describe(
        self, name: str | None, workspace: Workspace | None, run: Run | None, description: plain.Scalar | None
    ) -> None:
        if not required_text("name", name):
            raise ValueError("'name' must be set and in string type, got an empty one")
        if run is not None and not hasattr(run, "name"):
            raise ValueError(f"'run' must be set as metadata.Run, got {run!r}")
        self.name: str = required_text("name", name)
        self.workspace: Workspace = required_workspace(workspace)
        self.run = run
        self.description: str | None = plain.field_text("description", description)
        self.create_time: str = stored_form.now()
        self._process: int | None = os.getpid()
        self._entries: list[tuple[int, Execution | None]] = []
        self._is_running = self._is_writing = self._is_written = self._is_cancelled = self._ended = False
        self._states = States(self.workspace.store)
        self._at_end: list[Callable[[bool], object]] = []  # called before it ends, with whether it failed

    def _store(self, record: pb.Execution, inputs: Sequence[Any]) -> Callable[[], None]:
        """Store the new record, and get ready to log artifacts; return what logs the inputs that are not yet."""
        client, workspace = self.workspace.store, self.workspace
        self._type_id = record.type_id
        run_name = None if self.run is None else self.run.name
        recorder = Recorder(client, workspace._types, workspace._context, run_name, 0)
        sorted_inputs = together.sort(recorder, inputs, pb.Event.INPUT)
        created = writes.create(recorder, record, sorted_inputs)
        self.id: int = created.execution_id
        self._states.execution_id, self._states.type_id = self.id, self._type_id
        self._recorder = replace(recorder, execution_id=self.id)
        if isinstance(self.run, Run):
            self.run._adopt(self)
        return lambda: self._log_each(sorted_inputs, created.answers)

    def _log_each(self, inputs: together.Sorted, answers: together.Answers | None) -> None:
        """Log inputs: those that were stored with the execution have an answer."""
        if answers is not None:
            together.settle(self._recorder, inputs, answers)
        for artifact in inputs.alone if answers is not None else [*inputs.together, *inputs.alone]:
            self.log_input(artifact)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy or a pickle, which is in no block, so it ends nothing."""
        apart = {"_entries": [], "_is_running": False, "_is_writing": False, "_process": None, "_at_end": []}
        return vars(self) | apart | {"_states": copy(self._states)}

    def log_input(self, artifact: _LoggableT) -> _LoggableT:
        """Record that this execution read an artifact, and return it with its id set.

        The id of a stored artifact, or a dict of `Workspace.list`, names it as well, and is returned as it is.

        An artifact that equals a stored one (see `Artifact.is_duplicated`) gets its id. You can log it twice.

        Raises:
            ValueError: `artifact` is missing or no artifact, its id is unknown, or it already names a workspace or run.

        """
        self._recorder.log(artifact, pb.Event.INPUT)
        return artifact

    def log_output(self, artifact: _LoggableT, *, on_existing: OnExisting = "keep") -> _LoggableT:
        """Record that this execution wrote an artifact, and return it with its id set; otherwise as `log_input`.

        Args:
            artifact: what was written.
            on_existing: what becomes of an artifact that equals a stored one and has other values. "keep" keeps the
                stored values and warns; "update" gives the stored record the values that are given; "new_version"
                stores another record, with the next version; "error" logs nothing.

        Raises:
            AlreadyExistsError: `on_existing` is "error", and the artifact is stored with other values.
            ValueError: as `log_input`; or `on_existing` is another word.

        """
        self._recorder.log(artifact, pb.Event.OUTPUT, on_existing)
        return artifact

    def serialized(self) -> pb.Execution:
        """Return the record of this execution as it was stored."""
        texts = {"name": self.name, "create_time": self.create_time, "description": self.description}
        type_id = self.workspace._types.execution_type_id()
        record = pb.Execution(type_id=type_id, properties=stored_form.text_properties(texts))
        record.custom_properties[stored_form.WORKSPACE_PROPERTY_NAME].string_value = self.workspace.name
        if self.run is not None:
            record.custom_properties[stored_form.RUN_PROPERTY_NAME].string_value = self.run.name
        return record

    def __enter__(self) -> Execution:
        if not self._is_running:
            self._start()
        self._enter()
        return self

    def __exit__(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        entered_by = self._leave()
        if not self._entries and entered_by == os.getpid():  # a forked child leaves the block of its parent too
            self._end(failure, error, trace)

    def _exit_with(self, outputs: Sequence[Any], on_existing: OnExisting) -> None:
        """Log outputs and leave the block, in one call where that is possible.

        Raises:
            StatusError, ValueError: as `log_output`; the block is not left then.

        """
        self._prepare_end(False)
        can_wait = on_existing == KEEP and [entered_by for entered_by, _ in self._entries] == [os.getpid()]
        last = together.sort(self._recorder, outputs if can_wait else (), pb.Event.OUTPUT)
        for artifact in last.alone if can_wait else outputs:
            self.log_output(artifact, on_existing=on_existing)
        if last.messages and not self._complete_with(last):
            for artifact in last.together:
                self.log_output(artifact)
        self.__exit__(None, None, None)

    def _complete_with(self, outputs: together.Sorted) -> bool:
        """Store that the execution is complete, and its outputs; return whether the store took that as one call."""
        self._is_writing = True
        try:
            answers = self._states.complete_with(self._recorder, outputs)
            self._ended = self._is_written = answers is not None
        finally:
            self._is_writing = False
        if answers is not None:
            together.settle(self._recorder, outputs, answers)
        return self._is_written

    def _give_up(self, error: errors.StatusError) -> None:
        """Leave the block without a write: the store is away, and what ran must not be lost for that."""
        if self._entries:
            self._leave()
        self._is_running = False
        termination.closed(self)
        self._states.warn("outputs and its state", error.message)

    def _leave(self) -> int:
        """Return to the execution that was the current one before; return the process that entered the block."""
        entered_by, before = self._entries.pop() if self._entries else (os.getpid(), self)
        if before is not self:
            current.put(before)
        return entered_by

    def _enter(self) -> None:
        self._entries.append((os.getpid(), current.get()))
        current.put(self)

    def _step_aside(self) -> None:
        """Let the one before be the current one already now, and leave alone which one is at the end of the block."""
        entered_by, before = self._entries[-1]
        self._entries[-1] = (entered_by, self)
        current.put(before)

    def _cancel(self, how: endings.Ending) -> None:
        """Record how the end of the process ends it, unless the execution ends by itself at this moment."""
        while self._is_writing:
            time.sleep(0.01)
        if not self._ended:
            self._is_cancelled = True
            self._states.put_reason(how)
            self._ended = True

    def __repr__(self) -> str:
        facts = {
            "id": getattr(self, "id", None),
            "workspace": self.workspace.name,
            "run": None if self.run is None else self.run.name,
        }
        return cards.short(self, self.name, **facts, store=web_ui.place_of(self.workspace.store))

    def _repr_html_(self) -> str:
        client = self.workspace.store
        fields: dict[str, Any] = {name: getattr(self, name) for name in ("id", "name", "description", "create_time")}
        fields |= {"workspace": self.workspace.name, "run": None if self.run is None else self.run.name}
        fields = stored_form.in_order(fields, "")
        read = partial(cards.around_execution, client, self.id)
        return cards.card("Execution", fields, read, client=client, page=("executions", self.id))

    def _start(self) -> None:
        """Mark the execution RUNNING."""
        with self._opening():
            self._states.put_running()

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Count as open before the block writes that the execution runs, so that a signal in between finds it."""
        self._is_writing = True
        try:
            termination.opened(self, self._cancel)
            self._ended = self._is_written = self._is_cancelled = False
            yield
            self._is_running = True
        except BaseException:
            self._ended = not hasattr(self, "id")  # what is not stored has nothing to end
            termination.closed(self)
            raise
        finally:
            self._is_writing = False

    def _end_once(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._ended and self._process == os.getpid():
            self._end(failure, error, trace)

    def _end(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_cancelled:  # a generator is closed after the program has ended
            return
        self._prepare_end(failure is not None)
        how = endings.ending(failure, error, trace)
        self._is_writing = True
        try:
            if failure is not None:
                self._states.put_reason(how)
            elif not self._is_written:
                self._states.put_complete()
            self._ended = True
        finally:
            self._is_running = self._is_writing = False
            termination.closed(self)

    def _prepare_end(self, failed: bool) -> None:
        """Let callers record what they hold back until now, such as the last points of a curve."""
        while self._at_end:
            self._at_end.pop(0)(failed)


def get_current() -> Execution | None:
    """Return the execution that runs now: the innermost step or `with` block of this thread or task; None for none.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.init("sqlite:///metadata.db", "churn")
        >>> with metadata.Execution(name="train", workspace=workspace):
        ...     print(metadata.current().name)
        train
        >>> metadata.current() is None
        True
    """
    return cast("Execution | None", current.get())
