"""A program that forks children beside writing threads; each of them writes and reads back, through one store.

Args: the store's URL, how many children, how many writes of each. It prints what went wrong, a line each, or nothing.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from typing import Any

import lineal
from lineal.wire import metadata_store as pb

THREADS = 3
PATIENCE = 30.0
RUN = time.time_ns()


def write_and_read(store: Any, type_id: int, name: str) -> None:
    [artifact_id] = store.put_artifacts([pb.Artifact(type_id=type_id, name=name, uri=f"u/{name}")])
    [found] = store.get_artifacts_by_id([artifact_id])
    assert artifact_id > 0, f"{name} got the id {artifact_id}"
    assert (found.id, found.name) == (artifact_id, name), f"{name} read back {found.name!r}"


def work(store: Any, type_id: int, who: str, times: int) -> None:
    for number in range(times):
        write_and_read(store, type_id, f"{who} {number}")


def warm_up(store: Any) -> None:
    """Call from more threads than go on, so that the store has connections that nobody uses at the moment."""
    meeting = threading.Barrier(3 * THREADS)

    def call() -> None:
        for _ in range(5):
            meeting.wait()
            store.get_artifacts()

    threads = [threading.Thread(target=call) for _ in range(3 * THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(url: str, children: int, times: int) -> list[str]:
    store = lineal.connect(url)
    type_id = store.put_artifact_type(pb.ArtifactType(name="forked"))
    before = len(store.get_artifacts())
    ended = threading.Event()
    faults: list[str] = []
    written = [0] * THREADS

    def go_on(index: int) -> None:
        while not ended.is_set():
            try:
                write_and_read(store, type_id, f"{RUN} thread {index} {written[index]}")
            except BaseException as error:
                faults.append(f"thread {index}: {type(error).__name__}: {error}")
                return
            written[index] += 1

    warm_up(store)
    threads = [threading.Thread(target=go_on, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    context = multiprocessing.get_context("fork")
    forked = [
        context.Process(target=work, args=(store, type_id, f"{RUN} child {index}", times), name=f"child {index}")
        for index in range(children)
    ]
    for child in forked:
        child.start()
    faults += [f"{child.name} {end}" for child in forked if (end := ended_badly(child))]
    ended.set()
    for thread in threads:
        thread.join()
    found, expected = len(store.get_artifacts()) - before, children * times + sum(written)
    return faults if faults or found == expected else [f"{found} artifacts are stored, {expected} were written"]


def ended_badly(child: Any) -> str:
    child.join(PATIENCE)
    if child.is_alive():
        child.kill()
        return "hung"
    return f"ended with {child.exitcode}" if child.exitcode else ""


if __name__ == "__main__":
    print("\n".join(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
