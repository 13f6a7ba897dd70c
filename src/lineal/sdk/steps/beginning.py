"""Where the steps of this process are recorded: what `init` was given, or what the environment says.

What stays out: who else may say it for a single step (decorator.py).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, fields
from typing import Any

from lineal import errors, pages
from lineal.config import RUN_VARIABLE, URL_VARIABLE, WORKSPACE_VARIABLE
from lineal.sdk import typos
from lineal.sdk.executions import Run, state_facts, termination
from lineal.sdk.pictures import web_ui
from lineal.sdk.store import Store
from lineal.sdk.workspace import Workspace
from lineal.urls import PlaceOfStore

_WHAT_TO_WRITE = "metadata.init('sqlite:///metadata.db', 'NAME')"


@dataclass(frozen=True)
class Settings:
    """Where and how the steps of this process are recorded.

    Attributes:
        workspace: the workspace.
        run: the run that they belong to, None for none.
        capture: what their executions capture.
        artifacts: where files are kept; None for the place that the store has for them.

    """

    workspace: Workspace
    run: Run | None = None
    capture: state_facts.Capture = None
    artifacts: PlaceOfStore | None = None


_changing = threading.RLock()
_settings: Settings | None = None
_opened: tuple[PlaceOfStore, Store] | None = None


def init(
    store: Store | PlaceOfStore | None = None,
    workspace: Workspace | str | None = None,
    *,
    run: Run | str | None = None,
    capture: state_facts.Capture = None,
    artifacts: PlaceOfStore | None = None,
) -> Workspace:
    """Say once where the steps of this program are recorded, and return the workspace.

    Called again, it replaces what was said before, and warns of what is different. Called in the main thread, it also
    has SIGTERM end open executions as CANCELED, those of other threads too, unless the program handles the signal.

    Args:
        store: a Store, the URL of one or the path of a SQLite file; by default what LINEAL_URL says.
        workspace: the workspace, or its name; by default what LINEAL_WORKSPACE says. It is made if it does not exist.
        run: the run that steps belong to, or its name; by default what LINEAL_RUN says, and none without it.
        capture: what executions capture of where they run: True for everything, False for nothing, or names of
            "git", "command", "python", "packages", "host", "user", "image" and "memory", with `-` in front for all but
            these; by default what LINEAL_CAPTURE says, and everything without it.
        artifacts: where files are kept; by default the place that the store has for them.

    Raises:
        FailedPreconditionError: neither the arguments nor the environment say a store and a workspace.
        ValueError: an argument is of the wrong type, or `capture` is no choice.

    """
    global _settings
    state_facts.check(capture)
    given = _made(store, workspace, run, capture, artifacts)
    with _changing:
        before, _settings = _settings, given
    state_facts.choose(capture)
    state_facts.prepare()
    termination.stay()
    changed = [] if before is None else _changed(before, given)
    if changed:
        typos.warn(f"metadata.init was called before, with another {' and '.join(changed)}; steps use the new ones now")
    return given.workspace


def settings() -> Settings:
    """Return what `init` was given; without a call of it, what the environment says.

    Raises:
        FailedPreconditionError: neither says a store and a workspace.

    """
    global _settings
    with _changing:
        if _settings is None:
            _settings = _made(None, None, None, None, None)
            termination.stay()
        return _settings


def known() -> Settings | None:
    """Return what was said so far, None for nothing."""
    return _settings


def forget() -> None:
    """Forget what was said, as in a process that has just begun."""
    global _settings, _opened
    with _changing:
        _settings = _opened = None
    state_facts.choose(None)


def _made(
    store: Store | PlaceOfStore | None,
    workspace: Workspace | str | None,
    run: Run | str | None,
    capture: state_facts.Capture,
    artifacts: PlaceOfStore | None,
) -> Settings:
    found = _workspace(store, workspace)
    chosen = run if run is not None else os.environ.get(RUN_VARIABLE) or None
    return Settings(found, run_of(found, chosen), capture, artifacts)


def run_of(workspace: Workspace, run: Run | str | None) -> Run | None:
    """Return a run, or the one of this name in a workspace."""
    return Run(workspace, run) if isinstance(run, str) else run


def _workspace(store: Store | PlaceOfStore | None, workspace: Workspace | str | None) -> Workspace:
    if isinstance(workspace, Workspace):
        if isinstance(store, Store) and store.store is not workspace.store:
            raise ValueError("'workspace' is one of another store than 'store'; leave 'store' out")
        return workspace
    place = store if store is not None else os.environ.get(URL_VARIABLE)
    name = workspace if workspace is not None else os.environ.get(WORKSPACE_VARIABLE)
    if not place or not name:
        raise errors.FailedPreconditionError(
            f"no workspace: write {_what_to_write(store, place)} first, or set {_unset(place, name)}",
            errors.Details(page=pages.RECORDING_STEPS.name),
        )
    return Workspace(place if isinstance(place, Store) else _opened_at(place), name)


def _what_to_write(store: object, place: object) -> str:
    """Return a call of `init` that keeps the store which is said already."""
    if not place:
        return _WHAT_TO_WRITE
    return "metadata.init(store, 'NAME')" if store is not None else "metadata.init(workspace='NAME')"


def _unset(place: Store | PlaceOfStore | None, name: str | None) -> str:
    """Return the variables that could say what neither the arguments nor the environment do."""
    return " and ".join([URL_VARIABLE] * (not place) + [WORKSPACE_VARIABLE] * (not name))


def _opened_at(place: PlaceOfStore) -> Store:
    """Open the store at a place, or return the one that was opened there: a cell of a notebook runs again."""
    global _opened
    if _opened is None or _opened[0] != place or _opened[1]._is_closed:
        _opened = (place, Store(url=place))
    return _opened[1]


def _changed(before: Settings, given: Settings) -> list[str]:
    """Return the names of what two settings say differently."""
    shown = [{each.name: _shown(getattr(one, each.name)) for each in fields(one)} for one in (before, given)]
    places = [web_ui.place_of(one.workspace.store) for one in (before, given)]
    names = [name for name in shown[0] if shown[0][name] != shown[1][name]]
    return ["store"] * (places[0] != places[1]) + names


def _shown(value: Any) -> Any:
    return value.name if isinstance(value, Workspace | Run) else value


def _after_fork_in_child() -> None:
    """Let nobody wait for a thread of the parent."""
    global _changing
    _changing = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
