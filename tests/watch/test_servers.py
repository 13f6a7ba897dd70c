"""The servers that a watcher writes to: one that asks who calls or limits callers, and one around the official core."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lineal
from lineal import errors
from lineal.cli import main
from lineal.client import token
from lineal.security import AccessSettings
from lineal.service.access import Role
from lineal.watch.writing.store import is_passing, is_too_large, open_store
from lineal.wire import metadata_store as pb
from tests.access.serving import serving
from tests.services import REPOSITORY
from tests.watch.kube import Api, KubeServer, pod
from tests.watch.watching import eventually, watching

ASKING = AccessSettings(auth=("token",))


@contextmanager
def official_server(python: Path, url: str) -> Iterator[str]:
    """Serve a database with the official core, and give the URL of the server."""
    command = [str(python), str(REPOSITORY / "bench" / "official_server.py"), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"grpc://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@pytest.mark.slow  # a token ends, and the watcher asks again later
def test_a_token_is_sent_and_its_end_loses_nothing_once_the_file_holds_a_new_one(
    api: Api, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token, "_KEEP_SECONDS", 0.1)
    file, path = tmp_path / "token", f"/api/v1/namespaces/{namespace}/pods"
    with serving(access=ASKING) as served:
        file.write_text(served.token(Role.WRITER))
        with (
            open_store(f"grpc://{served.grpc}?token_file={file}") as store,
            watching(api.kubeconfig, store=store, namespaces=(namespace,)) as running,
        ):
            file.write_text("")
            eventually(lambda: not answers(store))
            api.create(path, pod("one"))
            eventually(lambda: running.problems("store_away") == 1)
            file.write_text("lineal_wrong")
            time.sleep(1)
            file.write_text(served.token(Role.WRITER))
            eventually(lambda: answers(store))
            assert running.artifact("one").state == pb.Artifact.LIVE
            assert running.problems("refused") == running.problems("fault") == 0


def answers(store: lineal.MetadataStore) -> bool:
    try:
        store.get_artifact_types()
    except (errors.FailedPreconditionError, errors.UnauthenticatedError):
        return False
    return True


def test_without_a_token_the_command_ends_with_one_line(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINEAL_TOKEN", raising=False)
    with serving(access=ASKING) as served:
        where = ["--to", f"grpc://{served.grpc}", "--kubeconfig", str(api.kubeconfig), "--http-port", "0"]
        assert main(["watch", "--resources", "Pod/v1", *where]) == 1

    assert "this server needs a login; send a token" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("limit", "large"),
    [("max_receive_message_length", True), ("--max-message-mib", True), ("--max-rate", False), ("", False)],
)
def test_what_a_server_runs_out_of_passes_but_a_message_stays_too_large(limit: str, large: bool) -> None:
    error = errors.ResourceExhaustedError("larger than it may be", errors.Details(limit=limit))

    assert (is_too_large(error), is_passing(error)) == (large, not large)


def test_a_server_around_the_official_core_holds_every_object_once_also_after_a_list(
    kube: KubeServer, official_python: Path, tmp_path: Path
) -> None:
    namespace = kube.new_namespace()
    path = f"/api/v1/namespaces/{namespace}/pods"
    links = {"lineal.dev/inputs": json.dumps([{"uri": "s3://data/mnist", "name": "mnist"}])}
    with official_server(official_python, f"sqlite:///{tmp_path}/s.db") as url, open_store(url) as store:
        with watching(kube.kubeconfig, store=store, namespaces=(namespace,)) as running:
            for name in ("stays", "goes"):
                kube.create(path, pod(name, annotations=links))
                running.execution(name)
        kube.delete(f"{path}/goes")
        kube.create(path, pod("comes"))
        kube.compact()
        with watching(kube.kubeconfig, store=store, namespaces=(namespace,)) as running:
            eventually(lambda: running.artifact("goes").state == pb.Artifact.DELETED)
            stored = {name: one.last_known_state for name, one in eventually(running.executions).items()}
            assert running.metrics.value("gone_total", kind=f"Pod/v1@{namespace}") == 1
        events = store.get_events_by_execution_ids([one.id for one in running.executions().values()])

    assert set(stored) == {"stays", "goes", "comes"}
    assert stored["goes"] == pb.Execution.CANCELED
    assert [event.type for event in events] == [pb.Event.INPUT] * 2
