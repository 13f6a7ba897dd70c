"""The measurements with MLflow say what they could not measure, and leave no half of a store behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import many_runs
from bench.tracking import WORKLOADS, Measured

RUN, SEARCH = WORKLOADS[0], WORKLOADS[2]


@pytest.mark.parametrize("lineal", [1.0, 0.9])
def test_a_ratio_that_is_lost_in_noise_is_no_promise_kept(lineal: float) -> None:
    found = Measured("SQLite", RUN, mlflow=10.0, lineal=lineal, nothing=1.0)
    assert (found.is_kept, found.as_json()["server"]) == (False, None)
    assert Measured("SQLite", SEARCH, mlflow=10.0, lineal=lineal, nothing=1.0).is_kept  # promises no ratio of servers


def test_the_ratio_of_the_servers_leaves_out_the_client() -> None:
    found = Measured("SQLite", RUN, mlflow=10.0, lineal=2.0, nothing=1.0)
    assert (found.is_kept, found.whole, found.server) == (True, 5.0, 9.0)
    assert not Measured("SQLite", RUN, mlflow=10.0, lineal=3.0, nothing=1.0).is_kept


def test_a_store_that_was_not_finished_is_not_measured_later(tmp_path: Path) -> None:
    no_number: Any = "x"
    with pytest.raises(TypeError):
        many_runs.measure(1, runs=no_number, folder=str(tmp_path))
    assert not [*tmp_path.iterdir()]
