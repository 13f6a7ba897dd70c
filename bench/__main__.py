"""Run the benchmark: `python -m bench [--suite NAME ...] [--rounds N] [--size N] [--only TEXT] [--json FILE]`.

The suite `startup` measures imports and the command, `scale` the growth from 10,000 to a million artifacts, and
`metrics` a million points of metrics beside bare sqlite3. `mlflow` compares the server with MLflow's,
`runs` reads a store of many runs, `events` sends events of OpenLineage beside calls with the same content, and `outbox`
compares writes that are marked to be sent as OpenLineage with others. `steps` compares a step with put_execution.

Both libraries work on fresh stores of the same size, in processes of their own that take turns, so that a change of the
machine's speed meets both. The tables show medians and the ratio official / Lineal (above 1 = Lineal is faster).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import events, many_runs, metric_points, scale, sending, startup, steps, suites, tracking
from bench.measure import Result, print_table
from tests.engines import MARIADB, POSTGRESQL

SUITES: dict[str, Callable[[suites.Options], list[Result]]] = {
    "embedded": suites.embedded,
    "grpc": lambda options: suites.over_grpc(options, clients=1),
    "grpc-8": lambda options: suites.over_grpc(options, clients=suites.CLIENTS),
    "workers": suites.workers,
    "mariadb": lambda options: suites.on_server(options, engine=MARIADB),
    "postgresql": lambda options: suites.on_server(options, engine=POSTGRESQL),
    "network": lambda options: [
        result for engine in (MARIADB, POSTGRESQL) for result in suites.over_network(options, engine=engine)
    ],
}


def _startup(arguments: argparse.Namespace) -> list[Any]:
    starts = startup.measure(arguments.rounds)
    startup.print_table(starts)
    return list(starts)


def _scale(arguments: argparse.Namespace) -> list[Any]:
    found = scale.measure(arguments.rounds, large=arguments.large, folder=arguments.stores)
    scale.print_table(found, large=arguments.large)
    return list(found)


def _metrics(arguments: argparse.Namespace) -> list[Any]:
    found = metric_points.measure(arguments.rounds)
    metric_points.print_table(found)
    return list(found)


def _mlflow(arguments: argparse.Namespace) -> list[Any]:
    found = tracking.measure(arguments.rounds, arguments.only)
    tracking.print_table(found)
    return list(found)


def _runs(arguments: argparse.Namespace) -> list[Any]:
    found = many_runs.measure(arguments.rounds, runs=arguments.runs, folder=arguments.stores)
    many_runs.print_table(found, runs=arguments.runs)
    return list(found)


def _events(arguments: argparse.Namespace) -> list[Any]:
    found = events.measure(arguments.rounds, seconds=arguments.seconds)
    events.print_table(found)
    return [found]


def _outbox(arguments: argparse.Namespace) -> list[Any]:
    found = sending.measure(arguments.rounds, arguments.only)
    sending.print_table(found)
    return list(found)


def _steps(arguments: argparse.Namespace) -> list[Any]:
    found = steps.measure(arguments.rounds)
    steps.print_table(found)
    return list(found)


OTHERS: dict[str, Callable[[argparse.Namespace], list[Any]]] = {
    "startup": _startup,
    "scale": _scale,
    "metrics": _metrics,
    "mlflow": _mlflow,
    "runs": _runs,
    "events": _events,
    "outbox": _outbox,
    "steps": _steps,
}


def main() -> None:
    """Measure and report."""
    arguments = _arguments()
    results: list[Any] = []
    for name in arguments.suite or [*SUITES, *OTHERS]:
        if name in SUITES:
            found: list[Any] = list(SUITES[name](suites.Options(arguments.only, arguments.rounds, arguments.size)))
            for _, table in itertools.groupby(found, key=lambda result: result.suite):
                print_table(list(table))
        else:
            found = OTHERS[name](arguments)
        results += found
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([result.as_json() for result in results], indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--suite", action="append", choices=[*SUITES, *OTHERS], help="run only this suite; can be repeated"
    )
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds of each workload")
    parser.add_argument("--size", type=int, default=10_000, help="artifacts in the stores")
    parser.add_argument("--large", type=int, default=1_000_000, help="artifacts in the large store of the suite scale")
    parser.add_argument("--runs", type=int, default=100_000, help="runs in the store of the suite runs")
    parser.add_argument("--seconds", type=float, default=10, help="how long a turn of the suite events takes")
    parser.add_argument("--stores", help="the folder that keeps the stores of the suites scale and runs")
    parser.add_argument("--only", default="", help="measure only workloads whose name contains this text")
    parser.add_argument("--json", help="write the results to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
