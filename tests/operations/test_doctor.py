"""`lineal doctor`: each kind of damage is found, looked at without change, and mended where that loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lineal.catalogue import Catalogue
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.upkeep import doctor
from lineal.upkeep.archive import backup, check, restore
from lineal.upkeep.opening import open_service
from lineal.wire import records
from tests.engines import run_sql
from tests.operations.lineages import Lineage
from tests.service.requests import artifact, put_artifact_type, put_artifacts

ORPHANS = {
    "DELETE FROM Artifact WHERE id = 1": {
        "1 event without their artifact",
        "1 property of artifacts that do not exist",
        "1 membership of artifacts that do not exist",
    },
    "DELETE FROM Execution": {
        "2 events without their execution",
        "1 membership of executions that do not exist",
    },
    "DELETE FROM Event": {"2 steps of paths without their event"},
    "DELETE FROM Context": {
        "2 memberships of artifacts in contexts that do not exist",
        "1 membership of executions in contexts that do not exist",
    },
    "UPDATE ArtifactProperty SET string_value = NULL": {"2 properties of artifacts without any value"},
    "UPDATE Artifact SET type_id = 999 WHERE id = 1": {"1 artifact whose type does not exist"},
    "DELETE FROM MLMDEnv": {"MLMDEnv must hold the schema version 10 alone, and holds nothing"},
    "INSERT INTO MLMDEnv VALUES (9)": {"MLMDEnv must hold the schema version 10 alone, and holds 9, 10"},
}
Damage = Callable[[str], str]


@pytest.fixture
def damaged(tmp_path: Path) -> Damage:
    """Return a function that runs a statement on a small store and returns the store's URL."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_service(url) as service:
        _fill(service)

    def damage(sql: str) -> str:
        run_sql(url, sql)
        return url

    return damage


def _fill(service: MetadataService) -> None:
    lineage = Lineage(service)
    lineage.run("train", reads="data", writes="model", inside="run")
    for sql in (
        "INSERT INTO ArtifactProperty(artifact_id, name, is_custom_property, string_value) VALUES (1, 'p', 1, 'v')",
        "INSERT INTO ArtifactProperty(artifact_id, name, is_custom_property, string_value) VALUES (2, 'p', 1, 'v')",
        "INSERT INTO EventPath(event_id, is_index_step, step_index) VALUES (1, 1, 0), (2, 1, 0)",
    ):
        service.write(lambda session, _, sql=sql: session.script(sql))  # type: ignore[misc]


def problems(url: str) -> set[str]:
    return {finding.problem for finding in doctor.examine(DatabaseSettings(url))}


@pytest.mark.parametrize("sql", ORPHANS)
def test_damage_is_found_by_its_kind_and_count(damaged: Damage, sql: str) -> None:
    assert problems(damaged(sql)) == ORPHANS[sql]


@pytest.mark.parametrize("sql", [sql for sql in ORPHANS if "999" not in sql])
def test_what_can_be_mended_is_mended_and_the_store_opens(damaged: Damage, sql: str) -> None:
    url = damaged(sql)

    assert doctor.mend(DatabaseSettings(url)) == []
    assert problems(url) == set()
    open_service(url).close()


def test_a_healthy_store_has_nothing_wrong_on_any_engine(service: MetadataService, database_url: str) -> None:
    Lineage(service).run("train", reads="data", writes="model", inside="run")
    Catalogue(service).index.follow_all()

    assert doctor.examine(DatabaseSettings(database_url)) == []


def test_orphans_and_duplicate_types_are_mended_on_every_engine(service: MetadataService, database_url: str) -> None:
    lineage = Lineage(service)
    lineage.run("train", writes="model")
    first = lineage.types["artifact"]
    run_sql(database_url, "INSERT INTO Type(name, type_kind) VALUES ('Model', 1)")
    [(second,)] = run_sql(database_url, "SELECT MAX(id) FROM Type")
    run_sql(database_url, f"INSERT INTO TypeProperty(type_id, name, data_type) VALUES ({second}, 'p', 1)")
    run_sql(database_url, f"UPDATE Artifact SET type_id = {second}")
    run_sql(database_url, "DELETE FROM Execution")
    assert problems(database_url) == {
        "1 event without their execution",
        f"2 artifact types are called 'Model': {first}, {second}",
    }

    assert doctor.mend(DatabaseSettings(database_url)) == []
    assert run_sql(database_url, "SELECT type_id FROM Artifact") in ([(first,)], [[first]])


