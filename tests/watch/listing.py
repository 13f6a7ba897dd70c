"""An API server of objects that are given, over HTTP: it lists each kind once and tells of no change afterwards.

It takes kinds of which the real API server of the tests knows nothing, without a definition for each of them.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

_KUBE_SYSTEM = {"metadata": {"uid": "cluster"}}


def resource_names(objects: list[dict[str, Any]]) -> str:
    """The kinds of objects as the flag `--resources` takes them."""
    kinds = dict.fromkeys((*_group_and_version(obj), obj["kind"]) for obj in objects)
    return ",".join(f"{kind}.{group}/{version}" if group else f"{kind}/{version}" for group, version, kind in kinds)


@contextmanager
def listing_api(objects: list[dict[str, Any]], folder: Path) -> Iterator[Path]:
    """Serve the objects, and give the path of a kubeconfig."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(_answers(objects))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield _kubeconfig(folder, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def _answers(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {"/api/v1/namespaces/kube-system": _KUBE_SYSTEM}
    lists: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for obj in objects:
        group, version = _group_and_version(obj)
        lists[f"/apis/{group}/{version}" if group else f"/api/{version}", obj["kind"]].append(obj)
    for (root, kind), items in lists.items():
        plural = f"{kind.lower()}s"
        entry = {"kind": kind, "name": plural, "namespaced": True, "verbs": ["list", "watch", "get"]}
        answers.setdefault(root, {"resources": []})["resources"].append(entry)
        answers[f"{root}/{plural}"] = {"metadata": {"resourceVersion": "1000"}, "items": items}
    return answers


def _group_and_version(obj: dict[str, Any]) -> tuple[str, str]:
    group, _, version = obj["apiVersion"].rpartition("/")
    return group, version


def _handler(answers: dict[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers with a list, or with a stream of changes that ends at once."""

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            answer = answers.get(asked.path)
            body = b"" if "watch=1" in asked.query else json.dumps(answer or {"message": "nothing"}).encode()
            self.send_response(200 if answer else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests short."""

    return Handler


def _kubeconfig(folder: Path, url: str) -> Path:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": url}}],
        "users": [{"name": "user", "user": {}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "user"}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path
