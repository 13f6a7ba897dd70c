"""Rounds, medians and ratios."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bench import processor
from bench.sides import LIBRARIES, Worker
from bench.workloads import Workload


@dataclass(frozen=True)
class Result:
    """The medians of one workload, in seconds for one operation, and the promised ratio.

    Attributes:
        limit: what bare sqlite3 or an empty RPC takes, where that can do the workload.
        base: what Lineal is compared with, for the table; its time is `official`.
        official_cpu, lineal_cpu: the processor's time of the servers, where there are servers and the system tells.
        clients_cpu: the processor's time of those who asked Lineal's.
    """

    suite: str
    name: str
    official: float
    lineal: float
    target: float
    limit: float | None = None
    base: str = LIBRARIES[0]
    official_cpu: float | None = None
    lineal_cpu: float | None = None
    clients_cpu: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as fast as the official library Lineal is."""
        return self.official / self.lineal

    @property
    def reachable(self) -> float:
        """The ratio that there would be if Lineal's servers and their clients kept every core busy."""
        busy = (self.lineal_cpu or 0) + (self.clients_cpu or 0)
        return self.official / busy * (os.cpu_count() or 1) if busy else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {**self.__dict__, "ratio": self.ratio, "reachable": self.reachable}


class Run(NamedTuple):
    """The seconds of one operation: by the clock, of the server's processor, of the clients' processors."""

    clock: float
    server: float
    clients: float


def compare(
    suite: str, sides: Mapping[str, Sequence[Worker]], workloads: Sequence[Workload], rounds: int
) -> list[Result]:
    """Run every workload on both sides in turn; the first round warms up and is not counted.

    A side with several workers runs them at the same time; its time is that of the slowest, divided by all operations.
    """
    runs: dict[tuple[str, str], list[Run]] = {}
    for number in range(rounds + 1):
        for workload in workloads:
            able = [name for name in sides if name in (*LIBRARIES, *workload.limits)]
            for name in able if number % 2 else able[::-1]:
                run = run_together(sides[name], workload)
                if number:
                    runs.setdefault((workload.name, name), []).append(run)
    medians = {key: Run(*map(statistics.median, zip(*found, strict=True))) for key, found in runs.items()}
    return [_result(suite, workload, medians) for workload in workloads]


def _result(suite: str, workload: Workload, medians: Mapping[tuple[str, str], Run]) -> Result:
    official, lineal = (medians[workload.name, library] for library in LIBRARIES)
    limits = [medians[workload.name, name].clock for name in workload.limits if (workload.name, name) in medians]
    return Result(
        suite,
        workload.name,
        official.clock,
        lineal.clock,
        workload.target,
        limits[0] if limits else None,
        official_cpu=official.server or None,
        lineal_cpu=lineal.server or None,
        clients_cpu=lineal.clients if lineal.server else None,
    )


def run_together(workers: Sequence[Worker], workload: Workload) -> Run:
    """Run a workload once on each worker at the same time; return what one operation took."""
    servers = {worker.server for worker in workers if worker.server}
    before = _processor(servers)
    for worker in workers:
        worker.start(workload.name)
    clocks, busy = zip(*[worker.seconds() for worker in workers], strict=True)
    operations = workload.all_operations * len(workers)
    return Run(max(clocks) / operations, (_processor(servers) - before) / operations, sum(busy) / operations)


def _processor(process_ids: Iterable[int]) -> float:
    return sum(processor.seconds_of(process_id) for process_id in process_ids) if processor.CAN_TELL else 0.0


def print_table(results: Sequence[Result]) -> None:
    """Print the medians in microseconds, the ratios, the promises, the limits and what the servers' processors did."""
    base = results[0].base
    heads = f"{base + ' µs':>13}{'Lineal µs':>12}{'ratio':>8}{'promised':>10}{'limit µs':>12}"
    if has_servers := results[0].lineal_cpu is not None:
        heads += f"{'CPU µs':>12}{'Lineal CPU':>12}" + (f"{'reachable':>11}" if base != LIBRARIES[0] else "")
    print(f"\n{results[0].suite}\n{'workload':34}{heads}")
    for result in results:
        limit = f"{result.limit * 1e6:12,.1f}" if result.limit else f"{'':12}"
        mark = "" if result.ratio >= result.target else "  below"
        print(
            f"{result.name:34}{result.official * 1e6:13,.1f}{result.lineal * 1e6:12,.1f}"
            f"{result.ratio:8.2f}{result.target:10.1f}{limit}{_of_servers(result) if has_servers else ''}{mark}"
        )


def _of_servers(result: Result) -> str:
    official, lineal = (result.official_cpu or 0) * 1e6, (result.lineal_cpu or 0) * 1e6
    reachable = f"{result.reachable:11.2f}" if result.base != LIBRARIES[0] else ""
    return f"{official:12,.1f}{lineal:12,.1f}{reachable}"
