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
    """The medians of one workload, in seconds for one operation, and the promised ratio."""

    suite: str
    name: str
    official: float
    lineal: float
    target: float

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
            for library in LIBRARIES if number % 2 else LIBRARIES[::-1]:
                seconds = run_together(sides[library], workload)
                if number:
                    times.setdefault((workload.name, library), []).append(seconds)
    return [
        Result(
            suite,
            workload.name,
            *(statistics.median(times[workload.name, library]) for library in LIBRARIES),
            workload.target,
        )
        for workload in workloads
    ]


def run_together(workers: Sequence[Worker], workload: Workload) -> float:
    """Run a workload once on each worker at the same time; return the seconds for one operation."""
    for worker in workers:
        worker.start(workload.name)
    slowest = max(worker.seconds() for worker in workers)
    return slowest / workload.operations / len(workers)


def print_table(results: Sequence[Result]) -> None:
    """Print the medians in microseconds, the ratios and the promises."""
    print(f"\n{results[0].suite}\n{'workload':34}{'official µs':>13}{'Lineal µs':>12}{'ratio':>8}{'promised':>10}")
    for result in results:
        mark = "" if result.ratio >= result.target else "  below"
        print(
            f"{result.name:34}{result.official * 1e6:13,.1f}{result.lineal * 1e6:12,.1f}"
            f"{result.ratio:8.2f}{result.target:10.1f}{mark}"
        )
