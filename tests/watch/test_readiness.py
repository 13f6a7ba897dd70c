"""What readiness says of a lost API server, a lost store, and kinds that are forbidden or in trouble of their own."""

from __future__ import annotations

import pytest

from lineal.watch.readiness import State, Stream, Trouble

FORBIDDEN, AWAY = Trouble("forbidden", "403 no"), Trouble("cluster_away", "no answer")
PODS, JOBS = Stream("Pod/v1", synced=True), Stream("Job.batch/v1", synced=True)


@pytest.mark.parametrize(
    ("state", "in_the_way", "refused"),
    [
        (State([PODS, JOBS]), [], []),
        (State([PODS, Stream("Job.batch/v1", synced=False)]), ["Job.batch/v1 is not listed yet"], []),
        (State([PODS, Stream("A/v1", synced=False, trouble=FORBIDDEN)]), [], ["A/v1 cannot be watched: 403 no"]),
        (State([PODS], forbidden={"A/v1": "no verb"}), [], ["A/v1 cannot be watched: no verb"]),
        (State([], forbidden={"A/v1": "no"}), ["no kind can be watched"], ["A/v1 cannot be watched: no"]),
        (State([Stream("A/v1", synced=True, trouble=AWAY)]), ["the API server does not answer: no answer"], []),
        (State([], unasked={"A/v1": "no answer"}), ["the API server does not answer: no answer"], []),
        (
            State([Stream("A/v1", True, AWAY), Stream("B/v1", False, FORBIDDEN)]),
            ["the API server does not answer: no answer"],
            ["B/v1 cannot be watched: 403 no"],
        ),
        (State([PODS, Stream("A/v1", True, AWAY)]), ["A/v1 cannot be read at the moment: no answer"], []),
        (State([PODS], unasked={"A.b/v1": "503"}), ["A.b/v1 cannot be read at the moment: 503"], []),
        (State([Stream("A/v1", True, Trouble("store_away", "x"))]), ["the store does not answer"], []),
        (State([PODS], store_answers=False), ["the store does not answer"], []),
        (State([PODS], asked=False), ["the watcher has not asked the cluster for every kind yet"], []),
    ],
)
def test_readiness_names_what_is_in_the_way(state: State, in_the_way: list[str], refused: list[str]) -> None:
    assert (state.in_the_way(), state.refused()) == (in_the_way, refused)
