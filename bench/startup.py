"""How long Python takes to import Lineal, and its command to answer, beside an empty program."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from bench.sides import official_python

EMPTY = "python -c pass"


@dataclass(frozen=True)
class Start:
    """The median of one program, in seconds, how many times an empty program it is, and what is promised."""

    name: str
    seconds: float
    times_empty: float
    target: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "startup", **self.__dict__}


def programs() -> dict[str, tuple[list[str], float | None]]:
    """Return each program's command, and the seconds that it may take."""
    python = [sys.executable, "-c"]
    return {
        EMPTY: ([*python, "pass"], None),
        "import lineal": ([*python, "import lineal"], 0.150),
        "from kubeflow.metadata import metadata": ([*python, "from kubeflow.metadata import metadata"], 0.250),
        "lineal --help": ([sys.executable, "-m", "lineal", "--help"], 0.300),
        "official: import ml_metadata": ([official_python(), "-c", "import ml_metadata"], None),
    }


def measure(rounds: int) -> list[Start]:
    """Run every program in turn, so many times and once to warm up."""
    times: dict[str, list[float]] = {name: [] for name in programs()}
    for number in range(rounds + 1):
        for name, (command, _) in programs().items():
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 the commands stand above
            if number:
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    return [Start(name, seconds, seconds / medians[EMPTY], programs()[name][1]) for name, seconds in medians.items()]


def print_table(starts: list[Start]) -> None:
    """Print the medians in milliseconds and as multiples of an empty program."""
    print(f"\nstart-up\n{'program':42}{'ms':>9}{'times empty':>13}{'promised ms':>13}")
    for start in starts:
        promised = f"{start.target * 1e3:13.0f}" if start.target else f"{'':13}"
        mark = "  above" if start.target and start.seconds > start.target else ""
        print(f"{start.name:42}{start.seconds * 1e3:9.1f}{start.times_empty:13.2f}{promised}{mark}")
