"""The files of a folder `mlruns`: meta.yaml, files with one text, and files with the points of a metric."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from lineal import errors
from lineal.importing.findings import Findings
from lineal.mlflow_sources.records import LONGEST_SERIES, Series

_NUMBERS = 64
"""How many bits whole numbers have."""
UNREADABLE_LINES = "lines of files of metrics that cannot be read"


class Files:
    """What reads the files of a folder, and notes those that it cannot read.

    Attributes:
        top: the folder.
    """

    def __init__(self, top: Path, findings: Findings) -> None:
        """Take the folder and where to note what cannot be read.

        Raises:
            FailedPreconditionError: PyYAML is not installed.
        """
        self.top = top
        self._findings = findings
        try:
            import yaml
        except ImportError:
            raise errors.FailedPreconditionError(
                "reading a folder mlruns needs PyYAML; install it with: pip install 'lineal[mlruns]'"
            ) from None
        self._loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._load, self._fault = yaml.load, yaml.YAMLError

    def meta(self, path: Path, whose: str) -> dict[str, Any] | None:
        """Return what a meta.yaml says; None, and a note, if it cannot be read.

        Args:
            path: the file.
            whose: the plural of what it is about, such as "runs".
        """
        try:
            found = self._load(path.read_text(encoding="utf-8"), self._loader)
        except (OSError, ValueError, self._fault):
            found = None
        if isinstance(found, dict):
            return found
        self._findings.add(f"{whose} whose meta.yaml cannot be read", self._name(path))
        return None

    def texts(self, folder: Path) -> dict[str, str]:
        """Return the texts of the files in a folder by their paths inside of it: parameters, or tags."""
        found = {}
        for path in _files(folder):
            try:
                with path.open(encoding="utf-8", newline="") as file:
                    found[path.relative_to(folder).as_posix()] = file.read()
            except (OSError, ValueError):
                self._findings.add("parameters and tags that cannot be read", self._name(path))
        return found

    def count_points(self, folder: Path) -> int:
        """Return how many lines the files of metrics in a folder have."""
        count = 0
        for path in _files(folder):
            with path.open("rb") as file:
                count += sum(1 for line in file if line.strip())
        return count

    def points(self, folder: Path, owner: str, *, is_model: bool = False) -> Iterator[Series]:
        """Yield the points of the metrics in a folder, whose owner is a run or a logged model."""
        for path in _files(folder):
            with path.open(encoding="utf-8", errors="replace") as file:
                empty = Series(owner, path.relative_to(folder).as_posix(), [], [], [])
                yield from self._series(file, path, empty, is_model=is_model)

    def _series(self, file: IO[str], path: Path, empty: Series, *, is_model: bool) -> Iterator[Series]:
        series = empty
        for index, line in enumerate(file, start=1):
            point = _point(line, is_model=is_model)
            if point is None:
                self._findings.add(UNREADABLE_LINES, f"{self._name(path)}:{index}", count=bool(line.strip()))
                continue
            if len(series.steps) == LONGEST_SERIES or (point.run_id, point.data_set) != series[-2:]:
                if series.steps:
                    yield series
                series = Series(empty.owner, empty.key, [], [], [], point.run_id, point.data_set)
            series.times.append(point.time)
            series.values.append(point.value)
            series.steps.append(point.step)
        if series.steps:
            yield series

    def _name(self, path: Path) -> str:
        return path.relative_to(self.top).as_posix()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder: a key with slashes is a path."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


class _Point(NamedTuple):
    """A line of a file of a metric; the last two fields are those of `Series`."""

    time: int
    value: float
    step: int
    run_id: str = ""
    data_set: tuple[str, str] = ("", "")


def _point(line: str, *, is_model: bool) -> _Point | None:
    """Return what a line says; None for one that says nothing, or is still being written.

    A line is a time, a value and a step. For a logged model the run follows, and last a data set may be named.
    """
    words = line.split()
    if len(words) < 2 or not line.endswith("\n"):
        return None
    try:
        time, value, step = int(words[0]), float(words[1]), int(words[2]) if len(words) > 2 else 0
    except ValueError:
        return None
    if not all(-(1 << (_NUMBERS - 1)) <= each < 1 << (_NUMBERS - 1) for each in (time, step)):
        return None
    if not is_model:
        return _Point(time, value, step)
    run_id, *data_set = words[3:] or [""]
    return _Point(time, value, step, run_id, (" ".join(data_set[:-1]), data_set[-1]) if data_set else ("", ""))
