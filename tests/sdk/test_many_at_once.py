"""Threads and processes that log the same artifact at the same moment get one record, on every engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal.client import connect
from lineal.wire import metadata_store as pb
from tests.engines import SQLITE, SQLITE_EVERY_DAY
from tests.galera import galera
from tests.serving import running_server

PROGRAM = Path(__file__).with_name("crowded_program.py")
FEW = pytest.param(2, 4, id="few")
MANY = pytest.param(4, 8, id="many", marks=pytest.mark.slow)


def run_programs(urls: Sequence[str], threads: int) -> list[list[int]]:
    """Run a program for each URL, all at once; return the ids that each thread of each got."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(PROGRAM), url, str(threads)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for url in urls
        ]
        assert [program.stdout and program.stdout.readline() for program in running] == ["ready\n"] * len(urls)
        for program in running:
            assert program.stdin
            program.stdin.close()
        return [ids for program in running for ids in json.loads(program.stdout.read())]  # type: ignore[union-attr]


def check(urls: Sequence[str], threads: int) -> None:
    """Run the programs, and look at what they left: one record of each artifact, with an event for each execution."""
    got = run_programs(urls, threads)
    with connect(urls[0]) as store:
        artifacts, executions = store.get_artifacts(), store.get_executions()
        events = store.get_events_by_artifact_ids([artifact.id for artifact in artifacts])
        assert len(store.get_contexts()) == 1
        assert len(store.get_artifact_types()) == len({kind.name for kind in store.get_artifact_types()})
    assert {tuple(ids) for ids in got} == {tuple(got[0])}
    assert sorted(got[0][1:]) == [artifact.id for artifact in artifacts]
    assert len(executions) == len(got) == len(urls) * threads
    assert len(events) == len(artifacts) * len(executions)
    assert {event.type for event in events} == {pb.Event.OUTPUT}


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize(("processes", "threads"), [FEW, MANY])
def test_the_same_artifact_logged_by_many_is_one_record(database_url: str, processes: int, threads: int) -> None:
    check([database_url] * processes, threads)


@pytest.mark.slow
@pytest.mark.parametrize("engine", [SQLITE], indirect=True, ids=["sqlite"])
def test_it_is_one_record_over_grpc_with_three_workers(database_url: str) -> None:
    with running_server(database_url, "--workers", "3") as server:
        check([f"grpc://{server.address}"] * 2, 4)


@pytest.mark.slow
def test_it_is_one_record_over_grpc_on_every_engine(database_url: str) -> None:
    with running_server(database_url, "--workers", "3") as server:
        check([f"grpc://{server.address}"] * 4, 8)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_is_one_record_when_each_program_uses_its_own_node_of_a_cluster() -> None:
    with galera() as cluster:
        urls = [cluster.url(node) for node in cluster.nodes]
        check([*urls, urls[0]], 8)
