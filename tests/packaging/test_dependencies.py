"""What the package imports from elsewhere is declared, and what it declares for all of its users is short."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import requires

import pytest

from tests.services import REPOSITORY

SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
DISTRIBUTIONS = {
    "MySQLdb": "mysqlclient",
    "anyio": "starlette",  # which is built on it
    "google": "protobuf",
    "grpc": "grpcio",
    "grpc_health": "grpcio-health-checking",
    "grpc_reflection": "grpcio-reflection",
    "h11": "uvicorn",  # which is built on it
    "jwt": "pyjwt",
    "opentelemetry": "opentelemetry-sdk",
    "prometheus_client": "prometheus-client",
    "pygrpc_native": "pygrpc-native",
    "pydantic_core": "pydantic",  # which pins it exactly
    "yaml": "pyyaml",
}
# What lineal.frameworks records: a program that asks for one of them has it already.
FRAMEWORKS = {"keras", "lightgbm", "lightning", "pyarrow", "pytorch_lightning", "sklearn", "transformers", "xgboost"}


def declared(*, extras: bool) -> set[str]:
    """The distributions that pyproject.toml names, without those of the development extra."""
    named = [text for text in requires("lineal") or [] if extras or "extra ==" not in text]
    return {_normal(re.split(r"[\[<>=!~; ]", text)[0]) for text in named if not re.search("extra == .dev.", text)}


def imported_modules(*, frameworks: bool = False) -> set[str]:
    """The top-level modules that the sources import from outside the standard library and this project.

    Args:
        frameworks: whether those of lineal.frameworks are meant, or all others.

    """
    found: set[str] = set()
    for path in SOURCES:
        if (path.parent.name == "frameworks") != frameworks:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").split(".")[0])
    return found - set(sys.stdlib_module_names) - {"lineal", "kubeflow", "ml_metadata"}


def test_every_import_is_declared_as_a_dependency_or_an_extra() -> None:
    needed = {DISTRIBUTIONS.get(name, name) for name in imported_modules()}

    assert needed - declared(extras=True) == set()


@pytest.mark.long
def test_only_what_records_a_framework_imports_it() -> None:
    assert imported_modules(frameworks=True) - imported_modules() == FRAMEWORKS


def test_the_hard_dependencies_are_three() -> None:
    assert declared(extras=False) == {"grpcio", "protobuf", "sqlalchemy"}


def _normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-")
