"""Lineal under the name `ml_metadata`. Every test runs a program of its own, because imports leave traces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import REPOSITORY

INSTALL = "import lineal; lineal.install_as_ml_metadata()\n"
IMPORTS = [
    "import ml_metadata; ml_metadata.errors.NotFoundError; ml_metadata.proto.Artifact",
    "import ml_metadata.metadata_store.metadata_store; ml_metadata.metadata_store.metadata_store.MetadataStore",
    "import ml_metadata.proto.metadata_store_pb2 as pb; pb.Artifact()",
    "from ml_metadata import downgrade_schema, ListOptions, MetadataStore, OrderByField, proto, errors",
    "from ml_metadata.metadata_store import metadata_store, mlmd_types; metadata_store.ExtraOptions()",
    "from ml_metadata.metadata_store.metadata_store import MetadataStore, MAX_NUM_RESULT",
    "from ml_metadata.proto import metadata_store_pb2, metadata_store_service_pb2, metadata_store_service_pb2_grpc",
    "from ml_metadata.proto.metadata_store_service_pb2_grpc import MetadataStoreServiceStub",
    "from ml_metadata.proto import *; Artifact()",
    "from ml_metadata.simple_types.proto import simple_types_pb2; simple_types_pb2.SimpleTypes()",
    "from ml_metadata.version import __version__; assert __version__ == '1.17.1'",
    "import importlib; importlib.import_module('ml_metadata.metadata_store.mlmd_types').Dataset()",
]
PUBLIC_NAMES = """
import importlib, sys, types
for name in sys.argv[1:]:
    names = vars(importlib.import_module(name)).items()
    print(*[n for n, value in names if not n.startswith("_") and not isinstance(value, types.ModuleType)])
"""
MODULES = [
    "ml_metadata",
    "ml_metadata.errors",
    "ml_metadata.proto",
    "ml_metadata.proto.metadata_store_pb2",
    "ml_metadata.proto.metadata_store_service_pb2",
    "ml_metadata.metadata_store",
    "ml_metadata.metadata_store.mlmd_types",
    "ml_metadata.simple_types.proto.simple_types_pb2",
]
IMPORTED_FROM_TYPING = {"Union"}


def _run(program: str, *arguments: str, python: Path | str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    command = [python, "-c", program, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("statement", IMPORTS)
def test_the_official_names_can_be_imported_in_every_way(statement: str) -> None:
    ran = _run(INSTALL + statement)

    assert ran.returncode == 0, ran.stderr


def test_every_public_name_of_the_official_modules_is_there(official_python: Path) -> None:
    official = _run(PUBLIC_NAMES, *MODULES, python=official_python).stdout.splitlines()
    ours = _run(INSTALL + PUBLIC_NAMES, *MODULES).stdout.splitlines()

    missing = {
        name: set(theirs.split()) - set(own.split()) - IMPORTED_FROM_TYPING
        for name, theirs, own in zip(MODULES, official, ours, strict=True)
    }

    assert {name: names for name, names in missing.items() if names} == {}


def test_installing_twice_changes_nothing() -> None:
    ran = _run(INSTALL + "import ml_metadata as first\n" + INSTALL + "import ml_metadata; assert ml_metadata is first")

    assert ran.returncode == 0, ran.stderr


def test_uninstalling_takes_every_name_away() -> None:
    program = INSTALL + "lineal.uninstall_as_ml_metadata()\nimport sys; print([n for n in sys.modules if 'ml_m' in n])"

    assert _run(program).stdout.strip() == "[]"


def test_installing_over_the_imported_official_package_is_an_error_that_says_what_to_do(official_python: Path) -> None:
    ran = _run("import ml_metadata\n" + INSTALL, python=official_python)

    assert "FailedPreconditionError" in ran.stderr
    assert "before anything that imports it" in ran.stderr


def test_installing_imports_no_grpc() -> None:
    assert _run(INSTALL + "import ml_metadata, sys; print('grpc' in sys.modules)").stdout.strip() == "False"


def test_the_simple_types_have_the_official_descriptor(official_python: Path) -> None:
    show = "from ml_metadata.simple_types.proto import simple_types_pb2 as s; print(s.DESCRIPTOR.serialized_pb.hex())"

    assert _run(INSTALL + show).stdout == _run(show, python=official_python).stdout