def test_aliases_of_artifacts_that_are_gone_are_taken_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_service(url) as service:
        [artifact_id] = put_artifacts(service, artifact(put_artifact_type(service), name="mnist"))
        service.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias="best"))
    run_sql(url, "DELETE FROM ArtifactProperty")
    run_sql(url, "DELETE FROM Artifact")
    assert "1 row of aliases of artifacts that do not exist" in problems(url)
    assert doctor.mend(DatabaseSettings(url)) == []


def test_types_whose_nodes_share_a_name_are_left_to_a_person(damaged: Damage) -> None:
    url = damaged("INSERT INTO Type(name, type_kind) VALUES ('Model', 1)")
    insert = "INSERT INTO Artifact(type_id, name) SELECT MAX(id), 'data' FROM Type"
    run_sql(url, insert)
    [finding] = doctor.mend(DatabaseSettings(url))

    assert "several artifacts of theirs are called 'data'" in finding.cure
    assert not finding.can_be_mended


def test_contexts_that_lie_in_themselves_are_found(damaged: Damage) -> None:
    url = damaged("INSERT INTO ParentContext(context_id, parent_context_id) VALUES (1, 1)")

    assert problems(url) == {"contexts contain themselves: 1"}


def test_index_rows_of_nodes_that_are_gone_are_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_service(url) as service:
        Lineage(service).run("train", writes="model")
        Catalogue(service).index.follow_all()
    run_sql(url, "DELETE FROM Artifact")

    assert "1 row of the search index about artifacts that do not exist" in problems(url)
    assert doctor.mend(DatabaseSettings(url)) == []


def test_a_damaged_file_is_found(damaged: Damage, tmp_path: Path) -> None:
    damaged("DELETE FROM Event WHERE id = 0")
    connection = sqlite3.connect(tmp_path / "store.db")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'idx_event_execution_id'")
    connection.commit()
    connection.close()

    assert any("the database is damaged" in problem for problem in problems(f"sqlite:///{tmp_path / 'store.db'}"))


def test_the_command_looks_first_and_mends_when_asked(damaged: Damage, capsys: pytest.CaptureFixture[str]) -> None:
    url = damaged("DELETE FROM Event")
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--db", url])
    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{url}: 1 problem",
        "  2 steps of paths without their event",
        "    --fix would delete them",
        "Nothing was changed. Back up the database, stop what uses it, then run this with --fix.",
    ]
    assert main(["doctor", "--db", url, "--fix"]) == 0
    assert "repaired: delete them" in capsys.readouterr().out
    assert main(["doctor", "--db", url]) == 0
    assert capsys.readouterr().out == f"{url}: nothing is wrong\n"


def test_entries_that_the_audit_log_lacks_are_named(damaged: Damage, tmp_path: Path) -> None:
    for alias in range(4):
        main(["set", "execution:1", "--label", f"a={alias}", "--db", damaged("SELECT 1")])
    url, archive = damaged("DELETE FROM lineal_audit WHERE id IN (1, 2, 4)"), tmp_path / "store.zip"
    [finding] = doctor.examine(DatabaseSettings(url))
    assert finding.problem == "3 entries of the audit log are missing: 1 to 2, 4"
    assert not finding.can_be_mended
    assert backup(DatabaseSettings(url), archive).missing.total == 2  # the archive does not know of the last id
    assert check(archive).missing.first == [(1, 2)]


def test_entries_that_were_missing_before_a_restore_are_no_fault(
    damaged: Damage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for alias in range(4):
        main(["set", "execution:1", "--label", f"a={alias}", "--db", damaged("SELECT 1")])
    backup(DatabaseSettings(damaged("DELETE FROM lineal_audit WHERE id = 2")), tmp_path / "store.zip")
    url = f"sqlite:///{tmp_path}/restored.db"
    restore(tmp_path / "store.zip", DatabaseSettings(url), who="ann")
    assert main(["doctor", "--db", url]) == 0
    assert "1 entry of the audit log is missing: 2: deleted, or never written" in "".join(capsys.readouterr())

    for alias in range(4, 6):
        main(["set", "execution:1", "--label", f"a={alias}", "--db", url])
    with closing(sqlite3.connect(tmp_path / "restored.db")) as connection, connection:
        connection.execute("DELETE FROM lineal_audit WHERE id = 6")
    assert [each.problem for each in doctor.examine(DatabaseSettings(url))] == [
        "1 entry of the audit log is missing: 6"
    ]
