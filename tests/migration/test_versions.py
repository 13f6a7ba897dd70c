"""Every version, up and down: the tables and rows that the official library makes, and what both read afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lineal.config import DatabaseSettings
from lineal.upkeep.migration import downgrade, migrate
from lineal.upkeep.opening import open_service
from tests.compat.official import OfficialCore, sqlite_file
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.compat.stock import snapshot
from tests.migration.stores import NEWEST, VERSIONS, OldStores, described, rows

pytestmark = pytest.mark.long

each_version = pytest.mark.parametrize("version", VERSIONS)


def url(path: Path) -> DatabaseSettings:
    return DatabaseSettings(f"sqlite:///{path}")


@pytest.fixture
def upgraded(old_stores: OldStores, tmp_path: Path) -> Callable[[int], tuple[Path, Path]]:
    """Upgrade a store officially and by Lineal; return both files."""

    def upgrade(version: int) -> tuple[Path, Path]:
        official = old_stores.upgraded_officially(version, tmp_path / "official.db")
        ours = old_stores.copy(version, tmp_path / "lineal.db")
        migrate(url(ours))
        return official, ours

    return upgrade


@pytest.fixture
def downgraded(old_stores: OldStores, tmp_path: Path) -> Callable[[int], tuple[Path, Path]]:
    """Return the file of a version that the official core has made, and Lineal's from the same store."""

    def bring_down(version: int) -> tuple[Path, Path]:
        ours = old_stores.copy(NEWEST, tmp_path / "lineal.db")
        downgrade(url(ours), version)
        return old_stores.copy(version, tmp_path / "official.db"), ours

    return bring_down


@pytest.fixture
def read_alike(core: OfficialCore) -> Iterator[Callable[..., None]]:
    """Read everything from two files, officially from the first, and compare it."""
    pairs: list[Pair] = []

    def compare(official: Path, other: Path, *, by_lineal: bool) -> None:
        side = LinealSide(open_service(url(other))) if by_lineal else core.open(sqlite_file(other))
        pairs.append(Pair(core.open(sqlite_file(official)), side))
        snapshot(pairs[-1])

    yield compare
    for pair in pairs:
        pair.close()


@each_version
def test_going_up_leads_to_the_tables_of_a_new_store(version: int, old_stores: OldStores, tmp_path: Path) -> None:
    open_service(f"sqlite:///{tmp_path}/new.db").close()
    old = old_stores.copy(version, tmp_path / "old.db")

    migrate(url(old))

    assert described(old) == described(tmp_path / "new.db")


@each_version
def test_going_up_makes_of_the_rows_what_the_official_library_makes(
    version: int, upgraded: Callable[[int], tuple[Path, Path]]
) -> None:
    official, ours = upgraded(version)

    assert rows(ours) == rows(official)


@each_version
def test_going_down_leads_to_the_tables_of_the_official_library(
    version: int, downgraded: Callable[[int], tuple[Path, Path]]
) -> None:
    official, ours = downgraded(version)

    assert described(ours) == described(official)


@each_version
def test_going_down_keeps_the_rows_that_the_official_library_keeps(
    version: int, downgraded: Callable[[int], tuple[Path, Path]]
) -> None:
    official, ours = map(rows, downgraded(version))
    if version < 2:  # the official library leaves the properties of types that are gone
        official["TypeProperty"] = [row for row in official["TypeProperty"] if row[0] != 13]

    assert ours == official


@each_version
@pytest.mark.parametrize("by_lineal", [True, False], ids=["lineal", "official"])
def test_what_lineal_brought_up_reads_like_what_the_official_library_brought_up(
    version: int, by_lineal: bool, upgraded: Callable[[int], tuple[Path, Path]], read_alike: Callable[..., None]
) -> None:
    official, ours = upgraded(version)

    read_alike(official, ours, by_lineal=by_lineal)


@each_version
def test_the_official_library_brings_up_what_lineal_brought_down(
    version: int, core: OfficialCore, downgraded: Callable[[int], tuple[Path, Path]], read_alike: Callable[..., None]
) -> None:
    official, ours = downgraded(version)
    for path in (official, ours):
        core.open(sqlite_file(path), upgrade=True).close()

    read_alike(official, ours, by_lineal=False)


@pytest.mark.parametrize("start", [3, 7])
@pytest.mark.parametrize("end", [1, 5, 8])
def test_any_version_leads_to_any_other(start: int, end: int, old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(start, tmp_path / "store.db")

    migrate(url(path), end, accept_loss=True)

    assert described(path) == described(old_stores.copy(end, tmp_path / "official.db"))


@each_version
def test_going_to_the_version_that_is_there_changes_nothing(
    version: int, old_stores: OldStores, tmp_path: Path
) -> None:
    path = old_stores.copy(version, tmp_path / "store.db")
    before = described(path), rows(path)

    migrate(url(path), version)

    assert (described(path), rows(path)) == before
