"""A path is taken where a uri or a store's URL is asked."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

import lineal
from lineal.sdk import DataSet, Execution, Metrics, Model, Store, Workspace


class CloudPath:
    """As the paths of cloud libraries are."""

    def __fspath__(self) -> str:
        return "/tmp/copy-of-loaves"

    def __str__(self) -> str:
        return "gs://bakery/loaves"


@pytest.mark.parametrize("kind", [DataSet, Model, Metrics])
def test_a_path_as_uri_becomes_a_file_uri(
    kind: type[Model], execution: Execution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    logged = execution.log_output(kind(uri=Path("data/a b.csv"), name="a"))
    [found] = execution.workspace.list(kind.ARTIFACT_TYPE_NAME)
    [stored] = execution.workspace.store.get_artifacts()
    assert logged.uri == found["uri"] == stored.uri == f"file://{tmp_path}/data/a%20b.csv"


def test_a_path_and_its_uri_are_one_artifact(execution: Execution) -> None:
    first = execution.log_input(DataSet(uri=Path("/data/digits.csv"), name="digits"))
    assert execution.log_input(DataSet(uri="file:///data/digits.csv", name="digits")).id == first.id


def test_the_home_directory_and_dots_are_resolved() -> None:
    assert DataSet(uri=Path("~/a"), name="a").uri == Path("~/a").expanduser().as_uri()
    assert DataSet(uri=Path("/data/../a"), name="a").uri == "file:///a"


def test_a_file_whose_name_is_no_text_gets_a_uri() -> None:
    assert DataSet(uri=Path(os.fsdecode(b"/caf\xe9")), name="a").uri == "file:///caf%E9"


def test_a_path_of_a_cloud_library_is_its_url() -> None:
    assert Model(uri=CloudPath(), name="a").uri == "gs://bakery/loaves"


def test_a_path_made_of_a_url_is_refused() -> None:
    with pytest.raises(ValueError, match="'uri' is the path 'gs:/bakery/loaves', which looks like a URL; pass the URL"):
        Model(uri=PurePosixPath("gs://bakery/loaves"), name="a")


def test_a_path_that_is_set_later_becomes_a_uri(execution: Execution) -> None:
    model = Model("u", "m")
    model.uri = Path("/models/1")  # type: ignore[assignment]
    assert execution.log_output(model).id
    assert execution.workspace.list()[0]["uri"] == "file:///models/1"


def test_a_path_names_a_store(tmp_path: Path) -> None:
    path = tmp_path / "a b #1.db"
    Workspace(Store(url=path), "bakery").store.close()
    with lineal.connect(path) as client:
        assert [context.name for context in client.get_contexts()] == ["bakery"]
