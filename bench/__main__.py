"""Run the benchmark: `python -m bench [--rounds N] [--size N] [--only TEXT] [--json FILE]`.

Both libraries work on fresh files of the same size, in processes of their own that take turns, so that a change of the
machine's speed meets both. The table shows medians and the ratio official / Lineal (above 1 = Lineal is faster).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.workloads import WORKLOADS, Workload

HERE = Path(__file__).resolve().parent
OFFICIAL_VARIABLE = "LINEAL_OFFICIAL_PYTHON"
OFFICIAL_PYTHON = HERE.parent / ".venv-official" / "bin" / "python"


class Side:
    """A library in a process of its own."""

    def __init__(self, library: str, python: str, url: str, size: int) -> None:
        command = [python, str(HERE / "worker.py"), library, url, str(size)]
        self._process = subprocess.Popen(  # noqa: S603 our own worker
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._read()

    def _read(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"a worker ended with code {self._process.wait()}; its message is above")
        return line

    def seconds(self, workload: Workload) -> float:
        """Run a workload once; return the seconds for one operation."""
        print(workload.name, file=self._process.stdin, flush=True)
        return float(self._read()) / workload.operations

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass(frozen=True)
class Result:
    """The medians of one workload, in seconds for one operation, and the promised ratio."""

    name: str
    official: float
    lineal: float
    target: float

    @property
    def ratio(self) -> float:
        """How many times as fast as the official library Lineal is."""
        return self.official / self.lineal


def compare(sides: dict[str, Side], workloads: list[Workload], rounds: int) -> list[Result]:
    """Run every workload on both sides in turn; the first round warms up and is not counted."""
    times: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds + 1):
        for workload in workloads:
            for library in sorted(sides, reverse=bool(number % 2)):
                seconds = sides[library].seconds(workload)
                if number:
                    times.setdefault((workload.name, library), []).append(seconds)
    return [
        Result(
            workload.name,
            statistics.median(times[workload.name, "official"]),
            statistics.median(times[workload.name, "lineal"]),
            workload.target,
        )
        for workload in workloads
    ]


def print_table(results: list[Result]) -> None:
    """Print the medians in microseconds, the ratios and the promises."""
    print(f"{'workload':34}{'official µs':>13}{'Lineal µs':>12}{'ratio':>8}{'promised':>10}")
    for result in results:
        mark = "" if result.ratio >= result.target else "  below"
        print(
            f"{result.name:34}{result.official * 1e6:13,.1f}{result.lineal * 1e6:12,.1f}"
            f"{result.ratio:8.2f}{result.target:10.1f}{mark}"
        )


def main() -> None:
    """Measure and report."""
    arguments = _arguments()
    workloads = [workload for workload in WORKLOADS if arguments.only in workload.name]
    with tempfile.TemporaryDirectory() as folder:
        pythons = {"official": _official_python(), "lineal": sys.executable}
        sides = {
            library: Side(library, python, f"sqlite:///{folder}/{library}.db", arguments.size)
            for library, python in pythons.items()
        }
        try:
            results = compare(sides, workloads, arguments.rounds)
        finally:
            for side in sides.values():
                side.close()
    print_table(results)
    if arguments.json:
        rows: list[dict[str, Any]] = [{**result.__dict__, "ratio": result.ratio} for result in results]
        Path(arguments.json).write_text(json.dumps(rows, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds of each workload")
    parser.add_argument("--size", type=int, default=10_000, help="artifacts in the stores")
    parser.add_argument("--only", default="", help="measure only workloads whose name contains this text")
    parser.add_argument("--json", help="write the results to this file")
    return parser.parse_args()


def _official_python() -> str:
    python = os.environ.get(OFFICIAL_VARIABLE, str(OFFICIAL_PYTHON))
    if not Path(python).exists():
        raise SystemExit(f"no official library: run `make official`, or name its Python in {OFFICIAL_VARIABLE}")
    return python


if __name__ == "__main__":
    main()
