"""Jobs inside of other jobs: the context of a job has those of the jobs that started it as parents.

Jobs may name each other as parents, and contexts cannot. So a parent that is itself inside of the job is none, and
neither is any other on the way around: it is kept aside, so that every order of events ends alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from lineal.kinds import CONTEXT
from lineal.openlineage import stored_form
from lineal.openlineage.nodes import Named
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.nodes import NodeRow
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb

_Parents = dict[int, set[int]]


def start_nesting(session: Session, types: KnownTypes, child: Named, parent: Named) -> Callable[[], bool]:
    """Begin to put the context of a job into that of another; return what ends it, and says whether anything changed.

    Args:
        session: the transaction.
        types: the known types.
        child: the job.
        parent: the job that started it.
    """
    if child is parent or stored_form.UNKNOWN_JOB in (child.said["name"], parent.said["name"]):
        return lambda: False
    is_known = child.held is not None and parent.held is not None
    asked = relations.ask_for_parent_ids(session, [child.id]) if is_known else list

    def finish() -> bool:
        pair = child.id, parent.id
        if pair in asked():
            return False
        if child.is_new:  # nothing is inside of it
            relations.add_parents(session, [pair])
            return True
        return _nest(session, types, *pair)

    return finish


def _nest(session: Session, types: KnownTypes, child: int, parent: int) -> bool:
    locks.take(session, locks.PARENT_CONTEXTS)
    claims = _Claims(session, types)
    if parent in claims.of(child):
        return False
    claims.add(child, parent)
    around = claims.around(child)
    if child not in around or parent not in around:
        relations.add_parents(session, [(child, parent)])
    else:
        claims.set_aside(around)
    return True


class _Claims:
    """Which jobs are said to be parents of which, read generation by generation."""

    def __init__(self, session: Session, types: KnownTypes) -> None:
        self._session, self._types = session, types
        self._linked: _Parents = {}
        self._aside: _Parents = {}
        self._nodes: dict[int, pb.Context] = {}
        self._given: _Parents = {}

    def of(self, child: int) -> set[int]:
        """Return the parents that are said of a job."""
        self._load([child])
        return self._linked[child] | self._aside[child] | self._given.get(child, set())

    def add(self, child: int, parent: int) -> None:
        """Take note of another one."""
        self._given.setdefault(child, set()).add(parent)

    def around(self, start: int) -> set[int]:
        """Return the jobs that are inside of a job and that it is inside of, itself included if there are any."""
        above, generation = set[int](), self.of(start)
        while generation:
            above |= generation
            self._load(sorted(generation))
            generation = set().union(*(self.of(each) for each in generation)) - above
        found: set[int] = {start} & above
        while more := {each for each in above if self.of(each) & found} - found:
            found |= more
        return found

    def set_aside(self, around: set[int]) -> None:
        """Take the jobs of a circle out of each other, and keep what was said."""
        changed = []
        for child in sorted(around):
            inside = self.of(child) & around
            relations.remove_parents(
                self._session, [(child, parent) for parent in sorted(inside & self._linked[child])]
            )
            if not inside <= self._aside[child]:
                external_ids = [self._nodes[each].external_id for each in inside | self._aside[child]]
                kept = json.dumps(sorted(external_ids))
                self._nodes[child].custom_properties[stored_form.CYCLE].string_value = kept
                changed.append(self._nodes[child])
        mask = UpdateOptions(mask=(f"custom_properties.{stored_form.CYCLE}",))
        write_nodes(self._session, self._types, CONTEXT, changed, mask)

    def _load(self, ids: Sequence[int]) -> None:
        unknown = [each for each in ids if each not in self._linked]
        if not unknown:
            return
        self._read(node_rows.nodes_by_ids(self._session, CONTEXT, unknown))
        aside = {each: stored_form.cycle_of(self._nodes[each]) for each in unknown if each in self._nodes}
        others = node_rows.ask_by_external_ids(self._session, CONTEXT, set().union(*aside.values()))()
        self._read(others)
        known = {row.external_id: row.id for row in others}
        for each in unknown:
            self._linked[each] = set()
            self._aside[each] = {known[one] for one in aside.get(each, ()) if one in known}
        for child, parent in relations.parent_ids(self._session, unknown):
            self._linked[child].add(parent)

    def _read(self, rows: Sequence[NodeRow]) -> None:
        nodes = node_messages(self._session, self._types, CONTEXT, rows)
        self._nodes.update({node.id: node for node in nodes if node.type == stored_form.JOB_TYPE})
