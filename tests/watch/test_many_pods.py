"""5,000 pods and 120 large workflows come and go while the servers and the watcher are killed: all is there, once.

The watcher is under the memory limit of the shipped manifest. It takes many minutes: LINEAL_TEST_PODS asks for fewer.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

import lineal
from lineal.wire import metadata_store as pb
from tests.ports import free_port
from tests.serving import running_server
from tests.watch import large
from tests.watch.kube import KubeServer, pod, running_kube
from tests.watch.limits import Limited, limited, shipped_limit
from tests.watch.watching import by_name, eventually, text

PODS = int(os.environ.get("LINEAL_TEST_PODS", "5000"))
WORKFLOWS = 120
THREADS = 4
PATH = "/api/v1/namespaces/default/pods"


def insist(kube: KubeServer, method: str, path: str, body: object = None) -> None:
    """Repeat a request until the API server has done it, however often it is killed meanwhile."""
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    while True:
        try:
            if kube.call(method, path, body, kind=kind).get("code", 200) in (200, 404, 409):
                return
        except (OSError, http.client.HTTPException):  # the latter for an answer that broke off
            pass
        time.sleep(0.1)


def live(kube: KubeServer, number: int) -> None:
    """The life of one pod: created, changed twice, and every second one deleted."""
    name = f"p{number}"
    insist(kube, "POST", PATH, pod(name, annotations={"pad": "x" * 2000}))
    insist(kube, "PATCH", f"{PATH}/{name}", {"metadata": {"labels": {"last": "no"}}})
    insist(kube, "PATCH", f"{PATH}/{name}", {"metadata": {"labels": {"last": f"yes{number}"}}})
    if number % 2:
        insist(kube, "DELETE", f"{PATH}/{name}?gracePeriodSeconds=0")


def live_large(kube: KubeServer, number: int) -> None:
    """The life of one workflow: created, changed, and every second one deleted."""
    name = f"w{number}"
    insist(kube, "POST", large.PATH, large.workflow(name))
    insist(kube, "PATCH", f"{large.PATH}/{name}", {"metadata": {"labels": {"last": f"yes{number}"}}})
    if number % 2:
        insist(kube, "DELETE", f"{large.PATH}/{name}")


def live_all(kube: KubeServer, number: int) -> None:
    """The life of one pod, and now and then of a workflow beside it."""
    live(kube, number)
    every = max(1, PODS // WORKFLOWS)
    if number % every == 0 and number // every < WORKFLOWS:
        live_large(kube, number // every)


class Disturber:
    """Kills the API server, the metadata server and the watcher in turn, and starts them again."""

    def __init__(self, kube: KubeServer, folder: Path, limit: Limited) -> None:
        self.kube, self.folder, self.limit = kube, folder, limit
        self.grpc_port, self.http_port = free_port(), free_port()
        self.servers = ExitStack()
        self.largest_mib = 0.0
        self.kills = {"api": 0, "server": 0, "watcher": 0}
        self.start_server()
        self.watcher = self.start_watcher()

    def start_server(self) -> None:
        url = f"sqlite:///{self.folder}/store.db"
        self.server = self.servers.enter_context(running_server(url, "--grpc-port", str(self.grpc_port)))

    def start_watcher(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "lineal", "watch", "--resources", f"Pod/v1,{large.KIND}"]
        to = ["--cluster", "c", "--to", f"grpc://127.0.0.1:{self.grpc_port}", "--kubeconfig", str(self.kube.kubeconfig)]
        with (self.folder / "watcher.log").open("ab") as log:
            words = [*command, *to, "--http-port", str(self.http_port)]
            return subprocess.Popen(self.limit.command(words), stderr=log)

    def disturb(self, finished: threading.Event) -> None:
        chance = random.Random(7)
        turns = [self.kill_server, self.kill_api, self.kill_server, self.kill_api, self.kill_watcher]
        while not finished.wait(chance.uniform(2, 6)):
            turns[sum(self.kills.values()) % len(turns)]()

    def is_recording(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=5) as answer:
                return bool(answer.read() == b"recording\n")
        except OSError:
            return False

    def kill_api(self) -> None:
        self.kube.kill()
        time.sleep(1)
        self.kube.start_api()
        self.kills["api"] += 1

    def kill_server(self) -> None:
        self.server.process.kill()
        self.server.process.wait()
        time.sleep(2)
        self.start_server()
        self.kills["server"] += 1

    def kill_watcher(self) -> None:
        self.watcher.kill()
        self.watcher.wait()
        self.watcher = self.start_watcher()
        self.kills["watcher"] += 1

    def measure(self, finished: threading.Event) -> None:
        while not finished.wait(0.2):
            self.largest_mib = max(self.largest_mib, resident_mib(self.watcher.pid))

    def stored(self, kind: str, count: int) -> tuple[dict[str, pb.Artifact], dict[str, pb.Execution]]:
        """The objects of a kind in the store, as soon as all are there with their last state."""
        with lineal.connect(f"grpc://127.0.0.1:{self.grpc_port}") as store:
            eventually(lambda: caught_up(store, kind, count), timeout=600, every=3)
            artifacts = by_name(store.get_artifacts_by_type(f"kubeflow.org/{kind}"))
            return artifacts, by_name(store.get_executions_by_type(f"kubeflow.org/{kind}"))

    def close(self) -> None:
        if self.watcher.poll() is None:
            self.watcher.kill()
        self.watcher.wait()
        self.servers.close()


def resident_mib(pid: int) -> float:
    """The resident memory of a process, 0 for one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines.get("VmRSS", "0 kB").split()[0]) / 1024


