"""Records of executions that other objects describe, and finding the executions that are meant.

Several objects may tell of one execution: a pod of its own, and the Workflow of what the pod made. The pod and the
Workflow know it by different external ids. What stays out: merging and writing (`merging.py`, `recorder.py`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from typing import Generic, TypeVar

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.watch.records import ExecutionRecord
from lineal.wire import metadata_store as pb

REMEMBERED = 5000
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Memory(OrderedDict[_K, _V], Generic[_K, _V]):
    """A mapping that forgets its oldest entries."""

    def put(self, key: _K, value: _V) -> None:
        """Remember a value."""
        self[key] = value
        self.move_to_end(key)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Additions:
    """Finds the executions that records are about, and remembers which additions are written."""

    def __init__(self, store: MetadataStore) -> None:
        self._store = store
        self._other_ids: Memory[str, str] = Memory()
        self._written: Memory[str, int] = Memory()

    def is_written(self, record: ExecutionRecord) -> bool:
        """Tell whether an addition was written as it is: a Workflow tells of all its steps whenever one changes."""
        return record.adds and self._written.get(record.external_id) == hash(repr(record))

    def wrote(self, record: ExecutionRecord, stored: pb.Execution | None) -> None:
        """Note that a record was written.

        Args:
            record: the record as the handler returned it.
            stored: the execution that it was merged into, None for a new one.

        """
        if not record.adds:
            return
        self._written.put(record.external_id, hash(repr(record)))
        if stored is not None and stored.external_id != record.external_id:
            self._other_ids.put(record.external_id, stored.external_id)

    def find(self, record: ExecutionRecord) -> pb.Execution | None:
        """Return the stored execution that a record is about, None if there is none."""
        known = self._other_ids.get(record.external_id)
        found = self._by_external_id(known) if known else None
        found = found or self._by_external_id(record.external_id)
        if found is None and record.also_known_as:
            found = self._by_external_id(record.also_known_as)
        return found or (self._by_property(record.found_by, record.external_id) if record.found_by else None)

    def _by_external_id(self, external_id: str) -> pb.Execution | None:
        try:
            return self._store.get_executions_by_external_ids([external_id])[0]
        except errors.NotFoundError:
            return None

    def _by_property(self, name: str, text: str) -> pb.Execution | None:
        quoted = text.replace("\\", "\\\\").replace("'", "\\'")
        query = f"custom_properties.{name}.string_value = '{quoted}'"
        return next(iter(self._store.get_executions(ListOptions(limit=1, filter_query=query))), None)


def as_stored(record: ExecutionRecord, stored: pb.Execution | None) -> ExecutionRecord:
    """Return the record to merge: one that only adds to an execution leaves all but custom properties and links."""
    if stored is None or not record.adds:
        return record
    if stored.external_id == record.external_id and not record.if_stored:
        return record
    return replace(record, external_id=stored.external_id, state="", properties={}, first_properties={}, renewed_by={})
