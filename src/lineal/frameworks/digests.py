"""The digest of what a program has in memory, with its rows and columns.

The digest is a SHA-256 of the values, and the same in every process, on every machine, and with every version of the
packages that hold them: bytes of numbers are little-endian, texts are UTF-8. A frame has the digests of its columns
under their names, in their order; rows count in their order. An index is no data. docs/frameworks.md says it in full.
Nothing is imported here: what an object offers says what it is. What stays out: files (files.py).
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

_NUMBERS = "biufcmM"
"""The kinds of NumPy's types whose bytes are their values."""
_NOTHING = frozenset({"NAType", "NaTType"})
PARTS = ("X", "y", "sample_weight")
"""What a tuple of two or three holds; None is no part."""
MOST_PARTS = 6
"""So many arrays in a list may be X and y of what was split: training, test and validation."""
_PARTS_OF_SPARSE = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Measured:
    """What was found out about data.

    Attributes:
        digest: 64 hexadecimal digits; "" if nobody can tell, as for a file elsewhere.
        rows: how many rows; None if unknown.
        columns: how many columns; None if unknown, or if there are none, as in a picture.
        column_names: their names in order; none if they have none.

    """

    digest: str
    rows: int | None = None
    columns: int | None = None
    column_names: tuple[str, ...] = ()


def measured(data: Any) -> Measured:
    """Return digest, rows and columns of data in memory.

    Args:
        data: a DataFrame or Series of pandas or polars, a Table of pyarrow, an array or tensor, a sparse matrix of
            SciPy, a DMatrix of XGBoost, a Dataset of LightGBM, a mapping of names to columns, or a list.

    Raises:
        TypeError: it is something else, or holds objects without values of their own.

    """
    if _is_holder(data):
        return _of_holder(data)
    if hasattr(data, "with_format") and hasattr(data, "column_names") and hasattr(data, "__len__"):
        return _of_hugging_face(data)
    if hasattr(data, "tensors"):  # a TensorDataset of PyTorch
        return joined(dict(zip(PARTS, data.tensors, strict=False)))
    if isinstance(data, Mapping):
        return _of_columns([(str(name), column) for name, column in data.items()])
    if hasattr(data, "itercolumns") and hasattr(data, "column_names"):  # pyarrow
        return _of_columns(list(zip(map(str, data.column_names), data.itercolumns(), strict=True)))
    if hasattr(data, "columns") and hasattr(data, "dtypes"):  # pandas, polars
        return _of_columns([(str(name), _column_at(data, place)) for place, name in enumerate(data.columns)])
    if hasattr(data, "tocsr"):
        return _of_sparse(data)
    return _of_array(data)


def joined(parts: Mapping[str, Any]) -> Measured:
    """Return what was found out about parts that belong together, such as X and y; None is no part.

    Rows, columns and names are those of the first part.

    Raises:
        TypeError: as `measured`.

    """
    found = {name: measured(part) for name, part in parts.items() if part is not None}
    if len(found) == 1:
        return next(iter(found.values()))
    lines = "".join(f"{name} {each.digest}\n" for name, each in found.items())
    first = next(iter(found.values()))
    return Measured(_sha256(f"parts\n{lines}".encode()), first.rows, first.columns, first.column_names)


# ---- frames


def _column_at(frame: Any, place: int) -> Any:
    """Return a column by its place: names may be there twice."""
    return frame.iloc[:, place] if hasattr(frame, "iloc") else frame[:, place]


def _of_columns(columns: Sequence[tuple[str, Any]]) -> Measured:
    found = [(name, _of_array(column)) for name, column in columns]
    rows = {each.rows for _, each in found} or {0}
    if len(rows) > 1:
        raise TypeError(f"the columns of data have different lengths: {sorted(map(str, rows))}")
    lines = "".join(f"{json.dumps(name)} {each.digest}\n" for name, each in found)
    names = tuple(name for name, _ in found)
    return Measured(_sha256(f"frame {len(found)}\n{lines}".encode()), rows.pop(), len(found), names)


# ---- arrays and columns


