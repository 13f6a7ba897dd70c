"""What the containers of the overlay `kubeflow` run, on the database and with the secrets of a Kubeflow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pymysql
import pytest
import yaml

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests import engines
from tests.deploy.choices import Choice

pytestmark = pytest.mark.slow

POD = Choice("kubeflow", ("migration",)).pods
FIXTURE = list(yaml.safe_load_all(Path(__file__).with_name("kubeflow_metadata.yaml").read_text()))
SETTINGS = next(one["data"] for one in FIXTURE if one["metadata"]["name"] == "pipeline-install-config")
SECRET = next(one["stringData"] for one in FIXTURE if one["metadata"]["name"] == "mysql-secret")
METHOD = "/ml_metadata.MetadataStoreService/"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The variables of the server's container, with the address of a real database."""
    with engines.mariadb() as server:
        place = urlsplit(server.url)
        with pymysql.connect(host="127.0.0.1", port=place.port or 0, user="root") as connection:
            cursor = connection.cursor()
            cursor.execute(f"CREATE DATABASE {SETTINGS['mlmdDb']}")
            cursor.execute("CREATE USER kubeflow@'%%' IDENTIFIED BY %s", (SECRET["password"],))
            cursor.execute("GRANT ALL ON *.* TO kubeflow@'%'")
        given = {**SETTINGS, **SECRET, "mysqlHost": "127.0.0.1", "mysqlPort": str(place.port), "username": "kubeflow"}
        yield {**os.environ, **variables(given)}


def variables(given: dict[str, str]) -> dict[str, str]:
    """The variables of the container as the kubelet sets them."""
    made: dict[str, str] = {}
    for one in POD()["lineal-server"]["spec"]["containers"][0]["env"]:
        source: dict[str, Any] = one.get("valueFrom", {})
        reference = source.get("configMapKeyRef") or source.get("secretKeyRef")
        text = given[reference["key"]] if reference else one["value"]
        made[one["name"]] = re.sub(r"\$\((\w+)\)", lambda found: made[found[1]], text)
    return made


def test_the_server_of_the_overlay_serves_kubeflows_database_over_grpc_and_grpc_web(
    environment: dict[str, str],
) -> None:
    spec = POD()["lineal-server"]["spec"]
    migrate, serve = spec["initContainers"][0]["args"], list(spec["containers"][0]["args"])
    ran = subprocess.run([sys.executable, "-m", "lineal", *migrate], env=environment, capture_output=True, text=True)
    assert "Done: schema version 10." in ran.stdout, ran.stderr
    for flag, value in (("--grpc-port", "0"), ("--http-port", "0"), ("--host", "127.0.0.1")):
        serve[serve.index(flag) + 1] = value

    with subprocess.Popen([sys.executable, "-m", "lineal", *serve], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().decode().split("//")[-1].strip() for _ in range(3)]
            put_type(lines[1])
            assert types_over_grpc_web(lines[2]) == ["Trainer"]
        finally:
            process.terminate()


def put_type(address: str) -> None:
    request = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="Trainer"))
    with grpc.insecure_channel(address) as channel:
        channel.unary_unary(f"{METHOD}PutExecutionType")(request.SerializeToString(), timeout=30)


def types_over_grpc_web(address: str) -> list[str]:
    """The names of the types, as the web UI of Kubeflow Pipelines asks for them by way of metadata-envoy-service."""
    headers = {"content-type": "application/grpc-web+proto"}
    answer = httpx.post(f"http://{address}{METHOD}GetExecutionTypes", headers=headers, content=bytes(5)).content
    found = rpc.GetExecutionTypesResponse.FromString(answer[5 : 5 + int.from_bytes(answer[1:5], "big")])
    return [one.name for one in found.execution_types]
