"""Full scans, as the migration to Kubeflow Pipelines 3 makes them: by pages in the order of ids, and on from an id.

The migration reads executions, then artifacts, then the events of all executions, in batches, and goes on behind the
last id after an interruption. LINEAL_TEST_SCAN_ARTIFACTS says how large the store of the slow test is: 1000000 is what
was promised, 100000 is the default.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.client.options import ListOptions, OrderByField
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import METHOD_OF_REQUEST
from tests.kfp.asking import Asking
from tests.kfp.doors import GrpcDoor
from tests.kfp.filling import fill
from tests.kfp.player import play_all
from tests.kfp.runs import FAILED, SIMPLE
from tests.parameters import rare
from tests.serving import running_server

ARTIFACTS = int(os.environ.get("LINEAL_TEST_SCAN_ARTIFACTS", "100000"))
BATCH = 1000
FLAT_MIB = 24
"""By how much the memory of the server may grow from a tenth of a scan to its end; allocators keep some pages."""
LISTS: dict[str, Any] = {"artifacts": rpc.GetArtifactsRequest, "executions": rpc.GetExecutionsRequest}


def options(size: int, *, token: str = "", after: int | None = None) -> pb.ListOperationOptions:
    """Return the options of a page in the order of ids."""
    order = pb.ListOperationOptions.OrderByField(field=pb.ListOperationOptions.OrderByField.ID, is_asc=True)
    found = pb.ListOperationOptions(max_result_size=size, order_by_field=order)
    if token:
        found.next_page_token = token
    if after is not None:
        found.filter_query = f"id > {after}"
    return found


@pytest.mark.parametrize("name", ["artifacts", rare("executions")])
def test_pages_and_what_goes_on_from_an_id_are_answered_as_by_the_official_core(asking: Asking, name: str) -> None:
    play_all(asking, (SIMPLE, FAILED))
    by_token: list[int] = []
    token = ""
    while token or not by_token:
        page = asking.ok(LISTS[name](options=options(3, token=token)))
        by_token += [each.id for each in getattr(page, name)]
        token = page.next_page_token
    by_id: list[int] = []
    while page := getattr(asking.ok(LISTS[name](options=options(3, after=by_id[-1] if by_id else 0))), name):
        by_id += [each.id for each in page]
    assert by_token == by_id == sorted(by_token)
    assert len(by_token) > 6


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_scan_of_everything_takes_no_more_memory_the_longer_it_lasts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, ARTIFACTS)
    with running_server(url) as server, closing(GrpcDoor(server.address)) as door:
        seen: dict[str, int] = {}
        memory: list[int] = []
        for what, count in scan(door):
            seen[what] = seen.get(what, 0) + count
            memory.append(resident(server.process.pid))
    executions = ARTIFACTS // 2
    assert seen == {"executions": executions, "artifacts": ARTIFACTS, "events": executions + ARTIFACTS - 1}
    early, late = max(memory[: len(memory) // 10]), max(memory)
    print(f"{ARTIFACTS:,} artifacts: {early} MiB after a tenth of the scan, {late} MiB at most")
    assert late <= early + FLAT_MIB


@pytest.mark.slow
def test_the_python_client_reads_everything_in_the_order_of_ids(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, 6_000)
    with running_server(url) as server, lineal.connect(f"grpc://{server.address}") as store:
        ordered = ListOptions(order_by=OrderByField.ID, is_asc=True)
        assert [each.id for each in store.get_artifacts(ordered)] == list(range(1, 6_001))
        on = ListOptions(limit=250, order_by=OrderByField.ID, is_asc=True, filter_query="id > 2700")
        assert [each.id for each in store.get_executions(on)] == list(range(2701, 2951))
        assert len(store.get_events_by_execution_ids(range(1, 3_001))) == 6_000 + 3_000 - 1


def scan(door: GrpcDoor) -> Iterator[tuple[str, int]]:
    """Read everything as the migration does; yield what each call gave, and how many."""

    def ask(request: Any) -> Any:
        return door.call(METHOD_OF_REQUEST[type(request).__name__], request)

    for name in ("executions", "artifacts"):
        token, last = "", 0
        while token or not last:
            page = ask(LISTS[name](options=options(BATCH, token=token)))
            found = getattr(page, name)
            assert found[0].id == last + 1, "an id was left out"
            last, token = found[-1].id, page.next_page_token
            yield name, len(found)
            if name == "executions":
                asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[each.id for each in found])
                yield "events", len(ask(asked).events)
        if name == "artifacts":
            for after in range(0, last, max(BATCH, last // 10)):
                page = ask(rpc.GetArtifactsRequest(options=options(BATCH, after=after))).artifacts
                assert page[0].id == after + 1


def resident(process: int) -> int:
    """Return how much memory a process has, in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
