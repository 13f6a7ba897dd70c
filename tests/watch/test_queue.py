"""The queue: bounded, in order, each object once, and a resource version only when all before it is written."""

from __future__ import annotations

import threading
import tracemalloc
import uuid

import pytest

from lineal.watch.queue import OVERHEAD, Change, ChangeQueue, QueueClosedError, Source, Verb
from lineal.watch.resources import Resource, Served

PODS = Source(Served(Resource("", "v1", "Pod"), "pods", namespaced=True))


def change(uid: str, version: str, verb: Verb = Verb.UPDATED, *, size: int = 1) -> Change:
    return Change(PODS, verb, uid, b"x" * size, version)


def taken(queue: ChangeQueue) -> Change:
    found = queue.take(0)
    assert found is not None
    return found


@pytest.fixture
def queue() -> ChangeQueue:
    return ChangeQueue(objects=2, size=10 + 2 * OVERHEAD)


def test_objects_leave_in_the_order_in_which_they_came(queue: ChangeQueue) -> None:
    for uid in ("a", "b"):
        queue.put(change(uid, "1"))

    assert [taken(queue).uid, taken(queue).uid] == ["a", "b"]
    assert queue.take(0) is None


def test_an_object_waits_once_with_its_last_state(queue: ChangeQueue) -> None:
    queue.put(change("a", "1", Verb.ADDED, size=1))
    queue.put(change("a", "2", Verb.UPDATED, size=2))

    found = taken(queue)

    assert (found.verb, len(found.body)) == (Verb.ADDED, 2)
    assert queue.depth() == (0, 0)


def test_a_version_is_reached_only_when_all_before_it_is_written(queue: ChangeQueue) -> None:
    for uid, version in (("a", "1"), ("b", "2"), ("a", "3")):
        queue.put(change(uid, version))

    assert [queue.done(taken(queue)), queue.done(taken(queue))] == ["1", "3"]


def test_objects_of_a_list_reach_nothing_before_its_mark(queue: ChangeQueue) -> None:
    queue.put(change("a", ""))
    queue.put(Change(PODS, Verb.MARK, version="9"))

    assert [queue.done(taken(queue)), queue.done(taken(queue))] == ["", "9"]


@pytest.mark.parametrize(("uid", "size"), [("c", 1), ("b", 9)])
def test_whoever_puts_waits_while_the_queue_is_full(queue: ChangeQueue, uid: str, size: int) -> None:
    for first in ("a", "b"):
        queue.put(change(first, "1", size=2))
    waiting = threading.Thread(target=queue.put, args=(change(uid, "2", size=size),))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()

    taken(queue)
    waiting.join(5)
    assert not waiting.is_alive()


def test_a_change_that_is_larger_than_the_queue_passes_alone(queue: ChangeQueue) -> None:
    queue.put(change("a", "1", size=100))

    assert len(taken(queue).body) == 100


def test_closing_wakes_all_that_wait(queue: ChangeQueue) -> None:
    queue.close()

    with pytest.raises(QueueClosedError):
        queue.put(change("a", "1"))
    with pytest.raises(QueueClosedError):
        queue.take(10)


def test_the_queue_counts_what_its_changes_take() -> None:
    queue = ChangeQueue(objects=10_000, size=1 << 30)
    tracemalloc.start()
    try:
        for number in range(5000):
            queue.put(change(str(uuid.uuid4()), str(10**8 + number), size=number % 3 * 1000))
        taken_memory, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert queue.depth()[1] * 0.9 < taken_memory < queue.depth()[1]
