"""A real Kubernetes API server for tests, with etcd behind it, on free ports of the loopback.

There is no kubelet and no controller: a pod stays Pending until its status is patched. The server that
LINEAL_TEST_KUBECONFIG names is used where a test needs no more than its API. Nothing here knows the watcher.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests import services
from tests.ports import free_port

APISERVER_VARIABLE = "LINEAL_TEST_KUBE_APISERVER"
KUBECONFIG_VARIABLE = "LINEAL_TEST_KUBECONFIG"
START_TIMEOUT = 60
ADMIN, LIMITED = "admin-token", "limited-token"


class Api:
    """Requests to an API server, as its administrator; the answer is an object, also that of a refused request."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        document = yaml.safe_load(kubeconfig.read_text())
        self.url: str = document["clusters"][0]["cluster"]["server"]
        self._token: str = document["users"][0]["user"]["token"]
        self._context = ssl._create_unverified_context()

    def call(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, context=self._context, timeout=20) as response:
                answer: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            answer = json.loads(text) if text.startswith(b"{") else {"kind": "Status", "code": error.code}
        return answer

    def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create an object; a refusal fails the test."""
        made = self.call("POST", path, body)
        assert made.get("kind") != "Status", made
        return made

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.call("PATCH", path, body, kind="application/merge-patch+json")

    def delete(self, path: str) -> None:
        self.call("DELETE", f"{path}?gracePeriodSeconds=0")

    def new_namespace(self) -> str:
        name = f"n{uuid.uuid4().hex[:10]}"
        self.create("/api/v1/namespaces", {"metadata": {"name": name}})
        return name


class KubeServer(Api):
    """An API server of our own, which can be killed, started again and made to forget its history."""

    def __init__(self, folder: Path, *, watch_cache: bool = False) -> None:
        self._folder, self._watch_cache = folder, watch_cache
        self._etcd = str(services.require_program("etcd", package="etcd-server"))
        self._etcdctl = str(services.require_program("etcdctl", package="etcd-client"))
        self._openssl = str(services.require_program("openssl", package="openssl"))
        self._program = require_apiserver()
        self._port, self._etcd_port, peer = (free_port() for _ in range(3))
        self._endpoint, self._peer = f"http://127.0.0.1:{self._etcd_port}", f"http://127.0.0.1:{peer}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._write_files()
        super().__init__(folder / "kubeconfig")
        self.limited = self._write_kubeconfig("limited", LIMITED)

    def start(self) -> None:
        self.start_etcd()
        self.start_api()

    def start_etcd(self) -> None:
        where = ["--listen-client-urls", self._endpoint, "--advertise-client-urls", self._endpoint]
        peers = ["--listen-peer-urls", self._peer, "--initial-advertise-peer-urls", self._peer]
        cluster = ["--initial-cluster", f"default={self._peer}", "--unsafe-no-fsync"]
        self._spawn("etcd", [self._etcd, "--data-dir", str(self._folder / "etcd"), *where, *peers, *cluster])

    def start_api(self) -> None:
        self._spawn("api", [self._program, *self._api_flags()])
        end = time.monotonic() + START_TIMEOUT
        while not self._is_ready():
            if time.monotonic() > end or self._processes["api"].poll() is not None:
                raise AssertionError((self._folder / "api.log").read_text()[-2000:])
            time.sleep(0.1)

    def kill(self, name: str = "api") -> None:
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)

    def compact(self) -> None:
        """Forget the history, so that an old resource version gets 410 Gone (without the watch cache)."""
        status = self._ctl("endpoint", "status", "-w", "json")
        revision = json.loads(status)[0]["Status"]["header"]["revision"]
        self._ctl("compaction", str(revision), "--physical")

    def _ctl(self, *words: str) -> bytes:
        command = [self._etcdctl, "--endpoints", self._endpoint, *words]
        return subprocess.run(command, env={"ETCDCTL_API": "3"}, check=True, capture_output=True).stdout

    def _api_flags(self) -> list[str]:
        key, public = self._folder / "sa.key", self._folder / "sa.pub"
        return [
            *(f"--etcd-servers={self._endpoint}", "--bind-address=127.0.0.1", f"--secure-port={self._port}"),
            *(f"--cert-dir={self._folder}", "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC"),
            *("--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={public}"),
            *(f"--service-account-signing-key-file={key}", f"--token-auth-file={self._folder / 'tokens.csv'}"),
            *("--disable-admission-plugins=ServiceAccount", "--allow-privileged=true", "--profiling=false"),
            *("--endpoint-reconciler-type=none", f"--watch-cache={str(self._watch_cache).lower()}"),
        ]

    def _spawn(self, name: str, command: list[str]) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _is_ready(self) -> bool:
        try:
            request = urllib.request.Request(f"{self.url}/readyz", headers={"Authorization": f"Bearer {ADMIN}"})
            with urllib.request.urlopen(request, context=self._context, timeout=2):
                return True
        except OSError:
            return False

    def _write_files(self) -> None:
        key, public = self._folder / "sa.key", self._folder / "sa.pub"
        subprocess.run([self._openssl, "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        subprocess.run([self._openssl, "rsa", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
        tokens = f"{ADMIN},admin,admin,system:masters\n{LIMITED},limited,limited,limited\n"
        (self._folder / "tokens.csv").write_text(tokens)
        self._write_kubeconfig("kubeconfig", ADMIN)

    def _write_kubeconfig(self, name: str, token: str) -> Path:
        cluster = {"server": f"https://127.0.0.1:{self._port}", "insecure-skip-tls-verify": True}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "user", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user"}}],
        }
        path = self._folder / name
        path.write_text(yaml.safe_dump(document))
        return path


def require_apiserver() -> str:
    """Return the path of the program kube-apiserver, or skip: no Debian package has it."""
    named = os.environ.get(APISERVER_VARIABLE)
    found = named if named and Path(named).is_file() else shutil.which("kube-apiserver")
    if found is None:
        services.missing(
            "the program kube-apiserver",
            install=f"put the one of a Kubernetes release on PATH, or name it in {APISERVER_VARIABLE}",
        )
    return found


@contextmanager
def running_kube(folder: Path, *, watch_cache: bool = False) -> Iterator[KubeServer]:
    server = KubeServer(folder, watch_cache=watch_cache)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def pod(name: str, **metadata: Any) -> dict[str, Any]:
    """A pod of one container."""
    container = {"name": "main", "image": "trainer:1", "command": ["python", "train.py"], "args": ["--epochs", "3"]}
    return {"metadata": {"name": name, **metadata}, "spec": {"containers": [container]}}


def custom_kind(group: str, kind: str, *, version: str = "v1", scope: str = "Namespaced") -> dict[str, Any]:
    """The definition of a custom kind whose objects hold anything."""
    plural = f"{kind.lower()}s"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [{"name": version, "served": True, "storage": True, "schema": schema}]
    return {
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},  # groups below k8s.io need it
        },
        "spec": {"group": group, "scope": scope, "versions": versions, "names": {"kind": kind, "plural": plural}},
    }
