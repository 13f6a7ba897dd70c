"""Runs and executions: what happened, when, and with which artifacts.

What stays out: what counts as a failure and how its reason is written (endings.py), and the signal SIGTERM
(termination.py).
"""

from __future__ import annotations

import logging
import os
import time
from functools import partial
from types import TracebackType
from typing import Any, Protocol, TypeVar

from lineal import errors
from lineal.client import ListOptions
from lineal.sdk import cards, endings, filters, ids, plain, stored_form, termination
from lineal.sdk.artifacts import required_text
from lineal.sdk.existing import OnExisting
from lineal.sdk.pictures import web_ui
from lineal.sdk.recording import Recorder
from lineal.sdk.retry import retrying
from lineal.sdk.workspace import Workspace
from lineal.wire import metadata_store as pb

_LOG = logging.getLogger(__name__)
_Failure = type[BaseException] | None


class Loggable(Protocol):
    """Anything that an execution can log: an object with this method and a text `ARTIFACT_TYPE_NAME`.

    That name is not among the members, because a protocol cannot take both an attribute of the class and a property.
    """

    def serialization(self) -> pb.Artifact:
        """Return the uri and the properties to store."""


_LoggableT = TypeVar("_LoggableT", bound="Loggable | ids.Id")


class Run:
    """One pass of a pipeline or a notebook, which groups executions by its name.

    Used with `with`, it ends every execution made within that has not ended by then, as `Execution` does.
    """

    def __init__(
        self, workspace: Workspace | None = None, name: str | None = None, description: plain.Scalar | None = None
    ) -> None:
        """Name a run; nothing is stored until an execution belongs to it.

        Raises:
            ValueError: `workspace` or `name` is missing or of the wrong type.

        """
        self.workspace: Workspace = _required_workspace(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self._blocks: list[list[Execution]] = []

    def __enter__(self) -> Run:
        self._blocks.append([])
        termination.opened(self, self._cancel)
        return self

    def __exit__(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        made = self._blocks.pop() if self._blocks else []
        refused: list[errors.StatusError] = []
        for execution in made:
            try:
                execution._end_once(failure, error, trace)
            except errors.StatusError as refusal:
                refused.append(refusal)
        if not self._blocks:
            termination.closed(self)
        if refused:
            raise refused[0]

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy or a pickle, which is in no block."""
        return vars(self) | {"_blocks": []}

    def _cancel(self) -> None:
        """Record that the process was asked to end, for the executions of this block that have not ended."""
        for execution in [execution for made in [*self._blocks] for execution in [*made]]:
            execution._cancel()

    def __repr__(self) -> str:
        return cards.short(self, self.name, workspace=self.workspace.name, store=web_ui.place_of(self.workspace.store))

    def _repr_html_(self) -> str:
        client, workspace = self.workspace.store, self.workspace
        fields = {"name": self.name, "workspace": workspace.name, "description": self.description}
        read = partial(cards.around_run, client, workspace.name, self.name)
        return cards.card("Run", fields, read, client=client, page=("workspaces", workspace.context_id))

    def _adopt(self, execution: Execution) -> None:
        if self._blocks:
            self._blocks[-1].append(execution)


class Execution:
    """One step that read inputs and wrote outputs; stored when it is made.

    Used with `with`, it is RUNNING inside and ends COMPLETE, FAILED when an exception passes, or CANCELED when the
    program is stopped (Ctrl-C, SIGTERM); why, is kept with it. It may be entered again, and then ends again; inside of
    itself, the outermost block counts. Without `with` its state stays unset, as the original SDK left it.

    Attributes:
        id: its id in the store.
        create_time: when it was made, UTC, as text.

    """

    EXECUTION_TYPE_NAME = stored_form.EXECUTION_TYPE_NAME

    def __init__(
        self,
        name: str | None = None,
        workspace: Workspace | None = None,
        run: Run | None = None,
        description: plain.Scalar | None = None,
    ) -> None:
        """Store a new execution in a workspace.

        Args:
            name: its name, required.
            workspace: the workspace, required.
            run: the run that it is part of.
            description: a description for people.

        Raises:
            ValueError: `workspace` or `name` is missing, or one of the three is of the wrong type.

        """
        if not required_text("name", name):
            raise ValueError("'name' must be set and in string type, got an empty one")
        if run is not None and not hasattr(run, "name"):
            raise ValueError(f"'run' must be set as metadata.Run, got {run!r}")
        self.name: str = required_text("name", name)
        self.workspace: Workspace = _required_workspace(workspace)
        self.run = run
        self.description: str | None = plain.field_text("description", description)
        self.create_time: str = stored_form.now()
        self._process: int | None = os.getpid()
        self._entries: list[int] = []
        self._is_running = self._is_writing = self._ended = False
        self._type_id = self.workspace._types.execution_type_id()
        self.id: int = retrying(self._put, written=self._find_written)
        run_name = None if run is None else run.name
        self._recorder = Recorder(
            self.workspace.store, self.workspace._types, self.workspace._context, run_name, self.id
        )
        if isinstance(run, Run):
            run._adopt(self)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy or a pickle, which is in no block, so it ends nothing."""
        return vars(self) | {"_entries": [], "_is_running": False, "_is_writing": False, "_process": None}

    def log_input(self, artifact: _LoggableT) -> _LoggableT:
        """Record that this execution read an artifact, and return it with its id set.

        The id of a stored artifact, or a dict of `Workspace.list`, names it as well, and is returned as it is.

        An artifact that equals a stored one (see `is_duplicated`) gets the id of that one. Logging twice is no error.

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
        record = pb.Execution(type_id=self._type_id, properties=stored_form.text_properties(texts))
        record.custom_properties[stored_form.WORKSPACE_PROPERTY_NAME].string_value = self.workspace.name
        if self.run is not None:
            record.custom_properties[stored_form.RUN_PROPERTY_NAME].string_value = self.run.name
        return record

    def __enter__(self) -> Execution:
        self._entries.append(os.getpid())
        if not self._is_running:
            self._start()
        return self

    def __exit__(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        entered_by = self._entries.pop() if self._entries else os.getpid()
        if not self._entries and entered_by == os.getpid():  # a forked child leaves the block of its parent too
            self._end(failure, error, trace)

    def _cancel(self) -> None:
        """Record that the process was asked to end, unless the execution ends by itself at this moment."""
        while self._is_writing:
            time.sleep(0.01)
        if not self._ended:
            self._put_reason(endings.terminated())
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

    def _put(self) -> int:
        """Store the execution and its membership of the workspace in one call."""
        workspace = pb.Context(type_id=self.workspace._context.type_id, name=self.workspace.name)
        execution_id, _, _ = self.workspace.store.put_execution(
            self.serialized(), [], [workspace], reuse_context_if_already_exist=True
        )
        return int(execution_id)

    def _find_written(self) -> int | None:
        """Return the id that a write with a lost answer left behind: the one of this workspace and this moment."""
        made_now = filters.property_equals("create_time", self.create_time)
        options = ListOptions(filter_query=f"type_id = {self._type_id} AND {made_now}")
        record = self.serialized()
        found = self.workspace.store.get_executions(options)
        return next((stored.id for stored in found if _holds(stored, record)), None)

    def _start(self) -> None:
        """Mark the execution RUNNING; it counts as open before, so that a signal in between finds it."""
        self._is_writing = True
        try:
            termination.opened(self, self._cancel)
            self._ended = False
            self._put_ending(endings.RUNNING)
            self._is_running = True
        except BaseException:
            self._entries.pop()
            termination.closed(self)
            raise
        finally:
            self._is_writing = False

    def _end_once(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._ended and self._process == os.getpid():
            self._end(failure, error, trace)

    def _end(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        how = endings.ending(failure, error, trace)
        self._is_writing = True
        try:
            if failure is None:
                self._put_ending(how)
            else:
                self._put_reason(how)
            self._ended = True
        finally:
            self._is_running = self._is_writing = False
            termination.closed(self)

    def _put_ending(self, how: endings.Ending, *, with_reason: bool = True) -> None:
        """Store the state, when it began, and the reason in place of an earlier one."""
        update = pb.Execution(id=self.id, type_id=self._type_id, last_known_state=how.state)
        is_start = how is endings.RUNNING
        moment = stored_form.STARTED_NAME if is_start else stored_form.ENDED_NAME
        update.custom_properties[moment].int_value = time.time_ns() // 1_000_000
        for name, text in how.reason.items():
            update.custom_properties[name].string_value = text
        names = [*(stored_form.FAILURE_NAMES if with_reason else ()), stored_form.ENDED_NAME]
        names += [stored_form.STARTED_NAME] if is_start else []
        paths = ["last_known_state", *(f"custom_properties.{name}" for name in names)]
        retrying(lambda: self.workspace.store.put_executions([update], paths))

    def _put_reason(self, how: endings.Ending) -> None:
        """Store why the execution ended; a store that does not take it must not hide the failure itself."""
        try:
            self._put_ending(how)
        except (errors.UnavailableError, errors.DeadlineExceededError) as error:
            self._warn("state", error.message)
        except Exception as error:
            self._warn("reason", str(error))
            self._put_state(how)

    def _put_state(self, how: endings.Ending) -> None:
        """Store the state alone."""
        try:
            self._put_ending(how, with_reason=False)
        except Exception as error:
            self._warn("state", str(error))

    def _warn(self, what: str, why: str) -> None:
        _LOG.warning("execution %s ended, but its %s could not be stored: %s", self.id, what, why)


def _required_workspace(workspace: Workspace | None) -> Workspace:
    if not isinstance(workspace, Workspace):
        raise ValueError(f"'workspace' must be set as metadata.Workspace, got {workspace!r}")
    return workspace


def _holds(stored: pb.Execution, record: pb.Execution) -> bool:
    return dict(stored.properties) == dict(record.properties) and dict(stored.custom_properties) == dict(
        record.custom_properties
    )
