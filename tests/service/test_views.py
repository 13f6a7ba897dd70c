"""Stored views have quotas, for each caller and in all; where one is reached, the oldest go, and that is said."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal import errors
from lineal.catalogue import Catalogue, views
from lineal.config import DatabaseSettings
from lineal.security import LimitSettings
from lineal.service import MetadataService
from lineal.service.access import Caller, Role, scope_of
from lineal.store.upkeep import free_space
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from tests.crowd import Crowd
from tests.engines import run_sql

ANNA, BEN = (Caller(name, Role.READER, scope_of(["a"])) for name in ("anna", "ben"))
DAY = views.RENEWED_AFTER


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[itertools.count[int]]:
    """Let each look at the clock be a millisecond later."""
    times = itertools.count(1_000_000_000_000)
    monkeypatch.setattr(views, "now", lambda: next(times))
    return times


def catalogue(service: MetadataService, caller: Caller = ANNA, *, mib: int = 2, each: int = 1) -> Catalogue:
    service.database.limits = LimitSettings(max_views_mib=mib, max_views_mib_per_caller=each)
    return Catalogue(service, caller=lambda: caller)


def large(number: int) -> str:
    """Return a view of which two fit into 1 MiB."""
    return f"{number}{'😀' * 99_000}"


def is_there(shown: Catalogue, view_id: str) -> bool:
    try:
        return bool(shown.view(view_id).content)
    except errors.NotFoundError:
        return False


def test_the_oldest_views_of_a_caller_make_room_for_the_next(service: MetadataService) -> None:
    anna, ben = catalogue(service), catalogue(service, BEN)
    other = ben.put_view(large(0))
    first, second, third = (anna.put_view(large(number)) for number in (1, 2, 3))
    assert [view.removed for view in (other, first, second, third)] == [0, 0, 0, 1]
    assert [is_there(anna, view.id) for view in (other, first, second, third)] == [True, False, True, True]


def test_the_oldest_views_of_all_make_room_for_the_next(service: MetadataService) -> None:
    stored = [
        catalogue(service, caller, mib=1).put_view(large(index)) for index, caller in enumerate((BEN, ANNA, ANNA))
    ]
    assert [view.removed for view in stored] == [0, 0, 1]
    assert [is_there(catalogue(service), view.id) for view in stored] == [False, True, True]


def test_a_view_that_is_stored_again_is_no_longer_the_oldest(service: MetadataService) -> None:
    anna = catalogue(service)
    first, second = anna.put_view(large(1)), anna.put_view(large(2))
    assert anna.put_view(large(1)) == first
    anna.put_view(large(3))
    assert [is_there(anna, view.id) for view in (first, second)] == [True, False]


def test_opening_a_view_renews_it_once_a_day(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = catalogue(service)
    first, second = anna.put_view(large(1)), anna.put_view(large(2))
    writes: list[str] = []
    service.database.observe = lambda sql: writes.append(sql) if sql.startswith("UPDATE lineal_view") else None
    assert is_there(anna, first.id)
    assert not writes
    monkeypatch.setattr(views, "now", lambda: 1_000_000_000_000 + 2 * DAY)
    assert [is_there(anna, first.id), is_there(anna, first.id), len(writes)] == [True, True, 1]
    anna.put_view(large(3))
    assert [is_there(anna, view.id) for view in (first, second)] == [True, False]


def test_a_view_that_is_stored_after_the_clock_was_set_back_is_not_the_next_to_go(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = catalogue(service)
    first = anna.put_view(large(1))
    monkeypatch.setattr(views, "now", lambda: 1_000_000_000_000 - 2 * DAY)
    second = anna.put_view(large(2))
    anna.put_view(large(3))
    assert [is_there(anna, view.id) for view in (first, second)] == [False, True]


def test_opening_a_view_renews_it_after_the_clock_was_ahead(
    service: MetadataService, clock: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = catalogue(service)
    first = anna.put_view(large(1))
    with monkeypatch.context() as ahead:
        ahead.setattr(views, "now", lambda: 1_000_000_000_000 + 2 * DAY)
        second = anna.put_view(large(2))
    assert next(clock) < 1_000_000_000_000 + DAY
    assert is_there(anna, first.id)
    anna.put_view(large(3))
    assert [is_there(anna, view.id) for view in (first, second)] == [True, False]


def test_a_view_that_two_callers_stored_stays_until_both_are_over_their_quota(service: MetadataService) -> None:
    anna, ben = catalogue(service), catalogue(service, BEN)
    shared = anna.put_view(large(0))
    assert ben.put_view(large(0)).id == shared.id
    assert [anna.put_view(large(number)).removed for number in (1, 2)] == [0, 0]
    assert is_there(anna, shared.id)
    assert [ben.put_view(large(number)).removed for number in (3, 4)] == [0, 1]
    assert not is_there(anna, shared.id)


@pytest.mark.parametrize(("mib", "each", "flag"), [(0, 1, "--max-views-mib "), (1, 0, "--max-views-mib-per-caller ")])
def test_a_view_that_is_larger_than_a_quota_is_refused(mib: int, each: int, flag: str) -> None:
    with (
        open_service("sqlite://") as service,
        pytest.raises(errors.ResourceExhaustedError, match=f"takes 1025 bytes, and {flag}is 0"),
    ):
        catalogue(service, mib=mib, each=each).put_view("x")


def test_a_view_that_is_not_there_may_have_been_removed_and_the_message_says_so() -> None:
    with open_service("sqlite://") as service, pytest.raises(errors.NotFoundError) as raised:
        catalogue(service, mib=7, each=3).view("a" * 16)
    assert "3 MiB of them for each caller (--max-views-mib-per-caller)" in raised.value.message
    assert "7 MiB in all (--max-views-mib)" in raised.value.message


def test_views_of_older_versions_count_and_are_the_first_to_go(service: MetadataService, database_url: str) -> None:
    catalogue(service)
    run_sql(database_url, f"INSERT INTO lineal_view (id, content, created) VALUES ('{'o' * 16}', '{'ä' * 300_000}', 1)")
    anna = catalogue(service, mib=1)
    assert [anna.put_view(large(number)).removed for number in (1, 2)] == [0, 1]
    assert not is_there(anna, "o" * 16)


def test_a_view_of_an_older_version_is_found_before_it_is_counted(service: MetadataService, database_url: str) -> None:
    anna = catalogue(service)
    run_sql(database_url, f"INSERT INTO lineal_view (id, content, created) VALUES ('{'o' * 16}', 'old', 1)")
    assert anna.view("o" * 16).content == "old"


def test_a_smaller_quota_is_reached_by_the_next_views(service: MetadataService) -> None:
    for number in range(4):
        catalogue(service, mib=4, each=4).put_view(large(number))
    assert catalogue(service).put_view(large(5)).removed == 3


def test_views_are_read_where_nothing_can_be_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("store") / "store.db"
    with open_service(f"sqlite:///{path}") as service:
        stored = catalogue(service).put_view("x")
    run_sql(f"sqlite:///{path}", "DROP TABLE lineal_view_use")
    with open_service(DatabaseSettings(f"sqlite:///{path}?mode=ro")) as service:
        shown = catalogue(service)
        assert shown.view(stored.id).content == "x"
        with pytest.raises(errors.PermissionDeniedError, match="reading only"):
            shown.put_view("y")


def test_two_servers_and_many_threads_stay_within_the_quota(service: MetadataService, database_url: str) -> None:
    with open_service(database_url) as second:
        both = [catalogue(each, caller, each=2) for each in (service, second) for caller in (ANNA, BEN)]

        def put(start: int, shown: Catalogue) -> None:
            for number in range(start, start + 3):
                is_there(shown, shown.put_view(large(number)).id)

        with Crowd([lambda at=at, shown=shown: put(at, shown) for at, shown in enumerate(both)]):
            pass
    [counted] = run_sql(database_url, "SELECT SUM(size), COUNT(*), COUNT(DISTINCT view_id) FROM lineal_view_use")
    [(kept,)] = run_sql(database_url, "SELECT COUNT(*) FROM lineal_view")
    assert (counted[0] <= 2 << 20, counted[1]) == (True, 5)
    assert counted[2] == kept


def test_views_of_a_restored_archive_count(tmp_path: Path) -> None:
    first, second = (DatabaseSettings(f"sqlite:///{tmp_path / name}.db") for name in ("first", "second"))
    with open_service(first) as service:
        catalogue(service).put_view("x")
    archive.backup(first, tmp_path / "a.zip")
    archive.restore(tmp_path / "a.zip", second)
    assert run_sql(second.url, "SELECT caller, size FROM lineal_view_use") == [("", 1025)]


def test_looking_for_room_leaves_no_view(service: MetadataService, database_url: str) -> None:
    service.database.is_full = True
    service.database.full_at = -free_space.QUIET
    assert free_space.has_room(service.database)
    assert (service.database.is_full, run_sql(database_url, "SELECT id FROM lineal_view")) == (False, [])
