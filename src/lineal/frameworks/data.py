"""Data sets from what a program has: a DataFrame, an array, a file, a folder.

What stays out: digests (digests.py, files.py), and logging a data set as an input (`Execution.log_input`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineal.frameworks import digests, files
from lineal.frameworks.digests import PARTS, Measured
from lineal.sdk import plain
from lineal.sdk.artifacts import DataSet

DIGITS = 12
"""How many digits of the digest are a version, if none is given."""
MOST_NAMES = 1000
"""The names of more columns are not recorded."""
_IN_MEMORY = "urn:sha256:"
"""How the uri of data begins that lies nowhere but in memory: its digest says what it is."""


class MeasuredDataSet(DataSet):
    """A data set with what was found out about its content.

    Attributes:
        digest: "sha256:" and 64 hexadecimal digits; "" if nobody can tell.
        rows: how many rows it has; None if unknown.
        columns: how many columns it has; None if unknown.
        column_names: the names of its columns.

    """

    def __init__(self, uri: str, name: str, found: Measured, *, version: plain.Scalar | None = None) -> None:
        """Describe a data set; without a version, the beginning of its digest is one."""
        super().__init__(uri=uri, name=name, version=found.digest[:DIGITS] or None if version is None else version)
        self.digest: str = f"sha256:{found.digest}" if found.digest else ""
        self.rows: int | None = found.rows
        self.columns: int | None = found.columns
        self.column_names: list[str] = list(found.column_names) if len(found.column_names) <= MOST_NAMES else []


def data_set(data: Any, name: str, *, uri: str | None = None, version: plain.Scalar | None = None) -> MeasuredDataSet:
    """Describe data with its digest, rows and columns, to be logged as an input or output of an execution.

    The same content under the same name is one data set, whoever records it: without a version, it gets the beginning
    of its digest as one, so what has changed is another version.

    Args:
        data: a DataFrame or Series of pandas or polars, a Table of pyarrow, an array, a tensor, a sparse matrix, a
            DMatrix of XGBoost, a Dataset of LightGBM or of Hugging Face, a mapping of names to columns, a list;
            (X, y) or (X, y, sample_weight) of these, whose rows and columns are those of X; or the path of a file or
            folder; or the URL of data elsewhere, which is not read and has no digest. A tuple of
            tuples alone, or of dicts, is a table of rows: ((1, 2), (3, 4)).
        name: the name of the data set.
        uri: where it is; by default the path, or for data in memory `urn:sha256:` and its digest.
        version: its version; by default the first 12 digits of its digest.

    Raises:
        FileNotFoundError: there is no file at the path.
        TypeError: the digest of such an object cannot be computed.
        ValueError: `name` is missing.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.init("sqlite:///metadata.db", "churn")
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     orders = train.log_input(metadata.data_set({"price": [9.5, 7.0], "sold": [3, 12]}, "orders"))
        >>> orders.rows, orders.columns
        (2, 2)

    """
    if isinstance(data, (str, os.PathLike)):
        return _of_place(data, name, uri, version)
    found = digests.joined(dict(zip(PARTS, data, strict=False))) if _are_parts(data) else digests.measured(data)
    return MeasuredDataSet(uri or _IN_MEMORY + found.digest, name, found, version=version)


def data_set_of_parts(parts: Mapping[str, Any], name: str) -> MeasuredDataSet:
    """Describe parts that are one data set, such as X and y; None is no part."""
    found = digests.joined(parts)
    return MeasuredDataSet(_IN_MEMORY + found.digest, name, found)


def _are_parts(data: Any) -> bool:
    """Tell whether it is X, y and perhaps weights, and no tuple of numbers, of texts or of rows."""
    if not isinstance(data, tuple) or not 2 <= len(data) <= len(PARTS):
        return False
    if any(all(isinstance(each, kind) for each in data) for kind in (tuple, dict)):
        return False
    told = [each for each in data if each is not None]
    return bool(told) and all(hasattr(each, "__len__") and not isinstance(each, (str, bytes)) for each in told)


def _of_place(
    place: str | os.PathLike[str], name: str, uri: str | None, version: plain.Scalar | None
) -> MeasuredDataSet:
    if "://" in str(place):
        return MeasuredDataSet(uri or str(place), name, Measured(""), version=version)
    path = Path(os.path.expanduser(place))
    if not path.exists():
        raise FileNotFoundError(f"the data set {name!r} names the file {path}, and nothing is there")
    return MeasuredDataSet(uri or str(plain.uri_of(path)), name, files.measured_file(path), version=version)