@contextmanager
def disturbed(disturber: Disturber) -> Iterator[None]:
    finished = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(work, finished) for work in (disturber.disturb, disturber.measure)]
        try:
            yield
        finally:
            finished.set()
        for one in running:
            one.result()


def caught_up(store: lineal.MetadataStore, kind: str, count: int) -> bool:
    """Whether every object is there with its last state: looked at only now and then, it is a long list."""
    try:
        stored = store.get_executions_by_type(f"kubeflow.org/{kind}")
    except lineal.errors.StatusError:
        return False
    done = sum("yes" in text(one, "labels") for one in stored)
    ended = sum(one.last_known_state == pb.Execution.CANCELED for one in stored)
    return (len(stored), done, ended) == (count, count, count // 2)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_pod_is_there_once_with_its_last_state_after_all_was_killed(tmp_path: Path) -> None:
    with limited(shipped_limit()) as limit, running_kube(tmp_path) as kube:
        large.define(kube)
        disturber = Disturber(kube, tmp_path, limit)
        with closing(disturber):
            eventually(disturber.is_recording, timeout=60)
            with disturbed(disturber), ThreadPoolExecutor(THREADS) as threads:
                list(threads.map(lambda number: live_all(kube, number), range(PODS)))
            for prefix, kind, count in (("p", "Pod/v1", PODS), ("w", large.KIND, min(WORKFLOWS, PODS))):
                check(prefix, count, *disturber.stored(kind, count))
            memory = max(disturber.largest_mib, resident_mib(disturber.watcher.pid))
            disturber.watcher.send_signal(signal.SIGTERM)
            assert disturber.watcher.wait(30) == 0
        print(f"kills: {disturber.kills}, largest watcher: {memory:.0f} MiB, {limit.says()}")
        assert limit.kills() == 0

    assert min(disturber.kills.values()) >= 1, disturber.kills
    assert memory < shipped_limit() >> 20


def check(prefix: str, count: int, artifacts: dict[str, pb.Artifact], executions: dict[str, pb.Execution]) -> None:
    """Each object is there once, with its last state."""
    assert len(artifacts) == len(executions) == count
    for number in range(count):
        artifact, execution = artifacts[f"{prefix}{number}"], executions[f"{prefix}{number}"]
        assert artifact.state == (pb.Artifact.DELETED if number % 2 else pb.Artifact.LIVE)
        assert (execution.last_known_state == pb.Execution.CANCELED) == bool(number % 2)
        assert f"yes{number}" in text(artifact, "labels")
