"""What a migration does to rows beyond carrying them along, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS
from lineal.upkeep.migration import downgrade, migrate, plan_migration
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.compat.build import by_id, everything, node, put, put_type
from tests.compat.official import OfficialCore, sqlite_file
from tests.compat.sides import LinealSide
from tests.migration.stores import NEWEST, OldStores, ask_sql, run_sql, tables, tell

ANY_ROW = "SELECT COUNT(*) FROM"


def settings(path: Path) -> DatabaseSettings:
    return DatabaseSettings(f"sqlite:///{path}")


def ask_lineal(path: Path, *requests: object) -> list[object]:
    side = LinealSide(open_service(settings(path)))
    answers = tell(side, *requests)
    side.close()
    return answers


def ask_official(core: OfficialCore, path: Path, *requests: object) -> list[object]:
    side = core.open(sqlite_file(path))
    answers = tell(side, *requests)
    side.close()
    return answers


def test_properties_without_value_are_removed_so_that_both_can_read_their_nodes(
    full_stores: OldStores, core: OfficialCore, tmp_path: Path
) -> None:
    path = full_stores.copy(9, tmp_path / "store.db")
    (step,) = plan_migration(settings(path)).steps

    migrate(settings(path))

    assert [effect.rows for effect in step.effects] == [12]
    nodes = [everything(kind) for kind in KINDS]
    assert ask_official(core, path, *nodes) == ask_lineal(path, *nodes)


def test_going_down_takes_properties_along_whose_values_go(
    full_stores: OldStores, core: OfficialCore, tmp_path: Path
) -> None:
    path = full_stores.copy(NEWEST, tmp_path / "store.db")

    downgrade(settings(path), 9)
    core.open(sqlite_file(path), upgrade=True).close()

    (answer,) = ask_official(core, path, by_id(ARTIFACT, 1))
    assert sorted(answer.artifacts[0].properties) == ["d", "i", "s", "t"]


def test_of_repeated_events_the_newest_stays_with_its_path(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(7, tmp_path / "store.db")
    run_sql(
        path,
        "INSERT INTO Event (artifact_id, execution_id, type, milliseconds_since_epoch) VALUES (1, 1, 3, 99)",
        "INSERT INTO EventPath VALUES (3, 0, NULL, 'newer')",
    )

    migrate(settings(path))

    assert ask_sql(path, "SELECT id, milliseconds_since_epoch FROM Event WHERE artifact_id = 1") == [(3, 99)]
    assert ask_sql(path, "SELECT event_id, step_key FROM EventPath") == [(3, "newer")]


def test_paths_of_events_keep_their_order(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")
    query = "SELECT * FROM EventPath ORDER BY rowid"
    before = ask_sql(path, query)

    downgrade(settings(path), 0)
    migrate(settings(path))

    assert ask_sql(path, query) == before


def test_an_id_that_was_given_is_not_given_again(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")
    run_sql(path, "DELETE FROM Artifact WHERE id = 2")

    downgrade(settings(path), 4)
    migrate(settings(path))

    (answer,) = ask_lineal(path, put(ARTIFACT, node(ARTIFACT, 10)))
    assert list(answer.artifact_ids) == [3]


def test_a_new_type_does_not_inherit_properties_of_a_type_of_contexts_that_is_gone(
    old_stores: OldStores, core: OfficialCore, tmp_path: Path
) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")

    downgrade(settings(path), 1)
    core.open(sqlite_file(path), upgrade=True).close()

    put_one, get_all = put_type(CONTEXT, "other", properties={"own": pb.INT}), everything_of_types()
    _, answer = ask_official(core, path, put_one, get_all)
    assert [list(found.properties) for found in answer.context_types if found.name == "other"] == [["own"]]


def everything_of_types() -> object:
    from lineal.wire import service as rpc

    return rpc.GetContextTypesRequest()


def test_old_nodes_get_the_time_0_and_new_ones_a_time(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(4, tmp_path / "store.db")
    migrate(settings(path))

    *_, answer = ask_lineal(path, put(EXECUTION, node(EXECUTION, 12)), everything(EXECUTION))

    assert [one.create_time_since_epoch > 0 for one in answer.executions] == [False, True]


@pytest.mark.parametrize(("start", "end"), [(5, NEWEST), (NEWEST, 5)])
def test_tables_indexes_triggers_and_views_of_others_stay(
    start: int, end: int, old_stores: OldStores, tmp_path: Path
) -> None:
    path = old_stores.copy(start, tmp_path / "store.db")
    run_sql(
        path,
        "CREATE TABLE theirs (artifact_id INT)",
        "CREATE VIEW nodes AS SELECT id, name FROM Artifact",
        "CREATE INDEX by_type ON Artifact (type_id)",
        "CREATE TRIGGER told AFTER INSERT ON Artifact BEGIN INSERT INTO theirs VALUES (new.id); END",
    )

    migrate(settings(path), end, accept_loss=True)

    run_sql(path, "INSERT INTO Artifact (type_id, name) VALUES (10, 'by hand')")
    assert ask_sql(path, "SELECT artifact_id FROM theirs") == [(3,)]
    assert ask_sql(path, "SELECT name FROM nodes WHERE id = 3") == [("by hand",)]
    assert ("by_type",) in ask_sql(path, "SELECT name FROM sqlite_master WHERE tbl_name = 'Artifact'")


def test_an_index_of_others_goes_with_its_column(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")
    run_sql(path, "CREATE INDEX by_state ON Artifact (state)")

    downgrade(settings(path), 4)

    assert ("by_state",) not in ask_sql(path, "SELECT name FROM sqlite_master")


def test_the_search_index_is_dropped_because_it_speaks_of_the_store_before(
    old_stores: OldStores, tmp_path: Path
) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")
    names = ["lineal_entry", "lineal_fact", "lineal_progress", "lineal_run", "lineal_view"]
    run_sql(path, *(f"CREATE TABLE {name} (id INT)" for name in names))

    downgrade(settings(path), 9)

    assert [name for name in tables(path) if name.startswith("lineal_")] == ["lineal_view"]
