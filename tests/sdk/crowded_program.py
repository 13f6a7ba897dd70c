"""A program that logs the same artifacts in many threads at once: URL, THREADS; prints the ids that each thread got.

Its threads start when a line comes in, so that several of these programs can start together.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from lineal.sdk import Artifact, DataSet, Execution, Model, Run, Store, Workspace
from lineal.wire import metadata_store as pb


class Sensor(Artifact):
    """A class whose equality the service cannot know."""

    ARTIFACT_TYPE_NAME = "bakery.example/sensor"

    def __init__(self) -> None:
        self.id = None
        self.uri = "gs://sensor"

    def serialization(self) -> pb.Artifact:
        return pb.Artifact(uri=self.uri, properties={"celsius": pb.Value(double_value=1)})

    @staticmethod
    def is_duplicated(a: pb.Artifact, b: pb.Artifact) -> bool:
        return a.uri == b.uri


def log(store: Store, barrier: threading.Barrier) -> list[int]:
    """Log the artifacts in an execution of the thread's own; return their ids, and the workspace's."""
    barrier.wait()
    workspace = Workspace(store, "bakery")
    execution = Execution("train", workspace, Run(workspace, "nightly"))
    artifacts = [DataSet("gs://a", "a"), Model("gs://a", "a", version="1"), Sensor()]
    logged = [execution.log_output(artifact) for artifact in artifacts]
    return [workspace.context_id, *[artifact.id or 0 for artifact in logged]]


def main(url: str, threads: int) -> None:
    """Log in many threads, each through the one store of the program."""
    store, barrier = Store(url=url), threading.Barrier(threads)
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(log, store, barrier) for _ in range(threads)]
        print(json.dumps([future.result() for future in futures]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
