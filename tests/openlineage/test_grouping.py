"""Events that come while another one is stored share a transaction, and none of them fails for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.deadlines import Deadline, calling_until
from lineal.openlineage import Receiver, grouping, receiving
from lineal.openlineage.checks import read
from lineal.openlineage.receiving import Receipt, Received
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role, scope_of
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.openlineage.graphs import differences, graph_of
from tests.openlineage.receiving import Given, graph_after, store
from tests.openlineage.shapes import data_set, run_event

FOREIGN = "foreign"


def _event(run: str) -> Given:
    return run_event("COMPLETE", "08:00:00", run, "load", outputs=[data_set("s3://lake", run)])


def _wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def service() -> Iterator[MetadataService]:
    with store() as found:
        Receiver(found).receive(_event("first"))  # the types and tables are there
        yield found


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LONGEST_TOGETHER", 60.0)


def _together(
    service: MetadataService, events: Sequence[Given], callers: Sequence[Caller] = ()
) -> tuple[list[Future[Receipt]], int]:
    """Send events in their order while nobody can write; return what became of them, and in how many transactions."""
    here = threading.local()
    receiver, writes = Receiver(service, caller=lambda: here.caller), list[bool]()

    def receive(event: Given, caller: Caller) -> Receipt:
        here.caller = caller
        return receiver.receive(event)

    first_caller, *other_callers = callers or [UNNAMED] * len(events)
    service.database.on_end = lambda is_write, _: writes.append(is_write)
    with ThreadPoolExecutor(len(events)) as pool, service.database.dialect.writing():
        first = pool.submit(receive, events[0], first_caller)
        waiting = receiver._grouping
        assert waiting is not None
        _wait_until(lambda: waiting._turn.locked() and not waiting._waiting)
        others: list[Future[Receipt]] = []
        for event, caller in zip(events[1:], other_callers, strict=True):
            others.append(pool.submit(receive, event, caller))
            _wait_until(lambda: len(waiting._waiting) == len(others))
    service.database.on_end = None
    return [first, *others], sum(writes)


def test_events_that_wait_share_one_transaction(service: MetadataService) -> None:
    events = [_event(f"run-{number}") for number in range(6)]
    done, transactions = _together(service, events)
    assert all(each.result().is_new for each in done)
    assert transactions == 2
    assert differences(graph_after([_event("first"), *events]), graph_of(service)) == ""


def test_an_event_that_fails_costs_the_others_nothing(service: MetadataService) -> None:
    kept = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="of another program"))
    type_id = service.call("PutExecutionType", kept).type_id
    taken = pb.Execution(type_id=type_id, external_id=f"openlineage:default:run:{FOREIGN}")
    service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[taken]))
    done, _ = _together(service, [_event("a"), _event("b"), _event(FOREIGN), _event("c")])
    assert [each.exception() is None for each in done] == [True, True, False, True]
    with pytest.raises(errors.FailedPreconditionError, match="give it another external id"):
        done[2].result()


def test_a_transaction_takes_no_more_events_than_fit(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_TOGETHER", 2)
    done, transactions = _together(service, [_event(f"run-{number}") for number in range(6)])
    assert all(each.result().is_new for each in done)
    assert transactions == 1 + 3


def test_large_events_do_not_wait_for_each_other(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LONGEST_TOGETHER", 0.0)
    done, transactions = _together(service, [_event(f"run-{number}") for number in range(6)])
    assert all(each.result().is_new for each in done)
    assert transactions == 6


def test_an_event_whose_time_is_over_is_taken_back(service: MetadataService) -> None:
    receiver = Receiver(service)
    waiting = receiver._grouping
    assert waiting is not None
    with waiting._turn, calling_until(Deadline(0.05)), pytest.raises(errors.DeadlineExceededError):
        receiver.receive(_event("late"))
    assert not waiting._waiting
    assert receiver.receive(_event("late")).is_new


def test_a_thread_whose_time_is_over_stores_nothing_for_others() -> None:
    stored = list[Sequence[Received]]()
    waiting = grouping.Grouping(lambda events, _: stored.append(events) or [])  # type: ignore[func-returns-value]
    over = Deadline(60)
    over.cancel()
    event = read(_event("late"))
    assert event is not None
    with calling_until(over), pytest.raises(errors.CancelledError):
        waiting.receipt_of(Received("default", event), UNNAMED)
    assert stored == []
    assert not waiting._waiting


def test_callers_of_other_workspaces_share_no_transaction(service: MetadataService) -> None:
    ann, bob = (Caller(name, Role.WRITER, scope_of([name])) for name in ("ann", "bob"))
    events = [_event(f"run-{number}") for number in range(6)]
    done, transactions = _together(service, events, [ann, ann, ann, bob, ann, bob])
    assert all(each.result().is_new for each in done)
    assert transactions == 1 + 4
    found = service.call("GetExecutions", rpc.GetExecutionsRequest()).executions
    of = [each.custom_properties["__kf_workspace__"].string_value for each in found]
    assert sorted(of) == ["ann"] * 4 + ["bob"] * 2 + ["default"]


def test_the_audit_log_names_each_event_so_none_shares_a_transaction() -> None:
    with open_service(DatabaseSettings("sqlite://", audit=True)) as service:
        assert Receiver(service)._grouping is None
