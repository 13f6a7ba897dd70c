"""Rounds, medians and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.sides import LIBRARIES, Worker
from bench.workloads import Workload


@dataclass(frozen=True)
class Result:
    """The medians of one workload, in seconds for one operation, and the promised ratio.

    Attributes:
        limit: what bare sqlite3 or an empty RPC takes, where that can do the workload.
        base: what Lineal is compared with, for the table; its time is `official`.
    """

    suite: str
    name: str
    official: float
    lineal: float
    target: float
    limit: float | None = None
    base: str = LIBRARIES[0]

    @property
    def ratio(self) -> float:
        """How many times as fast as the official library Lineal is."""
        return self.official / self.lineal

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {**self.__dict__, "ratio": self.ratio}


def compare(
    suite: str, sides: Mapping[str, Sequence[Worker]], workloads: Sequence[Workload], rounds: int
) -> list[Result]:
    """Run every workload on both sides in turn; the first round warms up and is not counted.

    A side with several workers runs them at the same time; its time is that of the slowest, divided by all operations.
    """
    times: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds + 1):
        for workload in workloads:
            able = [name for name in sides if name in (*LIBRARIES, *workload.limits)]
            for name in able if number % 2 else able[::-1]:
                seconds = run_together(sides[name], workload)
                if number:
                    times.setdefault((workload.name, name), []).append(seconds)
    medians = {key: statistics.median(seconds) for key, seconds in times.items()}
    return [_result(suite, workload, medians) for workload in workloads]


def _result(suite: str, workload: Workload, medians: Mapping[tuple[str, str], float]) -> Result:
    official, lineal = (medians[workload.name, library] for library in LIBRARIES)
    limits = [medians[workload.name, name] for name in workload.limits if (workload.name, name) in medians]
    return Result(suite, workload.name, official, lineal, workload.target, limits[0] if limits else None)


def run_together(workers: Sequence[Worker], workload: Workload) -> float:
    """Run a workload once on each worker at the same time; return the seconds for one operation."""
    for worker in workers:
        worker.start(workload.name)
    slowest = max(worker.seconds() for worker in workers)
    return slowest / workload.operations / len(workers)


def print_table(results: Sequence[Result]) -> None:
    """Print the medians in microseconds, the ratios, the promises and the limits."""
    heads = f"{results[0].base + ' µs':>13}{'Lineal µs':>12}{'ratio':>8}{'promised':>10}{'limit µs':>12}"
    print(f"\n{results[0].suite}\n{'workload':34}{heads}")
    for result in results:
        limit = f"{result.limit * 1e6:12,.1f}" if result.limit else f"{'':12}"
        mark = "" if result.ratio >= result.target else "  below"
        print(
            f"{result.name:34}{result.official * 1e6:13,.1f}{result.lineal * 1e6:12,.1f}"
            f"{result.ratio:8.2f}{result.target:10.1f}{limit}{mark}"
        )
