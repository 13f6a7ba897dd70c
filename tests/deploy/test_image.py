"""The Dockerfile: a linter accepts it, and what it starts and asks is there. No image is built here."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from lineal.cli import build_parser
from tests import services
from tests.services import REPOSITORY

pytestmark = pytest.mark.slow

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    program = services.require_release_python().with_name("hadolint")
    ran = subprocess.run([program, REPOSITORY / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_has_the_labels_of_the_open_container_initiative() -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z]+)="([^"]*)"', DOCKERFILE))
    project = (REPOSITORY / "pyproject.toml").read_text()

    assert set(labels) == {"title", "description", "licenses", "version", "revision", "vendor"}
    assert f'description = "{labels["description"]}"' in project
    assert f'license = "{labels["licenses"]}"' in project
    assert f'name = "{labels["vendor"]}"' in project
    assert (labels["version"], labels["revision"]) == ("${VERSION}", "${REVISION}")


def test_the_extras_of_the_image_exist_and_none_has_a_licence_that_binds_who_passes_it_on() -> None:
    (extras,) = re.findall(r"^ARG EXTRAS=(\S+)$", DOCKERFILE, re.MULTILINE)
    project = (REPOSITORY / "pyproject.toml").read_text()

    assert {"server", "watch", "otel", "native", "mysql", "postgresql"} <= set(extras.split(","))
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras.split(","))
    assert "mysqlclient" not in extras


def test_the_health_check_of_the_image_and_of_compose_is_a_command_of_lineal() -> None:
    (check,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    program, *words = yaml.safe_load(check)

    assert program == "lineal"
    assert build_parser().parse_args(words).run.__module__ == "lineal.cli.health"
