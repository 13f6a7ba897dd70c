"""The memory of a server that is asked with many large filters, none of which is equal to another."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.serving import Caller, ServerProcess, running_server

_MOST_MIB = 400
_FILTERS = 150
_BYTES = 150_000


def _request(number: int, *, most_conditions: bool = True) -> rpc.GetArtifactsRequest:
    """Return a request with a filter of 150 kB: of as many conditions as fit, or of one with long values."""
    if most_conditions:
        text = f"id = {number} OR " + " OR ".join(f"id > {number}{other:05d}" for other in range(10_000))
        text = text[: text.rindex(" OR ", 0, _BYTES)]
    else:
        values = [f"'{number}-{other}-{'x' * 100}'" for other in range(_BYTES // 120)]
        text = f"name IN ({', '.join(values)})"
    return rpc.GetArtifactsRequest(options=pb.ListOperationOptions(max_result_size=1, filter_query=text))


def _peak_mib(server: ServerProcess) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_150_distinct_filters_of_150_kb_leave_a_server_below_400_mib(database_url: str) -> None:
    with running_server(database_url) as server, Caller(server.address) as caller:
        for number in range(_FILTERS):
            caller.call("GetArtifacts", _request(number, most_conditions=number % 25 == 0), timeout=120)
        assert _peak_mib(server) < _MOST_MIB


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "name"),
    [(("--max-filter-bytes", "100000"), "--max-filter-bytes"), (("--max-filter-terms", "2000"), "--max-filter-terms")],
)
def test_a_server_with_lower_limits_refuses_them_with_the_setting(flags: tuple[str, str], name: str) -> None:
    with running_server("sqlite://", *flags) as server, Caller(server.address) as caller:
        with pytest.raises(grpc.RpcError, match=name) as raised:
            caller.call("GetArtifacts", _request(1))
        assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
