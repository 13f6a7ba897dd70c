"""Own handlers, found by their entry point: the example of the documentation, and handlers with faults."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lineal.watch import ENTRY_POINT_GROUP
from lineal.watch.handlers import installed_handlers
from tests.services import REPOSITORY
from tests.watch.kube import Api, pod
from tests.watch.watching import eventually, text, watching

EXAMPLE = REPOSITORY / "examples" / "watch_handler"
FAULTY = """
from lineal.watch import Handler, Records, ArtifactRecord

class Raises(Handler):
    def on_add(self, seen):
        raise RuntimeError("no")

class Refused(Handler):
    def on_add(self, seen):
        wrong = {"name": 5} if seen.name == "two" else {"name": "text"}
        return Records(artifacts=(ArtifactRecord("T", external_id=seen.external_id + "/t", properties=wrong),))
"""


def install(folder: Path, name: str, entry_points: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder look like an installed package with entry points."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\n{entry_points}\n")
    monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example, installed with the entry point that its pyproject.toml declares."""
    declared = (EXAMPLE / "pyproject.toml").read_text()
    section = declared.partition(f'[project.entry-points."{ENTRY_POINT_GROUP}"]\n')[2].partition("\n\n")[0]
    (tmp_path / "config_map_parameters.py").write_text((EXAMPLE / "config_map_parameters.py").read_text())
    install(tmp_path, "example", section.replace('"', ""), monkeypatch)
    monkeypatch.delitem(sys.modules, "config_map_parameters", raising=False)


@pytest.mark.usefixtures("example")
def test_the_example_records_each_version_of_a_labelled_config_map(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    labels = {"parameters-of": "digits"}
    with watching(api.kubeconfig, "ConfigMap/v1", namespaces=(namespace,)) as running:
        api.create(path, {"metadata": {"name": "p", "labels": labels}, "data": {"rate": "0.1"}})
        eventually(lambda: running.store.get_artifacts_by_type("example.org/Parameters"))
        api.patch(f"{path}/p", {"data": {"rate": "0.2"}})
        eventually(lambda: len(running.store.get_artifacts_by_type("example.org/Parameters")) == 2)
        api.delete(f"{path}/p")
        stored = running.store.get_artifacts_by_type("example.org/Parameters")

    assert [one.custom_properties["rate"].string_value for one in stored] == ["0.1", "0.2"]
    assert {text(one, "model") for one in stored} == {"digits"}


def test_faults_of_a_handler_cost_nothing_but_its_own_records(
    api: Api, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "faulty_handlers.py").write_text(FAULTY)
    entries = "raises = faulty_handlers:Raises\nrefused = faulty_handlers:Refused\ngone = no_such_module:X"
    install(tmp_path, "faulty", entries, monkeypatch)
    monkeypatch.delitem(sys.modules, "faulty_handlers", raising=False)
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        for name in ("one", "two"):
            api.create(f"/api/v1/namespaces/{namespace}/pods", pod(name))
            running.artifact(name)
        eventually(lambda: running.problems("refused") == 1)
        assert len(running.store.get_artifacts_by_type("T")) == 1
        assert running.problems("handler_error") == 2


def test_an_entry_point_that_is_no_handler_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "wrong", "wrong = builtins:dict", monkeypatch)

    assert installed_handlers() == []
