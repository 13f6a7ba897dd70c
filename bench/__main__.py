"""Run the benchmark: `python -m bench [--suite NAME ...] [--rounds N] [--size N] [--only TEXT] [--json FILE]`.

Both libraries work on fresh stores of the same size, in processes of their own that take turns, so that a change of the
machine's speed meets both. The tables show medians and the ratio official / Lineal (above 1 = Lineal is faster).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from bench import suites
from bench.measure import Result, print_table
from bench.workloads import WORKLOADS
from tests.engines import MARIADB, POSTGRESQL

SUITES: dict[str, Callable[[suites.Options], list[Result]]] = {
    "embedded": suites.embedded,
    "grpc": lambda options: suites.over_grpc(options, clients=1),
    "grpc-8": lambda options: suites.over_grpc(options, clients=8),
    "mariadb": lambda options: suites.on_server(options, engine=MARIADB),
    "postgresql": lambda options: suites.on_server(options, engine=POSTGRESQL),
}


def main() -> None:
    """Measure and report."""
    arguments = _arguments()
    workloads = [workload for workload in WORKLOADS if arguments.only in workload.name]
    results: list[Result] = []
    for name in arguments.suite or SUITES:
        found = SUITES[name](suites.Options(workloads, arguments.rounds, arguments.size))
        print_table(found)
        results += found
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([result.as_json() for result in results], indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", action="append", choices=SUITES, help="run only this suite; can be repeated")
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds of each workload")
    parser.add_argument("--size", type=int, default=10_000, help="artifacts in the stores")
    parser.add_argument("--only", default="", help="measure only workloads whose name contains this text")
    parser.add_argument("--json", help="write the results to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
