"""How the cost of reads grows with the store: the same reads of a small and of a large store, each behind a server.

The stores are made by generate.py, as many executions as artifacts, and kept in a folder if one is named: a million
artifacts take minutes to make. Each store also gets a workspace of the same size, by the SDK.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lineal
from bench.generate import generate
from bench.sides import server
from kubeflow.metadata import metadata
from lineal.catalogue.index import SearchIndex
from lineal.client import ListOptions, OrderByField
from lineal.upkeep.opening import open_service

SMALL = 10_000
WORKSPACE = "bench"
WORKSPACE_MODELS = 100
MOST_MEMORY = 300 * 2**20
_FILTER = (
    "type = 'kubeflow.org/alpha/model' AND state = LIVE AND custom_properties.__kf_workspace__.string_value = 'fraud'"
)


@dataclass(frozen=True)
class Growth:
    """The medians of one read on both stores, in seconds, and how many times as long the large one may take."""

    name: str
    small: float
    large: float
    target: float

    @property
    def ratio(self) -> float:
        """How many times as long the large store takes."""
        return self.large / self.small

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "scale", **self.__dict__, "ratio": self.ratio}


@dataclass(frozen=True)
class Memory:
    """What the server of the large store holds in memory after the reads, in bytes."""

    name: str
    size: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "scale", **self.__dict__}


class Shelf:
    """A store of some size behind a server of its own."""

    def __init__(self, stack: ExitStack, folder: Path, size: int) -> None:
        path = folder / f"{size}.db"
        if not path.exists():
            generate(f"sqlite:///{path}", artifacts=size, executions=size)
        with open_service(f"sqlite:///{path}") as service:
            index = SearchIndex(service)
            index.prepare()
            index.follow_all()  # or the server would do so while it is measured
        _read_through(path)
        self.size = size
        asked = server(stack, "lineal", f"sqlite:///{path}")
        self.process_id = asked.process_id
        self.client = lineal.connect(asked.url)
        stack.callback(self.client.close)
        self.workspace = metadata.Workspace(metadata.Store.from_client(self.client), name=WORKSPACE)
        self.chance = random.Random(size)  # noqa: S311 no secret
        self._fill_workspace()

    def _fill_workspace(self) -> None:
        if self.list_workspace():
            return
        execution = metadata.Execution(name="fill", workspace=self.workspace)
        for number in range(WORKSPACE_MODELS):
            execution.log_output(metadata.Model(name=f"model-{number}", uri=f"s3://bench/{number}"))

    def get_one(self) -> object:
        """Read an artifact by a random id."""
        return self.client.get_artifacts_by_id([self.chance.randint(1, self.size)])

    def get_hundred(self) -> object:
        """Read artifacts by random ids."""
        return self.client.get_artifacts_by_id([self.chance.randint(1, self.size) for _ in range(100)])

    def first_page(self) -> object:
        """Read the first page of a filtered, ordered list."""
        options = ListOptions(limit=20, order_by=OrderByField.CREATE_TIME, is_asc=False, filter_query=_FILTER)
        return self.client.get_artifacts(list_options=options)

    def list_workspace(self) -> list[dict[str, Any]]:
        """List the models of the workspace by the SDK."""
        found: list[dict[str, Any]] = self.workspace.list(metadata.Model.ARTIFACT_TYPE_NAME)
        return found

    def memory(self) -> Memory:
        """Return what the server holds in memory (Linux)."""
        lines = [line.split() for line in Path(f"/proc/{self.process_id}/status").read_text().splitlines()]
        return Memory("memory of the server", next(int(line[1]) * 1024 for line in lines if line[0] == "VmRSS:"))


def _read_through(path: Path) -> None:
    """Read a file, so that the system has it in memory: a disk's time says nothing of the program."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


READS: tuple[tuple[str, Callable[[Shelf], object], float], ...] = (
    ("get an artifact by id", Shelf.get_one, 1.5),
    ("get 100 artifacts by id", Shelf.get_hundred, 1.5),
    ("first page, filtered and ordered", Shelf.first_page, 3.0),
    ("SDK: list a workspace of 100", Shelf.list_workspace, 1.5),
)


def measure(rounds: int, *, large: int, folder: str | None) -> list[Growth | Memory]:
    """Read both stores in turn, so many times and once to warm up."""
    with ExitStack() as stack:
        place = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        shelves = [Shelf(stack, place, size) for size in (SMALL, large)]
        growths = [_compare(shelves, name, read, target, rounds) for name, read, target in READS]
        return [*growths, shelves[1].memory()]


def _compare(shelves: list[Shelf], name: str, read: Callable[[Shelf], object], target: float, rounds: int) -> Growth:
    times: dict[int, list[float]] = {shelf.size: [] for shelf in shelves}
    for number in range(3 * rounds + 1):
        for shelf in shelves:
            start = time.perf_counter()
            read(shelf)
            if number:
                times[shelf.size].append(time.perf_counter() - start)
    small, large = (statistics.median(times[shelf.size]) for shelf in shelves)
    return Growth(name, small, large, target)


def print_table(results: list[Growth | Memory], *, large: int) -> None:
    """Print the medians in milliseconds and how they grow."""
    print(f"\nscale\n{'read':36}{f'{SMALL:,} ms':>12}{f'{large:,} ms':>15}{'ratio':>8}{'at most':>9}")
    for result in results:
        if isinstance(result, Memory):
            mark = "" if result.size <= MOST_MEMORY else "  above"
            print(f"{result.name:36}{result.size / 2**20:27.0f} MiB{'':4}{MOST_MEMORY // 2**20:5} MiB{mark}")
        else:
            mark = "" if result.ratio <= result.target else "  above"
            figures = f"{result.small * 1e3:12.2f}{result.large * 1e3:15.2f}{result.ratio:8.2f}{result.target:9.1f}"
            print(f"{result.name:36}{figures}{mark}")
