"""What a step costs, capture included, beside three put_execution calls in the same store at the same time.

Without artifacts, the calls store bare executions; with artifacts, each stores one with an input and an output, as the
step has them. A block of an execution is measured too, which promises nothing. The sides take turns, call by call. The
first calls of each side, which register types and find out what is captured, are not counted.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal.sdk import DataSet, Execution, Model, Workspace, init, step
from lineal.wire import metadata_store as pb
from tests.serving import running_server

CALLS = 3
"""How many put_execution calls a step may cost."""
_UNCOUNTED = 5
_PER_ROUND = 25


@dataclass(frozen=True)
class Measured:
    """Medians of one kind of store, in seconds: three calls of put_execution, a step and a block."""

    store: str
    name: str
    calls: float
    step: float
    block: float

    @property
    def ratio(self) -> float:
        """How much of three calls a step costs; at most 1 is promised."""
        return self.step / self.calls

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "steps", **self.__dict__, "ratio": self.ratio}


class Sides:
    """What is compared, in one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._numbers = itertools.count()
        self._type_ids = {
            kind: workspace._types.artifact_type_id(kind.ARTIFACT_TYPE_NAME, {}) for kind in (DataSet, Model)
        }

    def calls(self, *, with_artifacts: bool) -> None:
        """Store executions by put_execution, three calls."""
        for _ in range(CALLS):
            self._put(with_artifacts=with_artifacts)

    def step(self, *, with_artifacts: bool) -> None:
        """Call a step."""
        work(self, self.artifact(DataSet) if with_artifacts else None)

    def block(self, *, with_artifacts: bool) -> None:
        """Enter and leave an execution."""
        with Execution("work", self.workspace) as execution:
            if with_artifacts:
                execution.log_input(self.artifact(DataSet))
                execution.log_output(self.artifact(Model))

    def artifact(self, kind: type[Any]) -> Any:
        """Return a new artifact."""
        number = next(self._numbers)
        return kind(uri=f"file:///bench/{time.time_ns()}/{number}", name="bench", version=str(number))

    def _put(self, *, with_artifacts: bool) -> None:
        record = pb.Execution(type_id=self.workspace._types.execution_type_id(), last_known_state=pb.Execution.RUNNING)
        record.properties["name"].string_value = "work"
        record.custom_properties["__kf_workspace__"].string_value = self.workspace.name
        pairs = [
            (self._record(DataSet), pb.Event(type=pb.Event.INPUT)),
            (self._record(Model), pb.Event(type=pb.Event.OUTPUT)),
        ]
        context = pb.Context(type_id=self.workspace._context.type_id, name=self.workspace.name)
        self.workspace.store.put_execution(
            record, pairs if with_artifacts else [], [context], reuse_context_if_already_exist=True
        )

    def _record(self, kind: type[Any]) -> pb.Artifact:
        record: pb.Artifact = self.artifact(kind).serialization()
        record.type_id = self._type_ids[kind]
        record.custom_properties["__kf_workspace__"].string_value = self.workspace.name
        return record


@step
def work(sides: Sides, data: DataSet | None, rate: float = 0.1) -> Model | None:
    """Make a model of a data set, or do nothing."""
    return None if data is None else sides.artifact(Model)


def measure(rounds: int) -> list[Measured]:
    """Measure on a SQLite file in this process, and over gRPC."""
    with tempfile.TemporaryDirectory() as folder:
        found = _in_store("SQLite file", f"sqlite:///{folder}/embedded.db", rounds)
        with running_server(f"sqlite:///{folder}/served.db") as server:
            found += _in_store("gRPC", f"grpc://{server.address}", rounds)
    return found


def _in_store(name: str, url: str, rounds: int) -> list[Measured]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the other store was told before
        sides = Sides(init(url, name, capture=True))
    found = []
    for with_artifacts in (False, True):
        parts = {part: _timed(getattr(sides, part), with_artifacts) for part in ("calls", "step", "block")}
        times: dict[str, list[float]] = {part: [] for part in parts}
        for number in range(_UNCOUNTED + rounds * _PER_ROUND):
            for part, timed in parts.items():
                taken = timed()
                if number >= _UNCOUNTED:
                    times[part].append(taken)
        medians = {part: statistics.median(each) for part, each in times.items()}
        found.append(Measured(name, "1 input, 1 output" if with_artifacts else "no artifacts", **medians))
    sides.workspace.store.close()
    return found


def _timed(work: Callable[..., None], with_artifacts: bool) -> Callable[[], float]:
    def run() -> float:
        start = time.perf_counter()
        work(with_artifacts=with_artifacts)
        return time.perf_counter() - start

    return run


def print_table(found: list[Measured]) -> None:
    """Print what was measured."""
    print("\nsteps\n")
    print(
        f"{'store':<12} {'artifacts':<18} {'3 calls ms':>10} {'step ms':>8} {'block ms':>9} {'step':>6} {'promised':>9}"
    )
    for each in found:
        times = f"{each.calls * 1e3:10.2f} {each.step * 1e3:8.2f} {each.block * 1e3:9.2f}"
        print(f"{each.store:<12} {each.name:<18} {times} {each.ratio:6.2f} {'≤ 1':>9}")
