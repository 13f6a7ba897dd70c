"""Points of metrics: how fast they are appended and read, beside bare sqlite3 on the same machine at the same time.

1,000 runs get 1,000 points each, in batches of 1,000: a run is a record of the SDK, and a batch one `log_points`. The
bare sides write the same rows into files with the same settings, so both sync each commit: one side only the points and
their metric, the other one, in a file that Lineal made, also what else a call changes (the record's values and its time
of last update). The sides take turns, batch by batch. The page of a run is read of a store with these points and of one
without any. What stays out: the official library, which has no points.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lineal
from kubeflow.metadata import metadata
from lineal.catalogue import Asked, Catalogue
from lineal.client import MetadataStore
from lineal.kinds import ARTIFACT
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb

BATCH = 1000
NAMES = ("loss", "accuracy", "learning rate", "throughput")
HISTORY = 10_000
_GROUP = 20
Columns = dict[str, list[float]]

_TABLES = (
    "CREATE TABLE metric (id INTEGER PRIMARY KEY, run INT NOT NULL, name VARCHAR(255) NOT NULL, UNIQUE (run, name))",
    "CREATE TABLE point (metric_id INT NOT NULL, step INT NOT NULL, time INT NOT NULL, value DOUBLE NOT NULL, "
    "special INT NOT NULL, PRIMARY KEY (metric_id, step, time, value, special)) WITHOUT ROWID",
)


@dataclass(frozen=True)
class Measured:
    """What was measured of both sides, in seconds, and the promised ratio bare / Lineal of them, at least."""

    name: str
    bare: float
    lineal: float
    target: float

    @property
    def ratio(self) -> float:
        """How many times as fast as the other side Lineal is."""
        return self.bare / self.lineal

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "metrics", **self.__dict__, "ratio": self.ratio}


def connected(path: Path) -> sqlite3.Connection:
    """Open a file with Lineal's settings."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


class BarePoints:
    """A file with the points and their metrics alone."""

    def __init__(self, path: Path) -> None:
        self.connection = connected(path)
        for table in _TABLES:
            self.connection.execute(table)

    def append(self, run: int, steps: Sequence[int], now: int, columns: Columns) -> None:
        """Write a batch of a run."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        for name, values in columns.items():
            execute("INSERT INTO metric (run, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (run, name))
            found = execute("SELECT id FROM metric WHERE run = ? AND name = ?", (run, name)).fetchone()[0]
            rows = [(found, step, now, value, 0) for step, value in zip(steps, values, strict=True)]
            self.connection.executemany("INSERT INTO point VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)
        execute("COMMIT")

    def history(self, run: int, name: str) -> list[list[Any]]:
        """Read a history as three lists."""
        found = self.connection.execute("SELECT id FROM metric WHERE run = ? AND name = ?", (run, name)).fetchone()[0]
        query = "SELECT step, time, value FROM point WHERE metric_id = ? ORDER BY step, time, value"
        return [list(column) for column in zip(*self.connection.execute(query, (found,)).fetchall(), strict=True)]


class BareRows:
    """A store's own file, with all the rows that a call writes."""

    def __init__(self, path: Path) -> None:
        self.connection = connected(path)
        self._now = 0

    def append(self, run: int, steps: Sequence[int], now: int, columns: Columns) -> None:
        """Write a batch of a run, whose number is the id of its record."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        for name, values in columns.items():
            last = (steps[-1], now, values[-1], 0)
            put = "INSERT INTO lineal_metric VALUES (NULL, 1, ?, ?, ?, ?, ?, ?)"
            found = execute(put, (run, name, *last)).lastrowid
            rows = [(found, step, now, value, 0) for step, value in zip(steps, values, strict=True)]
            self.connection.executemany(
                "INSERT INTO lineal_metric_point VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows
            )
        shown = json.dumps({"values": {name: values[-1] for name, values in columns.items()}})
        execute(
            "UPDATE ArtifactProperty SET string_value = ? WHERE artifact_id = ? AND name = '__ALL_META__'", (shown, run)
        )
        execute("UPDATE Artifact SET last_update_time_since_epoch = ? WHERE id = ?", (now, run))
        execute("COMMIT")


class Logged:
    """A store with a record for each run, to which the SDK logs points."""

    def __init__(self, path: Path) -> None:
        self.store = lineal.connect(f"sqlite:///{path}")
        self.records: dict[int, metadata.Metrics] = {}

    def take(self, ids: Sequence[int]) -> None:
        """Make the SDK's objects of records."""
        for number in ids:
            self.records[number] = metadata.Metrics(uri=f"s3://bench/{number}", name=f"run-{number}")
            self.records[number].id = number

    def append(self, run: int, steps: Sequence[int], now: int, columns: Columns) -> None:
        """Log a batch of a run."""
        self.records[run].log_points(columns, steps=steps, times=[now] * len(steps), store=self.store)

    def history(self, run: int, name: str) -> list[list[Any]]:
        """Read a history as three lists."""
        return [*self.records[run].history(name, store=self.store)]


