"""An API server that answers as that of Kubeflow Pipelines 3 does, from the rows of a database.

Its addresses, fields, pages and names of states are those of backend/api/v2beta1, or of v2, which differs by the name
alone. It refuses what the real one refuses: a list without a namespace if it is for many users, and a list of links
that names nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lineal.kfp_sources import forms
from tests.kfp.importing.kfp_database import KfpDatabase

Fields = dict[str, Any]
LARGEST_PAGE = 3


class Refusal(Exception):  # noqa: N818 an answer
    """An answer with a status other than 200."""


class KfpApi:
    """What a server answers.

    Attributes:
        asked: the addresses that were asked for.
        token: the token that it wants, "" for none.
        is_shared: whether it is for many users, and lists the things of one namespace alone.
        is_old: whether it is of version 2.
        version: the version of the API that it has.
    """

    def __init__(self, database: KfpDatabase) -> None:
        self._database = database
        self.asked: list[str] = []
        self.token, self.is_shared, self.is_old = "", False, False
        self.version = "v2beta1"

    def answer(self, address: str, authorization: str) -> Fields:
        """Return the answer to a GET."""
        parts = urlsplit(address)
        self.asked.append(parts.path)
        if self.token and authorization != f"Bearer {self.token}":
            raise Refusal(401)
        query = parse_qs(parts.query)
        start = f"/apis/{self.version}/"
        words = parts.path.removeprefix(start).split("/")
        is_new = words[0] == "artifact_tasks" or words[-1] == "tasks"
        if not parts.path.startswith(start) or (self.is_old and is_new):
            raise Refusal(404)
        return self._found(words, query)

    def _found(self, words: list[str], query: dict[str, list[str]]) -> Fields:
        match words:
            case ["runs"]:
                return self._page("runs", [_run(row) for row in self._rows("run_details", query)], query)
            case ["runs", run_id, "tasks"]:
                return self._page("tasks", self._tasks(run_id), query)
            case ["artifacts"]:
                return self._page("artifacts", [_artifact(row) for row in self._rows("artifacts", query)], query)
            case ["artifacts", artifact_id]:
                return _artifact(self._row("artifacts", artifact_id))
            case ["artifact_tasks"]:
                return self._links(query)
            case ["experiments", experiment_id]:
                row = self._row("experiments", experiment_id)
                return {"experiment_id": row["UUID"], "display_name": row["Name"], "namespace": row["Namespace"]}
            case ["pipelines", pipeline_id, "versions", version_id]:
                row = self._row("pipeline_versions", version_id)
                return {"pipeline_id": pipeline_id, "pipeline_spec": json.loads(row["PipelineSpec"])}
            case ["pipelines", pipeline_id]:
                row = self._row("pipelines", pipeline_id)
                return {"pipeline_id": pipeline_id, "name": row["Name"], "display_name": row["DisplayName"]}
            case ["recurringruns"]:
                return {"total_size": len(self._database.rows("jobs"))}
            case ["pipelines"]:
                return {"total_size": len(self._database.rows("pipelines"))}
        raise Refusal(404)

    def _rows(self, table: str, query: dict[str, list[str]]) -> list[Fields]:
        namespace = query.get("namespace", [""])[0]
        if self.is_shared and not namespace:
            raise Refusal(400)
        rows = [row for row in self._database.rows(table) if not namespace or row["Namespace"] == namespace]
        return sorted(rows, key=lambda row: (row["CreatedAtInSec"], row["UUID"]))

    def _row(self, table: str, key: str) -> Fields:
        for row in self._database.rows(table):
            if row["UUID"] == key:
                return row
        raise Refusal(404)

    def _tasks(self, run_id: str) -> list[Fields]:
        artifacts = {row["UUID"]: row for row in self._database.rows("artifacts")}
        links = [row for row in self._database.rows("artifact_tasks") if row["RunUUID"] == run_id]
        return [
            _task(row, [link for link in links if link["TaskID"] == row["UUID"]], artifacts)
            for row in self._database.rows("tasks")
            if row["RunUUID"] == run_id
        ]

    def _links(self, query: dict[str, list[str]]) -> Fields:
        if not query.keys() & {"run_ids", "task_ids", "artifact_ids"}:
            raise Refusal(400)
        column, wanted = ("RunUUID", query["run_ids"]) if "run_ids" in query else ("ArtifactID", query["artifact_ids"])
        rows = [row for row in self._database.rows("artifact_tasks") if row[column] in wanted]
        return self._page("artifact_tasks", [_link(row) for row in rows], query)

    @staticmethod
    def _page(name: str, found: list[Fields], query: dict[str, list[str]]) -> Fields:
        start = int(query.get("page_token", ["0"])[0])
        size = min(int(query.get("page_size", ["20"])[0]), LARGEST_PAGE)
        more = {"next_page_token": str(start + size)} if start + size < len(found) else {}
        piece = found[start : start + size]
        return {**({name: piece} if piece else {}), "total_size": len(found), **more}


def _without_nothing(fields: Fields) -> Fields:
    """Leave out what protobuf leaves out of JSON."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, 0)}