def _of_array(data: Any) -> Measured:
    values = _plain(data)
    shape = tuple(values.shape) if hasattr(values, "shape") else _shape_of(values)
    digest = _of_numbers(values) if _is_numeric(values) else _of_objects(_flat(values), shape)
    columns = shape[1] if len(shape) == 2 else 1 if len(shape) == 1 else None
    return Measured(digest, shape[0] if shape else 1, columns)


def _plain(data: Any) -> Any:
    """Return an array of NumPy for anything that can be one, a list as it is."""
    if isinstance(data, (str, bytes)) or not hasattr(data, "__len__"):
        raise TypeError(_unknown(data))
    if isinstance(data, (list, tuple)):
        return _of_list(data)
    if getattr(getattr(data, "dtype", None), "tz", None) is not None:  # times of pandas with a zone, as UTC
        data = data.dt.tz_convert("UTC").dt.tz_localize(None)
    for convert in (_by_to_numpy, _by_array):
        values = convert(data)
        if hasattr(getattr(values, "dtype", None), "kind"):
            return values
    if isinstance(data, Sequence):
        return _of_list(list(data))
    raise TypeError(_unknown(data))


def _of_list(values: Sequence[Any]) -> Any:
    """Return a list as an array if it is one of numbers and NumPy is there, otherwise as it is.

    Raises:
        TypeError: it holds a few arrays of different dimensions, such as X and y, which are no rows of one table.

    """
    dimensions = {len(getattr(each, "shape", ())) for each in values[: MOST_PARTS + 1]}
    if len(values) <= MOST_PARTS and len(dimensions) > 1 and min(dimensions) > 0:
        raise TypeError(
            f"a {type(values).__name__} of {len(values)} arrays, some with more dimensions than others, is no data "
            "set; pass X and y as (X, y), with the weights as (X, y, sample_weight), and each data set by itself"
        )
    numpy = sys.modules.get("numpy")
    if numpy is None or not values or not isinstance(_first_scalar(values), (bool, int, float)):
        return list(values)
    try:
        found = numpy.asarray(values)
    except ValueError:  # rows of different lengths
        return list(values)
    return found if found.dtype.kind in _NUMBERS else list(values)


def _first_scalar(values: Any) -> Any:
    while isinstance(values, (list, tuple)) and values:
        values = values[0]
    return values


def _by_to_numpy(data: Any) -> Any:
    """Convert a column of pandas, polars or pyarrow, or a tensor that lies on another device."""
    if hasattr(data, "detach"):
        return _of_tensor(data.detach().cpu())
    if type(data).__module__.startswith("pyarrow") and not hasattr(data, "chunks"):
        return data.to_numpy(zero_copy_only=False)
    return data.to_numpy() if hasattr(data, "to_numpy") else data


def _of_tensor(data: Any) -> Any:
    """Return a tensor of PyTorch as an array; NumPy lacks its numbers of 16 bits that have the range of 32."""
    try:
        return data.numpy()
    except TypeError:
        return data.float().numpy()


def _by_array(data: Any) -> Any:
    numpy = sys.modules.get("numpy")
    return numpy.asarray(data) if numpy is not None and hasattr(data, "__array__") else data


def _is_numeric(values: Any) -> bool:
    return hasattr(values, "dtype") and values.dtype.kind in _NUMBERS


def _of_numbers(values: Any) -> str:
    little = values.dtype.newbyteorder("<")
    found = hashlib.sha256(f"array {little.str} {tuple(map(int, values.shape))}\n".encode())
    if values.dtype.kind in "mM":  # these do not lend their bytes
        values = values.view("int64")
        little = values.dtype.newbyteorder("<")
    contiguous = values.astype(little, order="C", copy=False)
    if contiguous.size:
        found.update(contiguous.reshape(-1).view("uint8"))
    return found.hexdigest()


def _flat(values: Any) -> list[Any]:
    if hasattr(values, "dtype"):
        return list(values.reshape(-1).tolist())
    return list(values)


def _shape_of(values: Sequence[Any]) -> tuple[int, ...]:
    width = {len(each) for each in values if isinstance(each, (list, tuple))}
    all_rows = values and all(isinstance(each, (list, tuple)) for each in values)
    return (len(values), width.pop()) if all_rows and len(width) == 1 else (len(values),)


