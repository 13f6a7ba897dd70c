"""The facts of a node in the search index."""

from __future__ import annotations

from lineal.catalogue import entries
from lineal.kinds import EXECUTION
from lineal.wire import metadata_store as pb


def test_all_numbers_are_of_one_type() -> None:
    execution = pb.Execution(id=1, type="train", create_time_since_epoch=1_700_000_000_000)
    execution.custom_properties["__ALL_META__"].string_value = '{"values": {"auc": 0.5, "rows": 7}}'
    execution.custom_properties["__ended__"].int_value = 1_700_000_000_500
    facts = entries.derived(EXECUTION, execution).facts
    assert {fact.name: type(fact.number) for fact in facts} == {"auc": float, "rows": float, "ran": float}
