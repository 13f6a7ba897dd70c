"""A program that imports each module of Lineal as the first one, and prints those that fail with the reason.

Each is imported in a fork in which only the packages around it are imported yet, as they are before it in any case.
Others' packages are imported at the start, which takes most of the time and is not what is tried here.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path

OTHERS = (
    "fastapi",
    "google.protobuf.json_format",
    "grpc",
    "grpc_health.v1.health_pb2",
    "grpc_reflection.v1alpha.reflection",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "uvicorn",
)
FRAMEWORKS = {"keras", "lightgbm", "lightning", "sklearn", "transformers", "xgboost"}
"""Modules about a framework import it; tests/frameworks imports them where the frameworks are."""


def fails(path: Path, name: str) -> bool:
    """Import a module, or a package and what is in it, in a fork."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    try:
        importlib.import_module(name)
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name in FRAMEWORKS:
            os._exit(0)
        print(f"{name}: {error!r}", flush=True)
        os._exit(1)
    inside = [path for path in path.iterdir() if path.stem != "__main__"] if path.is_dir() else []
    os._exit(sum(fails(path, f"{name}.{path.stem}") for path in sorted(inside) if is_module(path)) > 0)


def is_module(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()


if __name__ == "__main__":
    for other in OTHERS:
        importlib.import_module(other)
    gc.freeze()
    sys.exit(fails(Path(sys.argv[1]), "lineal"))
