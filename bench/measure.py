"""Rounds, medians and ratios."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from bench import processor
from bench.sides import LIBRARIES, Worker
from bench.workloads import Workload

Targets = Callable[[Workload], float]
NO_VARIANTS: Mapping[str, Targets] = MappingProxyType({})


@dataclass(frozen=True)
class Result:
    """The medians of one workload, in seconds for one operation, and the promised ratio.

    Attributes:
        limit: what bare sqlite3 or an empty RPC takes, where that can do the workload.
        base: what Lineal is compared with, for the table; its time is `official`.
        official_cpu, lineal_cpu: the processor's time of the servers, where there are servers and the system tells.
        clients_cpu: the processor's time of those who asked Lineal's.
        official_trips, lineal_trips: the round trips to the database, where they are counted.
        allowed_trips: how many Lineal promises at most.
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
    official_trips: float | None = None
    lineal_trips: float | None = None
    allowed_trips: int | None = None

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
    """One operation: its seconds by the clock, of the server's processor, of the clients', and its round trips."""

    clock: float
    server: float
    clients: float
    round_trips: float


def compare(
    suite: str,
    sides: Mapping[str, Sequence[Worker]],
    workloads: Sequence[Workload],
    rounds: int,
    *,
    variants: Mapping[str, Targets] = NO_VARIANTS,
) -> list[Result]:
    """Run every workload on both sides in turn; the first round warms up and is not counted.

    A side with several workers runs them at the same time; its time is that of the slowest, divided by all operations.
    `variants` are other sides of Lineal, each with a table of its own and what is promised of a workload.
    """
    runs: dict[tuple[str, str], list[Run]] = {}
    for number in range(rounds + 1):
        for workload in workloads:
            able = [name for name in sides if name in (*LIBRARIES, *variants, *workload.limits)]
            for name in able if number % 2 else able[::-1]:
                run = run_together(sides[name], workload)
                if number:
                    runs.setdefault((workload.name, name), []).append(run)
    medians = {key: Run(*map(statistics.median, zip(*found, strict=True))) for key, found in runs.items()}
    results = [_result(suite, workload, medians, LIBRARIES[1]) for workload in workloads]
    for name, target in variants.items():
        promised = [workload._replace(target=target(workload)) for workload in workloads]
        results += [_result(f"{suite}, {name}", workload, medians, name) for workload in promised]
    return results


def _result(suite: str, workload: Workload, medians: Mapping[tuple[str, str], Run], side: str) -> Result:
    official, lineal = medians[workload.name, LIBRARIES[0]], medians[workload.name, side]
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
        official_trips=official.round_trips or None,
        lineal_trips=lineal.round_trips or None,
        allowed_trips=workload.round_trips,
    )


def run_together(workers: Sequence[Worker], workload: Workload) -> Run:
    """Run a workload once on each worker at the same time; return what one operation took."""
    servers = {worker.server for worker in workers if worker.server}
    before, trips = _processor(servers), _round_trips(workers)
    for worker in workers:
        worker.start(workload.name)
    clocks, busy = zip(*[worker.seconds() for worker in workers], strict=True)
    operations = workload.all_operations * len(workers)
    return Run(
        max(clocks) / operations,
        (_processor(servers) - before) / operations,
        sum(busy) / operations,
        (_round_trips(workers) - trips) / operations,
    )


def _round_trips(workers: Iterable[Worker]) -> int:
    return sum(worker.round_trips() for worker in workers)


def _processor(process_ids: Iterable[int]) -> float:
    return sum(processor.seconds_of(process_id) for process_id in process_ids) if processor.CAN_TELL else 0.0


def print_table(results: Sequence[Result]) -> None:
    """Print the results of one suite: medians in microseconds, ratios, promises, and what else was measured."""
    base = results[0].base
    heads = f"{base + ' µs':>13}{'Lineal µs':>12}{'ratio':>8}{'promised':>10}"
    print(f"\n{results[0].suite}\n{'workload':34}{heads}{_other_heads(results[0])}")
    for result in results:
        marks = "" if result.ratio >= result.target else "  below"
        if result.allowed_trips and (result.lineal_trips or 0) > result.allowed_trips:
            marks += "  too many round trips"
        print(
            f"{result.name:34}{result.official * 1e6:13,.1f}{result.lineal * 1e6:12,.1f}"
            f"{result.ratio:8.2f}{result.target:10.1f}{_others(result)}{marks}"
        )


def _other_heads(result: Result) -> str:
    """Return the heads of the columns that only some suites have."""
    if result.lineal_trips is not None:
        return f"{'trips':>9}{'Lineal':>9}{'at most':>9}"
    heads = f"{'limit µs':>12}"
    if result.lineal_cpu is not None:
        heads += f"{'CPU µs':>12}{'Lineal CPU':>12}" + (f"{'reachable':>11}" if result.base != LIBRARIES[0] else "")
    return heads


def _others(result: Result) -> str:
    """Return these columns: round trips, or the limit and what the servers' processors did."""
    if result.lineal_trips is not None:
        return f"{result.official_trips or 0:9.1f}{result.lineal_trips:9.1f}{result.allowed_trips or '':>9}"
    shown = f"{result.limit * 1e6:12,.1f}" if result.limit else f"{'':12}"
    if result.lineal_cpu is not None:
        shown += f"{(result.official_cpu or 0) * 1e6:12,.1f}{result.lineal_cpu * 1e6:12,.1f}"
        shown += f"{result.reachable:11.2f}" if result.base != LIBRARIES[0] else ""
    return shown
