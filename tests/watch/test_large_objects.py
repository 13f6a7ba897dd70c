"""A namespace of large workflows, recorded by the real command under the memory limit of the shipped manifest."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import lineal
from lineal.wire import metadata_store as pb
from tests.services import REPOSITORY
from tests.serving import running_server
from tests.watch.kube import KubeServer, custom_kind, free_ports, running_kube
from tests.watch.watching import by_name, eventually, text

KIND = "Workflow.argoproj.io/v1alpha1"
TYPE = f"kubeflow.org/{KIND}"
PATH = "/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
WORKFLOWS = 120
NODES = 600
CGROUPS = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
"""Where a group with a limit of memory can be made: version 1, version 2."""


def shipped_limit() -> int:
    """The limit of memory in the manifest of the watcher, in bytes."""
    manifest = yaml.safe_load((REPOSITORY / "deploy/base/watcher/deployment.yaml").read_text())
    limit = manifest["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
    assert limit.endswith("Mi")
    return int(limit.removesuffix("Mi")) << 20


@dataclass
class Limited:
    """A command with a limit of memory: that of a control group, or else only looked at.

    Attributes:
        group: the control group's folder, None where none can be made.
    """

    group: Path | None = None

    def command(self, words: list[str]) -> list[str]:
        if self.group is None:
            return words
        return ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', str(self.group), *words]

    def says(self) -> str:
        return "under a control group's limit" if self.group else "without a control group: the peak was looked at"


@contextmanager
def limited(limit: int) -> Iterator[Limited]:
    """Make a control group that kills what takes more; whoever may not gets none."""
    for parent, file in zip(CGROUPS, ("memory.limit_in_bytes", "memory.max"), strict=True):
        group = parent / f"lineal-test-{uuid.uuid4().hex[:8]}"
        try:
            group.mkdir()
            (group / file).write_text(str(limit))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        try:
            yield Limited(group)
        finally:
            eventually(lambda made=group: _removed(made))
        return
    yield Limited()


def _removed(group: Path) -> bool:
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()


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
        port = free_ports(1)[0]
        command = [sys.executable, "-m", "lineal", "watch", "--resources", KIND, "--cluster", "c", *flags]
        to = ["--to", f"grpc://{self.server}", "--kubeconfig", str(self.kube.kubeconfig), "--http-port", str(port)]
        with (self.folder / "watcher.log").open("ab") as log:
            process = subprocess.Popen(self.limit.command([*command, *to]), stderr=log)
        try:
            eventually(lambda: self.is_ready(port, process), timeout=120, every=0.2)
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


def peak_of(pid: int) -> int:
    """The most memory that a process had in use, in bytes."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) << 10


def workflow(name: str, *, nodes: int = NODES) -> dict[str, Any]:
    """A workflow with as many steps behind it as make about a kilobyte each."""
    status = {"phase": "Running", "nodes": {f"{name}-{number}": step(name, number) for number in range(nodes)}}
    metadata = {"name": name, "labels": {"turn": "first"}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "status": status}


def step(name: str, number: int) -> dict[str, Any]:
    parameters = [{"name": f"parameter-{index}", "value": f"{index * 0.1:.3f}"} for index in range(8)]
    return {
        "id": f"{name}-{number}",
        "displayName": f"step-{number}",
        "type": "Pod",
        "phase": "Succeeded",
        "startedAt": "2026-01-02T03:04:05Z",
        "finishedAt": "2026-01-02T03:05:05Z",
        "message": "the text of a step " * 15,
        "inputs": {"parameters": parameters},
        "resourcesDuration": {"cpu": number, "memory": number * 2},
    }


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        limit = stack.enter_context(limited(shipped_limit()))
        kube = stack.enter_context(running_kube(tmp_path))
        kube.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition())
        url = f"sqlite:///{tmp_path}/store.db"
        server = stack.enter_context(running_server(url, "--max-message-mib", "100"))
        yield Place(kube, server.address, tmp_path, limit)


def definition() -> dict[str, Any]:
    """The kind with a status that is one value for the API server, as Argo defines it, which notes no fields of it."""
    made = custom_kind("argoproj.io", "Workflow", version="v1alpha1")
    whole = {"type": "object", "x-kubernetes-map-type": "atomic", "x-kubernetes-preserve-unknown-fields": True}
    schema = made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"] = {"spec": whole, "status": whole}
    return made


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_120_large_workflows_are_recorded_under_the_shipped_limit_of_memory(place: Place) -> None:
    eventually(lambda: place.kube.call("POST", PATH, workflow("w0")).get("metadata", {}).get("uid"))
    for number in range(1, WORKFLOWS):
        place.kube.create(PATH, workflow(f"w{number}"))
    with lineal.connect(f"grpc://{place.server}") as store:
        with place.watcher():
            eventually(lambda: len(recorded(store)) == WORKFLOWS, timeout=120, every=1)
        for number in range(20):
            place.kube.patch(f"{PATH}/w{number}", {"metadata": {"labels": {"turn": "second"}}})
            place.kube.delete(f"{PATH}/w{number + 20}")
        place.kube.compact()
        with place.watcher():
            eventually(lambda: deleted(store) == 20, timeout=120, every=1)
            eventually(lambda: second(store) == 20, timeout=120, every=1)
        assert len(recorded(store)) == WORKFLOWS


def recorded(store: lineal.MetadataStore) -> dict[str, pb.Execution]:
    """The executions, which unlike the artifacts are small."""
    return by_name(store.get_executions_by_type(TYPE))


def deleted(store: lineal.MetadataStore) -> int:
    return sum(one.last_known_state == pb.Execution.CANCELED for one in recorded(store).values())


def second(store: lineal.MetadataStore) -> int:
    return sum("second" in text(one, "labels") for one in recorded(store).values())