def put_records(store: MetadataStore, count: int) -> list[int]:
    """Put a record for each run, as the SDK stores it; return their ids."""
    described = metadata.Metrics(uri="s3://bench", name="run", values=dict.fromkeys(NAMES, 0.5)).serialization()
    declared = dict.fromkeys((*described.properties, "labels"), pb.STRING)
    type_id = store.put_artifact_type(pb.ArtifactType(name=metadata.Metrics.ARTIFACT_TYPE_NAME, properties=declared))
    found: list[int] = []
    for number in range(count):
        artifact = pb.Artifact()
        artifact.CopyFrom(described)
        artifact.type_id = type_id
        artifact.custom_properties["__kf_workspace__"].string_value = "bench"
        artifact.custom_properties["__kf_run__"].string_value = f"run-{number}"
        found += store.put_artifacts([artifact])
    return found


def measure(rounds: int, *, runs: int = 1000) -> list[Measured]:
    """Append points to all runs, read histories, and read the page of a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, whole, with_points = (folder / f"{each}.db" for each in ("plain", "whole", "points"))
        with lineal.connect(f"sqlite:///{plain}") as store:
            ids = put_records(store, runs)
        with open_service(f"sqlite:///{plain}") as service:
            Catalogue(service).index.follow_all()  # which makes Lineal's own tables as well
        for copied in (whole, with_points):
            shutil.copy(plain, copied)
        logged, points = Logged(with_points), BarePoints(folder / "bare.db")
        logged.take(ids)
        found = _appended({"lineal": logged, "points": points, "rows": BareRows(whole)}, ids)
        found.append(_read(logged, points, ids[0], rounds))
        logged.store.close()
        return [*found, *_pages(plain, with_points, rounds)]


def _batch(chance: random.Random) -> tuple[list[int], int, Columns]:
    steps = list(range(BATCH // len(NAMES)))
    return steps, time.time_ns() // 1_000_000, {name: [chance.random() for _ in steps] for name in NAMES}


def _appended(sides: dict[str, Any], ids: Sequence[int]) -> list[Measured]:
    """Append a batch to each run on each side; the sides take turns."""
    chance = random.Random(1)  # noqa: S311 no secret
    times: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for run in ids:
        batch = _batch(chance)
        order = order[1:] + order[:1]
        for name in order:
            start = time.perf_counter()
            sides[name].append(run, *batch)
            times[name].append(time.perf_counter() - start)
    groups = {name: _grouped(each) for name, each in times.items()}
    return [
        Measured(f"append {BATCH} points, beside the bare points", groups["points"], groups["lineal"], 0.6),
        Measured(f"append {BATCH} points, beside all rows of a call", groups["rows"], groups["lineal"], 0.6),
    ]


def _grouped(times: Sequence[float]) -> float:
    """Return the median of means of neighbours, so that checkpoints count as well."""
    groups = [times[start : start + _GROUP] for start in range(0, len(times) - _GROUP + 1, _GROUP)]
    return statistics.median(map(statistics.fmean, groups or [times]))


def _read(logged: Logged, points: BarePoints, run: int, rounds: int) -> Measured:
    """Read a history of HISTORY points on both sides in turn."""
    chance, now = random.Random(2), time.time_ns() // 1_000_000  # noqa: S311 no secret
    for start in range(0, HISTORY, BATCH):
        columns = {"long": [chance.random() for _ in range(BATCH)]}
        for side in (logged, points):
            side.append(run, range(start, start + BATCH), now, columns)
    assert logged.history(run, "long") == points.history(run, "long")  # noqa: S101 both hold the same
    bare, ours = _in_turn(lambda: points.history(run, "long"), lambda: logged.history(run, "long"), 3 * rounds)
    return Measured(f"history of {HISTORY} points", bare, ours, 1 / 3)


def _in_turn(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for place, call in enumerate((first, second)):
            start = time.perf_counter()
            call()
            if number:
                times[place].append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def _pages(plain: Path, with_points: Path, rounds: int) -> list[Measured]:
    """Read what the page of a run asks for, of a store without points and of one with them."""
    with closing(open_service(f"sqlite:///{plain}")) as one, closing(open_service(f"sqlite:///{with_points}")) as other:
        without, full = Catalogue(one), Catalogue(other)
        full.index.follow_all()
        bare, ours = _in_turn(lambda: _run_page(without), lambda: _run_page(full), 6 * rounds)
    return [Measured("page of a run, beside a store without points", bare, ours, 0.8)]


def _run_page(catalogue: Catalogue) -> None:
    """Read a run, what it holds, and its records with their metrics."""
    [run] = catalogue.runs(workspace="bench", name="run-7", cursor="", limit=1).items
    catalogue.contents(run.id)
    columns = ",".join(f'metric."{name}"' for name in NAMES)
    asked = Asked(ARTIFACT, "run=run-7 workspace=bench", "")
    found = catalogue.page(asked, order="-created", columns=columns, limit=60, cursor="")
    assert found.items  # noqa: S101 the comparison would be wrong


def print_table(found: Sequence[Measured]) -> None:
    """Print what was measured."""
    print("\nmetrics\n")
    print(f"{'workload':<48} {'bare ms':>9} {'Lineal ms':>10} {'ratio':>7} {'promised':>9}")
    for each in found:
        print(f"{each.name:<48} {each.bare * 1e3:9.2f} {each.lineal * 1e3:10.2f} {each.ratio:7.2f} {each.target:9.2f}")
