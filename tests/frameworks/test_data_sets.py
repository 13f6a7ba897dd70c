"""Data sets of files, folders and URLs, and which of them are one record."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kubeflow.metadata import metadata
from lineal.sdk import Execution, Workspace

pandas = pytest.importorskip("pandas")
FOLDER_DIGEST = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"


@pytest.mark.parametrize(
    ("name", "text", "rows", "columns"),
    [
        ("a.csv", 'x,y\n1,"two\nlines"\n3,4\n', 2, 2),
        ("a.tsv", "x\ty\tz\n1\t2\t3\n", 1, 3),
        ("a.jsonl", '{"x": 1}\n\n{"x": 2}', 2, None),
        ("a.csv", "", 0, 0),
        ("a.bin", "x,y\n", None, None),
    ],
)
def test_a_file_has_its_digest_and_its_rows(
    tmp_path: Path, name: str, text: str, rows: int | None, columns: int | None
) -> None:
    file = tmp_path / name
    file.write_text(text)
    found = metadata.data_set(file, "orders")
    assert found.digest == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert (found.rows, found.columns) == (rows, columns)
    assert (found.uri, found.version) == (file.as_uri(), found.digest[7:19])


def test_a_parquet_file_tells_its_rows(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("pyarrow")
    pandas.DataFrame({"a": [1, 2, 3], "b": list("xyz")}).to_parquet(tmp_path / "a.parquet")
    found = metadata.data_set(tmp_path / "a.parquet", "orders")
    assert (found.rows, found.columns, found.column_names) == (3, 2, ["a", "b"])


def test_a_csv_file_that_is_none_has_a_digest_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert metadata.data_set(tmp_path / "a.csv", "odd").rows is None


def test_a_folder_has_the_digest_that_the_shell_prints(tmp_path: Path) -> None:
    for path in ("b/a.txt", "b c.txt", "b.txt", "ü/d.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(path)
    done = subprocess.run(["sh", "-c", FOLDER_DIGEST], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert metadata.data_set(tmp_path, "pictures").digest == f"sha256:{done.stdout.split()[0]}"


def test_data_elsewhere_is_described_by_its_url() -> None:
    found = metadata.data_set("s3://bucket/orders.parquet", "orders", version="7")
    assert (found.uri, found.version, found.digest, found.rows) == ("s3://bucket/orders.parquet", "7", "", None)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'orders' names the file .*none.csv, and nothing is there"):
        metadata.data_set(tmp_path / "none.csv", "orders")


def test_a_tuple_of_rows_is_a_table_and_one_of_arrays_is_x_and_y() -> None:
    rows = [metadata.data_set(each, "orders") for each in (((1, 2), (3, 4)), [[1, 2], [3, 4]])]
    assert rows[0].digest == rows[1].digest
    dicts = ({"a": 1}, {"a": 2}, {"a": 3})
    assert metadata.data_set(dicts, "orders").digest == metadata.data_set(list(dicts), "orders").digest
    parts = [metadata.data_set((each, [5, 6]), "orders") for each in ([[1, 2], [3, 4]], {"a": [1, 3], "b": [2, 4]})]
    assert [(each.rows, each.columns) for each in parts] == [(2, 2), (2, 2)]
    assert rows[0].digest not in [each.digest for each in parts]


def test_the_same_content_is_one_record_and_other_content_a_version(workspace: Workspace) -> None:
    frame = pandas.DataFrame({"a": [1, 2]})
    with Execution("read", workspace) as run:
        first = run.log_input(metadata.data_set(frame, "orders"))
        again = run.log_input(metadata.data_set(frame.copy(), "orders"))
        changed = run.log_input(metadata.data_set(frame + 1, "orders"))
    assert first.id == again.id != changed.id
    [stored, _] = workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert (stored["digest"], stored["rows"], stored["columns"]) == (first.digest, 2, 1)
    assert stored["uri"] == f"urn:{first.digest}"


def test_a_file_that_changes_is_another_version(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    ids = []
    with Execution("read", workspace) as run:
        for text in ("a\n1\n", "a\n2\n", "a\n1\n"):
            file.write_text(text)
            ids.append(run.log_input(metadata.data_set(file, "orders")).id)
    assert ids[0] == ids[2] != ids[1]
