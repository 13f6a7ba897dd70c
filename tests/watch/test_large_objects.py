"""Large workflows, recorded by the real command with the kinds and under the memory limit of the shipped manifests."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import lineal
from lineal.wire import metadata_store as pb
from tests.ports import free_port
from tests.serving import running_server
from tests.watch.kube import KubeServer, running_kube
from tests.watch.large import KIND, PATH, SHIPPED, define_all, workflow
from tests.watch.limits import Limited, limited, peak_of, shipped_limit
from tests.watch.watching import by_name, eventually, text

TYPE = f"kubeflow.org/{KIND}"
WORKFLOWS = 120
PODS = 30


@dataclass
class Place:
    """What a watcher of these tests needs: a cluster, a server, and where its log goes."""

    kube: KubeServer
    server: str
    folder: Path
    limit: Limited

    @contextmanager
    def watcher(self, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run the command until the block ends, when it has listed everything; the peak of its memory is printed."""
        port = free_port()
        command = [sys.executable, "-m", "lineal", "watch", "--resources", str(SHIPPED), "--cluster", "c", *flags]
        to = ["--to", f"grpc://{self.server}", "--kubeconfig", str(self.kube.kubeconfig), "--http-port", str(port)]
        with (self.folder / "watcher.log").open("ab") as log:
            process = subprocess.Popen(self.limit.command([*command, *to]), stderr=log)
        try:
            eventually(lambda: self.is_ready(port, process), timeout=300, every=0.2)
            yield process
            peak = peak_of(process.pid)
            print(f"the watcher took {peak >> 20} MiB of {shipped_limit() >> 20} MiB at most, {self.limit.says()}")
            assert peak < shipped_limit()
        finally:
            process.terminate()
            assert process.wait(30) == 0, (self.folder / "watcher.log").read_text()[-2000:]

    def is_ready(self, port: int, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, f"the watcher ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.read() == b"recording\n")
        except OSError:
            return False


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        limit = stack.enter_context(limited(shipped_limit()))
        kube = stack.enter_context(running_kube(tmp_path))
        define_all(kube)
        url = f"sqlite:///{tmp_path}/store.db"
        server = stack.enter_context(running_server(url, "--max-message-mib", "100"))
        yield Place(kube, server.address, tmp_path, limit)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_120_large_workflows_are_recorded_under_the_shipped_limit_of_memory(place: Place) -> None:
    for number in range(WORKFLOWS):
        place.kube.create(PATH, workflow(f"w{number}", pods=PODS))
    with lineal.connect(f"grpc://{place.server}") as store:
        with place.watcher():
            eventually(lambda: len(recorded(store)) == WORKFLOWS, timeout=300, every=1)
        for number in range(20):
            place.kube.patch(f"{PATH}/w{number}", {"metadata": {"labels": {"turn": "second"}}})
            place.kube.delete(f"{PATH}/w{number + 20}")
        place.kube.compact()
        with place.watcher():
            eventually(lambda: deleted(store) == 20, timeout=300, every=1)
            eventually(lambda: second(store) == 20, timeout=300, every=1)
        assert len(recorded(store)) == WORKFLOWS
        assert len(store.get_executions_by_type("kubeflow.org/Pod/v1")) == WORKFLOWS * PODS


def recorded(store: lineal.MetadataStore) -> dict[str, pb.Execution]:
    """The executions, which unlike the artifacts are small."""
    return by_name(store.get_executions_by_type(TYPE))


def deleted(store: lineal.MetadataStore) -> int:
    return sum(one.last_known_state == pb.Execution.CANCELED for one in recorded(store).values())


def second(store: lineal.MetadataStore) -> int:
    return sum("second" in text(one, "labels") for one in recorded(store).values())
