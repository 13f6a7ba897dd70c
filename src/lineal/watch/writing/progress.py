"""How far each stream of a cluster was read and written, stored in the store itself.

The progress is beside the data, so both are lost or restored together: a version that is too new would lose changes.
It is a context of the cluster, with one custom property for each stream. What stays out: what is read.
"""

from __future__ import annotations

import threading

from lineal import errors
from lineal.client import MetadataStore
from lineal.watch import names
from lineal.wire import metadata_store as pb


class Progress:
    """The resource versions of a cluster's streams; saved from time to time."""

    def __init__(self, store: MetadataStore, *, cluster: str, selector: str) -> None:
        self._store = store
        self._cluster = cluster
        self._suffix = f"?{selector}" if selector else ""
        self._lock = threading.Lock()
        self._versions: dict[str, str] = {}
        self._unsaved: set[str] = set()
        self._context_id: int | None = None

    def load(self) -> None:
        """Read the saved progress.

        Raises:
            StatusError: the store cannot be read.

        """
        context = self._store.get_context_by_type_and_name(names.PROGRESS_TYPE, self._cluster)
        with self._lock:
            self._versions = {}
            self._unsaved = set()
            if context is not None:
                self._context_id = context.id
                self._versions = {name: value.string_value for name, value in context.custom_properties.items()}

    def version(self, source_name: str) -> str:
        """Return the version to resume a stream from, "" for none."""
        with self._lock:
            return self._versions.get(source_name + self._suffix, "")

    def reach(self, source_name: str, version: str) -> None:
        """Remember that everything up to a version is written."""
        with self._lock:
            name = source_name + self._suffix
            if self._versions.get(name) != version:
                self._versions[name] = version
                self._unsaved.add(name)

    def save(self) -> None:
        """Save in the store what was reached since the last time.

        Raises:
            StatusError: the store cannot be written; the next call tries again.

        """
        with self._lock:
            unsaved = {name: self._versions[name] for name in self._unsaved}
        if not unsaved:
            return
        self._put(unsaved)
        with self._lock:
            self._unsaved -= {name for name, version in unsaved.items() if self._versions[name] == version}

    def _put(self, versions: dict[str, str]) -> None:
        """Write only the streams that moved: other watchers of the cluster note theirs in the same context."""
        if self._context_id is None:
            self._context_id = self._find_or_make()
        context = pb.Context(id=self._context_id)
        for name, version in versions.items():
            context.custom_properties[name].string_value = version
        self._store.put_contexts([context], [f"custom_properties.{name}" for name in versions])

    def _find_or_make(self) -> int:
        type_id = self._store.put_context_type(pb.ContextType(name=names.PROGRESS_TYPE))
        try:
            return self._store.put_contexts([pb.Context(type_id=type_id, name=self._cluster)])[0]
        except errors.AlreadyExistsError:
            found = self._store.get_context_by_type_and_name(names.PROGRESS_TYPE, self._cluster)
            if found is None:
                raise
            return int(found.id)
