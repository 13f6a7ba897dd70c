"""Archives whose numbers do not fit: databases of the official library have columns of 32 bits."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from tests import engines
from tests.engines import MARIADB, POSTGRESQL, Engine
from tests.operations.test_odd_archives import as_lines, records_of, written

NARROW = {
    MARIADB.name: (
        "ALTER TABLE Event MODIFY id INT AUTO_INCREMENT",
        "ALTER TABLE ArtifactProperty MODIFY int_value INT",
    ),
    POSTGRESQL.name: (
        "ALTER TABLE event ALTER COLUMN id TYPE INTEGER",
        "ALTER TABLE artifactproperty ALTER COLUMN int_value TYPE INTEGER",
    ),
}
WIDE = 3_000_000_000


@pytest.fixture(params=[MARIADB, POSTGRESQL], ids=lambda engine: engine.name)
def narrow_url(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> str:
    """An empty store in which ids of events and whole numbers of artifacts have 32 bits."""
    engine: Engine = request.param
    url = engine.fresh_url(servers, tmp_path)
    open_service(url).close()
    for statement in NARROW[engine.name]:
        engines.run_sql(url, statement)
    return url


@pytest.mark.parametrize("ids", archive.Ids)
def test_a_value_beyond_its_column_is_refused_with_its_line_and_a_cure(
    ids: archive.Ids,
    narrow_url: str,
    sound: Path,
    tmp_path: Path,
) -> None:
    records = records_of(sound)
    records["artifacts"][0]["properties"] = []
    records["artifacts"][1]["properties"] = [{"name": "rows", "int": 5}, {"name": "steps", "int": WIDE}]
    path = written(tmp_path / "wide.zip", as_lines(records))

    told = rf"^int_value of line 2 of artifacts\.jsonl is {WIDE}, .* holds -2147483648 to 2147483647; .*wider columns"
    with pytest.raises(errors.OutOfRangeError, match=told):
        archive.restore(path, DatabaseSettings(narrow_url), ids=ids)


def test_an_id_beyond_its_column_is_refused_with_its_line_and_fits_with_new_ids(
    narrow_url: str,
    sound: Path,
    tmp_path: Path,
) -> None:
    records = records_of(sound)
    for each in records["artifacts"]:
        each["properties"] = []
    records["events"][1]["id"] = WIDE
    path = written(tmp_path / "wide.zip", as_lines(records))

    told = rf"^id of line 2 of events\.jsonl is {WIDE}, .*--ids new"
    with pytest.raises(errors.OutOfRangeError, match=told):
        archive.restore(path, DatabaseSettings(narrow_url))
    archive.restore(path, DatabaseSettings(narrow_url), ids=archive.Ids.NEW)
