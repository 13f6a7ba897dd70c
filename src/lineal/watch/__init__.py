"""Watchers: record Kubernetes objects as metadata when they are created, changed and deleted.

`watch` runs until a signal stops it. Own handlers derive from `Handler` and get a `Seen`.
What stays out: the command line (`lineal.cli.watch`).
"""

from __future__ import annotations

from lineal import errors, pages
from lineal.watch.handlers import ENTRY_POINT_GROUP, Handler, Seen
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Records
from lineal.watch.resources import Resource, Workload, parse_resources
from lineal.watch.settings import WatchSettings

__all__ = [
    "ENTRY_POINT_GROUP",
    "ArtifactRecord",
    "ContextRecord",
    "ExecutionRecord",
    "Handler",
    "Records",
    "Resource",
    "Seen",
    "WatchSettings",
    "Workload",
    "parse_resources",
    "watch",
]


def watch(settings: WatchSettings) -> None:
    """Watch until SIGTERM or SIGINT; call it from the main thread.

    Raises:
        FailedPreconditionError: a package of the extra `watch` is not installed.
        InvalidArgumentError: the cluster's configuration cannot be read.
        StatusError: the store cannot be opened, or the health port cannot be taken.

    """
    try:
        from lineal.watch.run import run
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"The watcher needs the package {error.name}; install it with: pip install 'lineal[watch]'",
            errors.Details(page=pages.INSTALL.name),
        ) from None
    run(settings)
