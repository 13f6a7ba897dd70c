"""Long texts in PostgreSQL databases whose indexes hold texts whole, as the official ones do: the refusal, the cure."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.client import MetadataStore, connect
from lineal.wire import metadata_store as pb
from tests import engines
from tests.compat.official import OfficialCore, config_of
from tests.engines import POSTGRESQL

LONG = "".join(f"{number * number % 9973:x}" for number in range(1000))  # 3.4 kB that hardly can be compressed
LONGER = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(3000))
INDEXES = {"artifact": "uri", "artifactproperty": "name, is_custom_property, string_value"}


@pytest.fixture
def whole_url(servers: ExitStack, tmp_path: Path) -> str:
    """A store with two indexes as the official library makes them."""
    url = POSTGRESQL.fresh_url(servers, tmp_path)
    with connect(url) as store:
        store.put_artifact_type(pb.ArtifactType(name="Model"))
    for table, columns in INDEXES.items():
        name = f"idx_artifact_{'uri' if table == 'artifact' else 'property_string'}"
        engines.run_sql(url, f"DROP INDEX {name}")
        engines.run_sql(url, f"CREATE INDEX {name} ON {table} ({columns})")
    return url


def put_long(store: MetadataStore, text: str = LONG) -> list[int]:
    """Store a long uri and a long value."""
    nodes = [pb.Artifact(type_id=store.get_artifact_type("Model").id) for _ in range(2)]
    nodes[0].uri = text
    nodes[1].custom_properties["text"].string_value = text
    return store.put_artifacts(nodes)


@pytest.mark.parametrize(("text", "index"), [(LONG, "the index idx_artifact_uri"), (LONGER, "an index")])
def test_a_text_that_an_index_refuses_is_told_with_the_command(text: str, index: str, whole_url: str) -> None:
    with connect(whole_url) as store:
        with pytest.raises(errors.OutOfRangeError, match=rf"{index} holds texts whole, .* `lineal migrate`"):
            put_long(store, text)
        assert store.get_artifacts() == []


def test_an_index_of_others_is_told_by_its_name(whole_url: str) -> None:
    main(["migrate", "--db", whole_url])
    engines.run_sql(whole_url, "CREATE INDEX mine ON artifact (uri, name)")

    with (
        connect(whole_url) as store,
        pytest.raises(errors.OutOfRangeError, match=r"mine of others holds texts whole: drop it"),
    ):
        put_long(store)


def test_migrate_makes_indexes_that_any_text_fits(whole_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = definitions(whole_url)
    assert main(["migrate", "--db", whole_url, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "replaces 2 indexes that hold texts whole" in printed
    assert "Back up the database" in printed
    assert definitions(whole_url) == before

    assert main(["migrate", "--db", whole_url]) == 0
    with connect(whole_url) as store:
        first, second = store.get_artifacts_by_id(put_long(store))
        assert (first.uri, second.custom_properties["text"].string_value) == (LONG, LONG)
        assert [found.id for found in store.get_artifacts_by_uri(LONG)] == [first.id]
    capsys.readouterr()
    assert main(["migrate", "--db", whole_url]) == 0
    assert "nothing to do" in capsys.readouterr().out


def definitions(url: str) -> list[str]:
    """Return the definitions of the indexes."""
    rows = engines.run_sql(url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname")
    return [row[0] for row in rows]


@pytest.mark.slow
def test_the_official_library_works_on_with_the_new_indexes(
    official_python: Path, servers: ExitStack, tmp_path: Path
) -> None:
    url = POSTGRESQL.fresh_url(servers, tmp_path)
    POSTGRESQL.create_database(url)
    config = config_of(url.replace("postgres@", "postgres:any@"))
    core = OfficialCore(official_python)
    core.open(config).close()
    assert main(["migrate", "--db", url]) == 0
    after = definitions(url)
    assert sum("left" in each for each in after) == 4

    core.open(config).close()
    core.close()
    assert definitions(url) == after
    with connect(url) as store:
        store.put_artifact_type(pb.ArtifactType(name="Model"))
        assert len(put_long(store)) == 2
