"""What messages say of one thing and of several."""

from __future__ import annotations

import pytest

from lineal.counting import Amount, amount


@pytest.mark.parametrize(
    ("things", "one"),
    [
        ("artifacts", "1 artifact"),
        ("external ids", "1 external id"),
        ("properties of artifacts", "1 property of artifacts"),
        ("events without their artifact", "1 event without their artifact"),
    ],
)
def test_one_thing_has_a_noun_in_the_singular(things: str, one: str) -> None:
    assert amount(1, things) == one
    assert [amount(count, things) for count in (0, 2)] == [f"0 {things}", f"2 {things}"]


def test_a_template_counts_with_its_noun() -> None:
    assert f"the names of {Amount(1):nodes}" == "the names of 1 node"
    assert "the names of {rows:nodes}, {rows} in all".format(rows=Amount(2)) == "the names of 2 nodes, 2 in all"
