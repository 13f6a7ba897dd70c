"""The histories again, all on one real API server, which a watcher of all kinds follows.

The server is one of their own, because their kinds have a status of its own, as those of the operators have, so that it
does not count as a change of the object (`metadata.generation`).
The server has no controllers, so the status that a step sets stays. It tells when objects were created and deleted
itself, and it is older than some fields of pods and jobs.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from lineal.watch import Resource, parse_resources
from tests.watch.kube import Api, custom_kind, running_kube
from tests.watch.playing import HISTORIES, expected, recorded, told_of
from tests.watch.test_workloads import create_kind
from tests.watch.watching import CLUSTER, Watching, watching

PATIENCE = 15.0
NATIVE = ("", "batch")
WITHOUT_STATUS = "argoproj.io"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Follower:
    """A namespace of the server, and the watcher that follows all kinds in it."""

    def __init__(self, api: Api, namespace: str, running: Watching) -> None:
        self._api, self._namespace, self._running = api, namespace, running

    def play(self, history: dict[str, Any], name: str) -> None:
        """Create an object, change it step by step, compare what is recorded, and set a label at the end."""
        [resource] = parse_resources(history["resource"])
        created, made = self._create(resource, history["object"], name)
        stored, step = {}, {}
        for step in history["steps"]:
            if "delete" in step:
                self._api.delete(self._path(resource, name))
            else:
                self._change(resource, name, step["set"])
            wanted = {key: made if created and value == created else value for key, value in told_by_server(step)}
            stored = self._stored(resource, name, wanted)
            assert told_of(stored, wanted) == wanted, f"{history['name']}: {step}"
        if "delete" not in step:
            labels = json.dumps({**json.loads(stored.get("labels") or "{}"), "looked-at": "later"}, sort_keys=True)
            self._change(resource, name, {"metadata": {"labels": {"looked-at": "later"}}})
            assert self._stored(resource, name, {"labels": labels}) == {**stored, "labels": labels}, history["name"]

    def _create(self, resource: Resource, body: dict[str, Any], name: str) -> tuple[str, str]:
        """Create an object; return when it was created in the history, "" for not told, and when it really was."""
        metadata = {**body["metadata"], "name": name}
        told = metadata.pop("creationTimestamp", "")
        kind = {"apiVersion": resource.api_version, "kind": resource.kind}
        made = self._api.create(self._path(resource), {**kind, **body, "metadata": metadata})
        return told, made["metadata"]["creationTimestamp"]

    def _path(self, resource: Resource, name: str = "") -> str:
        folder = f"{resource.api_path}/namespaces/{self._namespace}/{resource.kind.lower()}s"
        return f"{folder}/{name}" if name else folder

    def _change(self, resource: Resource, name: str, change: dict[str, Any]) -> None:
        """Patch an object, and its status where the server takes it."""
        path, changes = self._path(resource, name), dict(change)
        status = {} if resource.group == WITHOUT_STATUS else {"status": changes.pop("status", None)}
        answers = [self._api.patch(path, changes)] if changes else []
        if status.get("status"):
            answers.append(self._api.patch(f"{path}/status", status))
        assert not [answer for answer in answers if answer["kind"] == "Status"], answers

    def _stored(self, resource: Resource, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """What is stored as soon as it holds what is wanted, else what is stored after some seconds."""
        end = time.monotonic() + PATIENCE
        while True:
            execution = self._running.executions(resource.name).get(name)
            stored = recorded(self._running.store, execution) if execution else {}
            if told_of(stored, wanted) == wanted or time.monotonic() > end:
                return stored
            time.sleep(0.02)


def told_by_server(step: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a step says, but for an end that is the time of this test."""
    wanted = expected(step, cluster=CLUSTER)
    guessed = "delete" in step or wanted.get("end_from") == "watcher"
    return [(key, value) for key, value in wanted.items() if not guessed or key not in ("end", "end_from")]


def define(api: Api, resources: list[Resource]) -> None:
    """Define kinds, and wait until they are served."""
    for one in resources:
        definition = custom_kind(one.group, one.kind, version=one.version)
        if one.group != WITHOUT_STATUS:
            definition["spec"]["versions"][0]["subresources"] = {"status": {}}
        api.create(DEFINITIONS, definition)
    for one in resources:
        create_kind(api, one.group, one.kind, version=one.version)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_watcher_records_the_steps_of_all_histories_on_a_server(tmp_path: Path) -> None:
    played = [one for one in HISTORIES if "no_server" not in one]
    names = ",".join(sorted({history["resource"] for history in played}))
    with running_kube(tmp_path) as api:
        define(api, [one for one in parse_resources(names) if one.group not in NATIVE])
        namespace = api.new_namespace()
        with watching(api.kubeconfig, names, namespaces=(namespace,)) as running:
            follower = Follower(api, namespace, running)
            for index, history in enumerate(played):
                follower.play(history, f"h{index}")
            assert [running.problems(reason) for reason in ("fault", "handler_error", "refused")] == [0, 0, 0]
