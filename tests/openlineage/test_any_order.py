"""Events in any order, and every one twice, end in the same graph."""

from __future__ import annotations

import pytest

from tests.openlineage.graphs import differences
from tests.openlineage.receiving import graph_after, shuffled
from tests.openlineage.shapes import SHAPES


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_shuffled_and_repeated_events_give_the_graph_of_the_order_in_which_they_were_made(
    shape: str, seed: int
) -> None:
    events = SHAPES[shape]()

    assert differences(graph_after(events), graph_after(shuffled(events, seed))) == ""


@pytest.mark.parametrize("seed", range(4))
def test_events_of_all_tools_together_give_the_same_graph_in_any_order(seed: int) -> None:
    events = [event for make in SHAPES.values() for event in make()]

    assert differences(graph_after(events), graph_after(shuffled(events, seed))) == ""
