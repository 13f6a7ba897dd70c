"""Records of executions that other objects describe, and finding the executions that are meant.

Several objects may tell of one execution: a pod of its own, and the Workflow of what the pod made. The pod and the
Workflow know it by different external ids. What stays out: merging and writing (`merging.py`, `recorder.py`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Generic, TypeVar

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.watch.records import ExecutionRecord
from lineal.wire import metadata_store as pb

REMEMBERED = 5000
TOGETHER = 100
"""How many executions are looked up in one call."""
MOST_OWNERS = 5
"""How many owners above each other get what is added to the lowest one."""
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

    def with_stored(self, records: Iterable[ExecutionRecord]) -> list[tuple[ExecutionRecord, pb.Execution | None]]:
        """Return the records to write, each with the stored execution that it is about, None for a new one.

        What is added to an owner is added to the owners above it as well.
        """
        together: list[tuple[ExecutionRecord, pb.Execution | None]] = []
        asked = [one for one in records if not self.is_written(one)]
        for _ in range(MOST_OWNERS):
            found = zip(asked, self.find(asked), strict=True)
            wanted = [(one, stored) for one, stored in found if _is_wanted(one, stored)]
            together += wanted
            above = [replace(one, external_id=owner) for one, stored in wanted if one.if_stored
                     if (owner := _owner_of(stored))]  # fmt: skip
            asked = [one for one in above if not self.is_written(one)]
            if not asked:
                break
        return together

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

    def find(self, records: Sequence[ExecutionRecord]) -> list[pb.Execution | None]:
        """Return the stored executions that records are about, index-aligned; None where there is none."""
        found = self._by_external_ids({self._other_ids.get(one.external_id, one.external_id) for one in records})
        stored = [found.get(self._other_ids.get(one.external_id, one.external_id)) for one in records]
        missing = [one for one, known in zip(records, stored, strict=True) if known is None]
        others = self._by_external_ids({one.also_known_as for one in missing if one.also_known_as})
        told = self._by_property([one for one in missing if one.found_by])
        return [
            known or others.get(one.also_known_as) or told.get(one.external_id)
            for one, known in zip(records, stored, strict=True)
        ]

    def _by_external_ids(self, external_ids: Iterable[str]) -> dict[str, pb.Execution]:
        asked = list(external_ids)
        found: dict[str, pb.Execution] = {}
        for place in range(0, len(asked), TOGETHER):
            with suppress(errors.NotFoundError):
                stored = self._store.get_executions_by_external_ids(asked[place : place + TOGETHER])
                found |= {one.external_id: one for one in stored}
        return found

    def _by_property(self, records: Sequence[ExecutionRecord]) -> dict[str, pb.Execution]:
        """Return the executions with a custom property that holds the external id of an addition, by that id."""
        found: dict[str, pb.Execution] = {}
        for place in range(0, len(records), TOGETHER):
            some = records[place : place + TOGETHER]
            for name in {one.found_by for one in some}:
                texts = ", ".join(quoted(one.external_id) for one in some if one.found_by == name)
                query = f"custom_properties.{name}.string_value IN ({texts})"
                for execution in self._store.get_executions(ListOptions(limit=TOGETHER, filter_query=query)):
                    found[execution.custom_properties[name].string_value] = execution
        return found


def _is_wanted(record: ExecutionRecord, stored: pb.Execution | None) -> bool:
    """Tell whether a record is to be written: it is not without its execution, or if a later one was written."""
    if stored is None:
        return not record.if_stored
    time = (
        stored.custom_properties[record.newest_by].string_value if record.newest_by in stored.custom_properties else ""
    )
    return not record.newest_by or time <= str(record.custom_properties.get(record.newest_by) or "")


def _owner_of(execution: pb.Execution | None) -> str:
    """Return the external id of the owner of an execution, "" for none."""
    return execution.properties["parent"].string_value if execution and "parent" in execution.properties else ""


def quoted(text: str) -> str:
    """Return a text as a filter query writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def as_stored(record: ExecutionRecord, stored: pb.Execution | None) -> ExecutionRecord:
    """Return the record to merge: one that only adds to an execution leaves all but custom properties and links."""
    if stored is None or not record.adds:
        return record
    if stored.external_id == record.external_id and not record.if_stored:
        return record
    added = {name: value for name, value in record.custom_properties.items() if name not in record.left_to_its_object}
    return replace(
        record,
        external_id=stored.external_id,
        state="",
        properties={},
        custom_properties=added,
        first_properties={},
        renewed_by={},
    )
