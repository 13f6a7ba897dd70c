"""What is merged is merged alike in any order and any grouping, and twice is once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lineal.openlineage import runs
from lineal.openlineage.runs import Claim, History, Span
from lineal.wire import metadata_store as pb

_TIMES = st.integers(-5, 5)
_CLAIMS = st.builds(Claim, st.sampled_from([0, 1, 2]), _TIMES, st.sampled_from("ab"), st.sampled_from("cd"))
_SPANS = st.tuples(_TIMES, _TIMES).map(lambda pair: Span(min(pair), max(pair)))
_TYPES = st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER", ""])
HISTORIES = st.builds(History, st.dictionaries(_TYPES, _SPANS, max_size=4), st.none() | _CLAIMS, st.booleans())


@given(HISTORIES, HISTORIES, HISTORIES)
def test_histories_join_in_any_order_and_any_grouping(one: History, two: History, three: History) -> None:
    together = one.joined(two).joined(three)

    assert together.text == three.joined(two.joined(one)).text
    assert together.joined(two).text == together.text


@given(HISTORIES)
def test_a_history_is_read_as_it_was_written(history: History) -> None:
    assert runs.read(history.text) == history


@given(HISTORIES)
def test_a_run_is_over_exactly_if_it_has_an_end(history: History) -> None:
    open_states = (pb.Execution.RUNNING, pb.Execution.UNKNOWN)

    assert (history.ended is None) == (history.state in open_states)


def _after(*events: tuple[str, int], endless: bool = False) -> History:
    found = History(is_endless=endless)
    for type_, time in events:
        found = found.joined(History({type_: Span(time, time)}))
    return found


def test_the_latest_end_counts_and_at_one_time_the_worst() -> None:
    assert _after(("FAIL", 1), ("COMPLETE", 2)).state == pb.Execution.COMPLETE
    assert _after(("COMPLETE", 1), ("ABORT", 1)).state == pb.Execution.CANCELED
    assert _after(("ABORT", 1), ("FAIL", 1), ("COMPLETE", 1)).state == pb.Execution.FAILED


def test_only_endless_jobs_go_on_after_an_end() -> None:
    events = (("START", 1), ("COMPLETE", 2), ("START", 3))

    assert _after(*events).state == pb.Execution.COMPLETE
    assert _after(*events, endless=True).state == pb.Execution.RUNNING
    assert _after(*events, ("COMPLETE", 4), endless=True).state == pb.Execution.COMPLETE


def test_a_run_without_a_start_started_at_its_first_event_and_one_with_an_end_alone_did_not_say_when() -> None:
    assert _after(("OTHER", 5000), ("COMPLETE", 9000)).started == 5
    assert _after(("OTHER", 5000), ("START", 7000)).started == 7
    assert _after(("COMPLETE", 9000)).started is None
