"""Importing the SDK imports no framework, and a framework that is not installed is named."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kubeflow.metadata import metadata

_FRAMEWORKS = "sklearn numpy pandas xgboost lightgbm keras jax torch lightning transformers lineal.frameworks"


def test_importing_the_sdk_imports_no_framework() -> None:
    look = f"print([name for name in {_FRAMEWORKS.split()!r} if name in sys.modules])"
    program = f"import sys\nfrom kubeflow.metadata import metadata\n{look}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_framework_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)  # which no test of this process imports
    with pytest.raises(ModuleNotFoundError, match=r"metadata.transformers needs .* pip install transformers"):
        _ = metadata.transformers


def test_a_name_that_nobody_has_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'sklaern'"):
        _ = metadata.sklaern
