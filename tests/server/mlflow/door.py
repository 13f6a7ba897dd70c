"""MLflow's interface as a client of it sees it, over a store that the test can also look into."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from lineal.service import MetadataService
from lineal.wire import service as rpc


@dataclass
class Door:
    """The interface of a running server, in one workspace."""

    service: MetadataService
    client: httpx.Client
    workspace: str

    def post(self, call: str, **fields: Any) -> dict[str, Any]:
        """Make a call that must succeed."""
        response = self._send(call, fields)
        assert response.status_code == 200, response.text
        return json.loads(response.text, parse_constant=_refuse)

    def get(self, call: str, **fields: Any) -> dict[str, Any]:
        """Read something that must be there."""
        response = self.client.get(f"/api/2.0/mlflow/{call}", params=fields)
        assert response.status_code == 200, response.text
        return json.loads(response.text, parse_constant=_refuse)

    def refused(self, call: str, **fields: Any) -> str:
        """Make a call that must be refused for what it says; return the code and the message."""
        return told(self._send(call, fields))

    def not_found(self, call: str, **fields: Any) -> str:
        """Read something that must not be there; return the code and the message."""
        return told(self.client.get(f"/api/2.0/mlflow/{call}", params=fields))

    def _send(self, call: str, fields: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"/api/2.0/mlflow/{call}", json=fields)

    def experiment(self, name: str, **fields: Any) -> str:
        """Create an experiment; return its id."""
        return str(self.post("experiments/create", name=name, **fields)["experiment_id"])

    def run(self, experiment: str = "0", **fields: Any) -> str:
        """Create a run; return its id."""
        return str(self.post("runs/create", experiment_id=experiment, **fields)["run"]["info"]["run_id"])

    def data(self, run: str) -> dict[str, dict[str, Any]]:
        """Return the parameters, tags and latest metrics of a run, each by key."""
        found = self.get("runs/get", run_id=run)["run"]["data"]
        return {
            what: {each["key"]: each["value"] for each in found.get(what, [])} for what in ("params", "tags", "metrics")
        }

    def artifacts(self) -> list[Any]:
        """Return the artifacts of the workspace, as a client of ML Metadata reads them."""
        response: Any = self.service.call("GetArtifacts", rpc.GetArtifactsRequest())
        return [each for each in response.artifacts if self._is_own(each)]

    def executions(self) -> list[Any]:
        """Return the executions of the workspace, as a client of ML Metadata reads them."""
        response: Any = self.service.call("GetExecutions", rpc.GetExecutionsRequest())
        return [each for each in response.executions if self._is_own(each)]

    def contexts(self) -> list[Any]:
        """Return the contexts of the workspace, as a client of ML Metadata reads them."""
        response: Any = self.service.call("GetContexts", rpc.GetContextsRequest())
        return [each for each in response.contexts if self._is_own(each) or each.name == self.workspace]

    def _is_own(self, node: Any) -> bool:
        return bool(node.custom_properties["__kf_workspace__"].string_value == self.workspace)


def told(response: httpx.Response) -> str:
    """Return what an error says: MLflow's code and the message."""
    found = response.json()
    assert set(found) == {"error_code", "message"}, response.text
    assert 400 <= response.status_code < 500, response.text
    return f"{found['error_code']}: {found['message']}"


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