def _of_objects(values: Sequence[Any], shape: tuple[int, ...]) -> str:
    """Return the digest of texts, and of whatever else an array of objects holds."""
    if all(type(each) is str for each in values):
        kinds, texts = "s" * len(values), values
    else:
        pairs = [_as_text(each) for each in values]
        kinds, texts = "".join(kind for kind, _ in pairs), [text for _, text in pairs]
    lengths = array("q", map(len, texts))
    if sys.byteorder == "big":
        lengths.byteswap()
    found = hashlib.sha256(f"objects {tuple(map(int, shape))}\n{kinds}\n".encode())
    found.update(lengths.tobytes())
    found.update("".join(texts).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _as_text(value: Any) -> tuple[str, str]:
    """Return a letter for the kind of a value and its text; nothing (None, NaN, NA) is of one kind."""
    if value is None or type(value).__name__ in _NOTHING or (isinstance(value, float) and math.isnan(value)):
        return "n", ""
    if isinstance(value, str):
        return "s", str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        return "b", bytes(value).hex()
    text = repr(_listed(value))
    if f"{id(value):x}" in text:  # an object that shows its address only
        raise TypeError(
            f"data holds objects of type {type(value).__name__}, whose values cannot be told; pass uri= and version="
        )
    return "r", text


def _listed(value: Any) -> Any:
    """Return a value with lists in place of arrays and tensors, whose texts leave out numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if type(value) is dict:
        return {key: _listed(each) for key, each in value.items()}
    return type(value)(map(_listed, value)) if type(value) in (list, tuple) else value


# ---- sparse matrices, and what frameworks hold data in


def _of_hugging_face(data: Any) -> Measured:
    """Return digest, rows and columns of a Dataset; a DatasetDict holds several."""
    if isinstance(data, Mapping):
        names = ", ".join(f"data[{name!r}]" for name in data)
        raise TypeError(f"a {type(data).__name__} holds several data sets; pass one: {names or 'it has none'}")
    return measured(data.with_format("arrow")[:])


def _of_sparse(data: Any) -> Measured:
    rows, columns = map(int, data.shape)
    matrix = data.tocsr(copy=True)
    matrix.sum_duplicates()  # and sorts the indices of each row
    lines = [f"{name} {_of_numbers(_whole(name, getattr(matrix, name)))}\n" for name in _PARTS_OF_SPARSE]
    return Measured(_sha256(f"sparse {rows} {columns}\n{''.join(lines)}".encode()), rows, columns)


def _whole(name: str, values: Any) -> Any:
    """Return indices as numbers of 64 bits: how many bits SciPy takes depends on the size."""
    return values if name == "data" else values.astype("int64")


def _is_holder(data: Any) -> bool:
    """Tell whether it is a DMatrix of XGBoost or a Dataset of LightGBM."""
    return hasattr(data, "get_data") and hasattr(data, "get_label")


def _of_holder(data: Any) -> Measured:
    inner = data.data if hasattr(data, "data") else data.get_data()  # LightGBM returns none before training
    if inner is None or isinstance(inner, (str, PathLike)):
        raise TypeError(f"this {type(data).__name__} does not hold its data; pass (X, y), or the path of its file")
    names = getattr(data, "feature_names", None) or ()
    found = joined(dict(zip(PARTS, (inner, _beside(data, "label"), _beside(data, "weight")), strict=True)))
    return Measured(found.digest, found.rows, found.columns, found.column_names or tuple(map(str, names)))


def _beside(data: Any, name: str) -> Any:
    found = getattr(data, name) if hasattr(data, name) else getattr(data, f"get_{name}")()
    return found if found is not None and len(found) else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unknown(data: Any) -> str:
    kind = f"{type(data).__module__}.{type(data).__qualname__}"
    return (
        f"the digest of {kind} cannot be computed; pass a DataFrame, an array, a sparse matrix or the path of a file, "
        "or describe the data yourself: metadata.DataSet(uri, name, version=...)"
    )
