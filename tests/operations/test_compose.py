"""The compose files and the `docker run` of the pages agree with the image and with the commands that it runs.

No container is started: the commands of the files run as processes, on databases of the tests.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from lineal.cli import build_parser
from tests import engines
from tests.docs.pages import commands_of
from tests.services import REPOSITORY
from tests.serving import running_server

FILES = sorted(path.name for path in REPOSITORY.glob("compose*.yaml"))
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
VOLUME = "/var/lib/lineal"
PAGES = ["README.md", "docs/operations/containers.md"]


def services(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load((REPOSITORY / file).read_text())["services"])


def published(ports: list[str]) -> set[str]:
    """The ports of a container that the machine alone reaches under the same numbers."""
    return {
        port
        for address, outside, port in (each.split(":") for each in ports)
        if (address, outside) == ("127.0.0.1", port)
    }


def served(file: str) -> Any:
    """What the flags of the server in a file mean."""
    return build_parser().parse_args(services(file)["server"]["command"])


def check_health(file: str, address: str) -> int:
    """Run the health check of a file's server, and return its exit code."""
    assert services(file)["server"]["healthcheck"]["test"] == ["CMD", "lineal", "health"]
    command = [sys.executable, "-m", "lineal", "health", address]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("file", FILES)
def test_the_server_of_a_compose_file_fits_the_image(file: str) -> None:
    server, flags = services(file)["server"], served(file)

    assert (server["image"], server["build"]) == ("lineal", ".")
    assert {str(flags.grpc_port), str(flags.http_port)} == published(server["ports"])
    assert {str(flags.grpc_port), str(flags.http_port)} <= set(re.findall(r"\d+", DOCKERFILE.split("EXPOSE")[1]))
    assert flags.host == "0.0.0.0"
    assert flags.stop_grace < int(server["stop_grace_period"].removesuffix("s"))


def test_the_records_on_sqlite_are_in_the_volume_of_the_image() -> None:
    assert served("compose.yaml").db.startswith(f"sqlite:///{VOLUME}/")
    assert services("compose.yaml")["server"]["volumes"] == [f"records:{VOLUME}"]
    assert f"VOLUME {VOLUME}\n" in DOCKERFILE


def test_the_server_on_postgresql_has_the_password_and_the_names_of_its_database() -> None:
    server, database = services("compose.postgresql.yaml").values()
    made = database["environment"]

    assert (
        served("compose.postgresql.yaml").db == f"postgresql://{made['POSTGRES_USER']}@database/{made['POSTGRES_DB']}"
    )
    assert server["environment"]["LINEAL_DB_PASSWORD"] == made["POSTGRES_PASSWORD"]
    assert made["POSTGRES_PASSWORD"].startswith("${LINEAL_DB_PASSWORD:?")
    assert set(server["depends_on"]) == {"database"}
    assert database["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("page", PAGES)
def test_docker_on_a_page_publishes_the_ports_and_keeps_the_volume_of_the_image(page: str) -> None:
    run = next(words for words in map(shlex.split, commands_of(page, "docker")) if words[1] == "run")

    assert published([words for flag, words in pairwise(run) if flag == "-p"]) == {"8080", "8081"}
    assert f"lineal:{VOLUME}" in run
    assert run[-1] == "lineal"


@contextmanager
def database(file: str, folder: Path) -> Iterator[str]:
    """Return the URL of an empty database of the kind that a file's server uses."""
    if file == "compose.yaml":
        yield f"sqlite:///{folder}/metadata.db"
    else:
        with engines.postgresql() as server:
            yield f"{server.url}postgres"


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_the_command_of_a_compose_file_serves_and_its_health_check_works(file: str, tmp_path: Path) -> None:
    flags = [word for word in services(file)["server"]["command"][1:] if not word.startswith("--db=")]
    with database(file, tmp_path) as url:
        with running_server(url, *flags) as server:
            local = server.http.replace("0.0.0.0", "127.0.0.1")
            assert check_health(file, local) == 0
            assert httpx.get(f"{local}/api/v1/artifacts").status_code == 200
            assert httpx.get(f"{local}/api/v1/artifacts", headers={"host": "other.example"}).status_code == 421
        assert check_health(file, local) != 0
