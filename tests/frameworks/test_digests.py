"""The digest of data is that of its values: the same whatever holds them, and another one for any other value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal.frameworks.digests import joined, measured

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")


def digest(data: Any) -> str:
    return measured(data).digest


def test_a_frame_has_the_digest_of_its_values_and_names() -> None:
    frame = pandas.DataFrame({"a": [1.5, 2.5], "b": ["x", None]})
    assert (measured(frame).rows, measured(frame).columns, measured(frame).column_names) == (2, 2, ("a", "b"))
    assert digest(frame) == digest(frame.copy()) == digest(frame.set_index(pandas.Index([7, 8])))
    others = [
        frame.rename(columns={"a": "c"}),
        frame[["b", "a"]],
        frame.iloc[::-1],
        frame.iloc[:1],
        frame.assign(a=[1.5, 2.6]),
        frame.assign(b=["x", "None"]),
        frame.assign(b=["x", ""]),
        frame.assign(a=[1.5, None]),
    ]
    assert len({digest(each) for each in [frame, *others]}) == 9


def test_the_digest_does_not_depend_on_the_process_or_the_layout() -> None:
    program = (
        "import numpy; from lineal.frameworks.digests import measured;"
        "print(measured(numpy.arange(6, dtype='>i4').reshape(2, 3).T.copy(order='F').T).digest)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(numpy.arange(6, dtype="<i4").reshape(2, 3))


def test_the_kind_the_shape_and_the_values_of_an_array_count() -> None:
    one = numpy.arange(6, dtype="int64")
    others = [one.astype("int32"), one.astype("float64"), one.reshape(2, 3), one.reshape(3, 2), one + 1, one > 2]
    assert len({digest(each) for each in [one, *others]}) == 7
    assert digest(one) == digest(list(range(6))) == digest(pandas.Series(one))
    assert digest(numpy.array(["a", "bc"])) == digest(["a", "bc"]) != digest(["ab", "c"])


@pytest.mark.parametrize(
    "values",
    [
        numpy.array([], dtype="float64"),
        numpy.zeros((0, 3)),
        numpy.array(["2026-01-01", "NaT"], dtype="datetime64[ns]"),
        numpy.array([1 + 2j]),
        numpy.array([b"a", b"b"]),
        numpy.array([1, "a", None, 2.5, float("nan")], dtype=object),
        pandas.array([1, None], dtype="Int64"),
        pandas.Series(pandas.to_datetime(["2026-01-01"], utc=True)),
        pandas.Series(["a", "b", "a"], dtype="category"),
        pandas.Series([True, None], dtype="boolean"),
        [[1, 2], [3]],
        {"a": [1, 2], "b": ["x", "y"]},
    ],
    ids=lambda value: str(getattr(value, "dtype", type(value).__name__)),
)
def test_everything_that_holds_values_has_a_digest(values: Any) -> None:
    assert len(digest(values)) == 64
    assert digest(values) == digest(values)


def test_times_with_a_zone_are_moments() -> None:
    moments = pandas.Series(pandas.to_datetime(["2026-01-01T12:00"], utc=True))
    assert digest(moments) == digest(moments.dt.tz_convert("Asia/Tokyo"))


def test_a_sparse_matrix_has_one_digest_in_every_form(sklearn: None) -> None:
    from scipy import sparse

    dense = numpy.array([[0, 1.5, 0], [2.5, 0, 0]])
    unsorted = sparse.csr_matrix(([2.5, 1.0, 0.5], ([1, 0, 0], [0, 1, 1])), shape=(2, 3))
    forms = [sparse.csr_matrix(dense), sparse.csc_matrix(dense), sparse.coo_array(dense), unsorted]
    assert len({digest(each) for each in forms}) == 1
    assert (measured(forms[0]).rows, measured(forms[0]).columns) == (2, 3)
    assert digest(sparse.csr_matrix(dense * 2)) != digest(forms[0])


def test_frames_of_polars_and_tables_of_pyarrow_have_the_digest_of_pandas(needs: Callable[..., None]) -> None:
    needs("pyarrow")
    import pyarrow

    frame = pandas.DataFrame({"a": [1.5, 2.5], "b": ["x", None], "c": [1, 2]})
    assert digest(pyarrow.Table.from_pandas(frame)) == digest(frame)


def test_parts_are_one_data_set() -> None:
    features, targets = numpy.zeros((4, 2)), numpy.array([0, 1, 0, 1])
    found = joined({"X": features, "y": targets, "sample_weight": None})
    assert (found.rows, found.columns) == (4, 2)
    assert found.digest != joined({"X": features, "y": 1 - targets}).digest
    assert joined({"X": features, "y": None}).digest == digest(features)


def test_a_tuple_is_x_and_y_with_the_rows_of_x() -> None:
    features, targets = numpy.zeros((4, 2)), numpy.array([0, 1, 0, 1])
    found = metadata.data_set((features, targets), "both")
    assert (found.rows, found.columns) == (4, 2)
    assert found.digest == f"sha256:{joined({'X': features, 'y': targets}).digest}"
    assert metadata.data_set((1.5, 2.5), "numbers").rows == 2
    with pytest.raises(TypeError, match=r"a list of 2 arrays, some with more dimensions.* pass X and y as \(X, y\)"):
        metadata.data_set([features, targets], "both")


def test_arrays_within_objects_count_with_all_their_numbers() -> None:
    long = numpy.zeros(2_000)
    changed = long.copy()
    changed[1_000] = 1
    assert digest([{"ids": long}]) != digest([{"ids": changed}])


def test_a_dict_of_data_sets_says_to_pass_one() -> None:
    class DatasetDict(dict[str, Any]):  # as that of Hugging Face, which the environment lacks
        column_names: dict[str, list[str]] = {}  # noqa: RUF012

        def with_format(self, kind: str) -> Any:
            return self

    with pytest.raises(TypeError, match=r"a DatasetDict holds several data sets; pass one: data\['train'\]"):
        metadata.data_set(DatasetDict(train=[1]), "reviews")


def test_what_has_no_values_is_refused() -> None:
    class Opaque:
        pass

    with pytest.raises(TypeError, match=r"Opaque, whose values cannot be told; pass uri= and version="):
        metadata.data_set([Opaque()], "objects")
    with pytest.raises(TypeError, match=r"pass a DataFrame, an array"):
        metadata.data_set(Opaque(), "object")