def _time(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds or 0, timezone.utc).isoformat().replace("+00:00", "Z")


def _run(row: Fields) -> Fields:
    source: Fields = {}
    if row["PipelineVersionId"]:
        source["pipeline_version_reference"] = {
            "pipeline_id": row["PipelineId"],
            "pipeline_version_id": row["PipelineVersionId"],
        }
    else:
        source["pipeline_spec"] = {"pipelineInfo": {"name": forms.pipeline_name(row["PipelineSpecManifest"])}}
    config = {"parameters": json.loads(row["RuntimeParameters"] or "{}"), "pipeline_root": row["PipelineRoot"]}
    return _without_nothing(
        {
            **{"run_id": row["UUID"], "display_name": row["DisplayName"], "description": row["Description"]},
            **{"experiment_id": row["ExperimentUUID"], "state": row["State"], "storage_state": row["StorageState"]},
            **{"service_account": row["ServiceAccount"], "recurring_run_id": row["JobUUID"], "runtime_config": config},
            **{"created_at": _time(row["CreatedAtInSec"]), "scheduled_at": _time(row["ScheduledAtInSec"])},
            **{"finished_at": _time(row["FinishedAtInSec"]), **source},
        }
    )


def _snake(fields: Any) -> Any:
    """Return fields as the API spells them; those of the database are spelled as protobuf does in JSON."""
    if isinstance(fields, list):
        return [_snake(each) for each in fields]
    names = {"parameterKey": "parameter_key", "iterationIndex": "iteration_index", "iterationCount": "iteration_count"}
    return {names.get(name, name): value for name, value in (fields or {}).items()}


def _task(row: Fields, links: list[Fields], artifacts: dict[str, Fields]) -> Fields:
    sides: dict[str, Fields] = {}
    for side, parameters in (("inputs", "InputParameters"), ("outputs", "OutputParameters")):
        held = [
            {"artifacts": [_artifact(artifacts[each["ArtifactID"]])], "artifact_key": each["ArtifactKey"]}
            for each in links
            if (each["Type"] > 7) == (side == "outputs") and each["ArtifactID"] in artifacts
        ]
        sides[side] = _without_nothing({"parameters": _snake(row[parameters] or []), "artifacts": held})
    return _without_nothing(
        {
            **{"task_id": row["UUID"], "run_id": row["RunUUID"], "parent_task_id": row["ParentTaskUUID"]},
            **{"name": row["Name"], "display_name": row["DisplayName"], "cache_fingerprint": row["Fingerprint"]},
            **{"type": forms.TASK_TYPES[row["Type"]], "state": forms.TASK_STATES[row["State"]], "pods": row["pods"]},
            **{"type_attributes": _snake(row["TypeAttrs"]), "status_metadata": row["StatusMetadata"]},
            **{"create_time": _time(row["CreatedAtInSec"]), "scope_path": row["ScopePath"], **sides},
            "end_time": _time(row["FinishedInSec"]) if row["FinishedInSec"] else None,
        }
    )


def _artifact(row: Fields) -> Fields:
    return _without_nothing(
        {
            **{"artifact_id": row["UUID"], "type": forms.ARTIFACT_TYPES[row["Type"]], "name": row["Name"]},
            **{"uri": row["URI"], "namespace": row["Namespace"], "description": row["Description"]},
            **{"metadata": row["Metadata"], "number_value": row["NumberValue"]},
            "created_at": _time(row["CreatedAtInSec"]),
        }
    )


def _link(row: Fields) -> Fields:
    producer = {"task_name": "t", **({"iteration": str(row["Iteration"])} if row["Iteration"] >= 0 else {})}
    return _without_nothing(
        {
            **{"id": row["UUID"], "artifact_id": row["ArtifactID"], "task_id": row["TaskID"], "run_id": row["RunUUID"]},
            **{"type": forms.LINK_TYPES[row["Type"]], "key": row["ArtifactKey"], "producer": producer},
        }
    )


@contextmanager
def serving(api: KfpApi) -> Iterator[str]:
    """Serve an API; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                status, told = 200, api.answer(self.path, self.headers.get("Authorization", ""))
            except Refusal as refusal:
                status, told = int(refusal.args[0]), {"code": 3, "message": "refused"}
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
