"""Caches of what is made of callers' texts: they are bounded by bytes, whatever the texts are."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy as sa

from lineal.caches import SizedCache
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.mlmd_tables import TYPE


def test_a_cache_forgets_what_was_used_longest_ago() -> None:
    cache: SizedCache[int, str] = SizedCache(100)
    made: list[int] = []

    def get(key: int) -> None:
        cache.get(key, lambda: made.append(key) or "made", lambda _: 10)

    for key in (0, 1, 2, 3, 4, 0, 5, 0, 6, 7, 8, 9, 0, 10, 11, 1):
        get(key)
    assert [key for key in made if key < 2] == [0, 1, 1]


def test_a_cache_keeps_nothing_that_is_larger_than_its_half() -> None:
    cache: SizedCache[str, str] = SizedCache(100)
    cache.get("small", lambda: "first", lambda _: 10)
    cache.get("large", lambda: "first", lambda _: 51)
    assert cache.get("large", lambda: "again", lambda _: 51) == "again"
    assert cache.get("small", lambda: "again", lambda _: 10) == "first"


def test_texts_for_lists_of_many_lengths_are_not_all_kept() -> None:
    database = Database(DatabaseSettings("sqlite://"))
    lists = [listed(TYPE.c.name, f"list_{number}") for number in range(3)]
    compiled = database.compiled(Statement(sa.select(TYPE.c.name).where(*lists)))
    for length in range(1, 1000):
        compiled.bind({f"list_{number}": ["a"] * (length * 7**number % 900 + 1) for number in range(3)})
    assert sum(map(len, compiled._texts.values())) <= 1 << 16


_ASK = """
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb, service as rpc

def memory():
    return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0]) // 1024

def ask(number):
    text = f"id > {number} OR " + " OR ".join(f"id>{other}" for other in range(107))
    options = pb.ListOperationOptions(max_result_size=1, filter_query=text[:text.rindex(" OR", 0, 1000)])
    return service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options))

with open_service(__import__("sys").argv[1]) as service:
    ask(0)
    before = memory()
    for number in range(1, 512):
        ask(number)
    print(memory() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_512_distinct_filters_of_the_longest_remembered_length_keep_less_than_40_mib(database_url: str) -> None:
    found = subprocess.run([sys.executable, "-c", _ASK, database_url], check=True, capture_output=True, text=True)
    assert int(found.stdout) < 40
