"""One database on MariaDB and on PostgreSQL, made by either library and used by both in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lineal import errors
from lineal.store.rows.packing import FEWEST
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import METHOD_OF_REQUEST, Answer, OfficialCore
from tests.compat.sides import LinealSide, Side
from tests.engines import MARIADB, MARIADB_MYSQLDB, POSTGRESQL, Engine

pytestmark = pytest.mark.slow
TEXTS = ["plain", "", "ü é", "漢字 привет 😀", 'it\'s "quoted"', "100%", "trailing ", "Case", "x" * 3000]
Sides = dict[str, Side]


def official_config(url: str) -> pb.ConnectionConfig:
    """Return the official configuration of a server's database."""
    parts = urlsplit(url)
    config = pb.ConnectionConfig()
    if parts.scheme.startswith("mysql"):
        server: Any = config.mysql
        server.port, server.database = parts.port, parts.path[1:]
    else:
        server = config.postgresql
        server.port, server.dbname = str(parts.port), parts.path[1:]
    server.host, server.user, server.password = parts.hostname, parts.username, parts.password or "any"
    if parts.scheme.startswith("mysql"):
        server.password = parts.password or ""
    return config


@pytest.fixture(params=[MARIADB, MARIADB_MYSQLDB, POSTGRESQL], ids=lambda engine: engine.name)
def official_engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that the official library works on as well."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def official_url(official_engine: Engine, servers: ExitStack, tmp_path: Path) -> str:
    """The URL of a database that does not exist yet, or is empty where the official library cannot create one."""
    url = official_engine.fresh_url(servers, tmp_path)
    official_engine.create_database(url)
    return url


@pytest.fixture(params=["official", "lineal"])
def sides(request: pytest.FixtureRequest, core: OfficialCore, official_url: str) -> Iterator[Sides]:
    """Both libraries on one database that the named one has made."""
    openers: dict[str, Callable[[], Side]] = {
        "official": lambda: core.open(official_config(official_url)),
        "lineal": lambda: LinealSide(open_service(official_url)),
    }
    opened = {request.param: openers.pop(request.param)()}
    opened.update({name: opener() for name, opener in openers.items()})
    yield opened
    for side in opened.values():
        side.close()


def ask(side: Side, request: Any) -> Answer:
    side.start(METHOD_OF_REQUEST[type(request).__name__], request)
    return side.finish()


def tell(side: Side, request: Any) -> Any:
    answer = ask(side, request)
    assert answer.code == 0, answer.message
    return answer.response


def rich_artifact(type_id: int, name: str, text: str) -> pb.Artifact:
    artifact = pb.Artifact(type_id=type_id, name=name, uri=f"u/{text}", state=pb.Artifact.LIVE)
    artifact.custom_properties["text"].string_value = text
    artifact.custom_properties["int"].int_value = -(2**31)
    artifact.custom_properties["double"].double_value = 1.5
    artifact.custom_properties["truth"].bool_value = False
    artifact.custom_properties["struct"].struct_value["ü"] = "漢"
    artifact.custom_properties["any"].proto_value.type_url = "x/y"
    artifact.custom_properties["any"].proto_value.value = b"\x00\xff'\\"
    artifact.custom_properties["ключ"].string_value = "v"
    return artifact


def put_type(side: Side, name: str = "T") -> int:
    put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=name, properties={"p": pb.STRING}))
    return int(tell(side, put).type_id)


def artifacts(side: Side, ids: list[int]) -> list[str]:
    found = tell(side, rpc.GetArtifactsByIDRequest(artifact_ids=ids)).artifacts
    return sorted(str(artifact) for artifact in found)


@pytest.mark.parametrize("writer", ["official", "lineal"])
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_one_writes_both_read_alike(sides: Sides, writer: str, text: str) -> None:
    type_id = put_type(sides[writer])
    wanted = [rich_artifact(type_id, f"n{index} {text}"[:80], text) for index in range(FEWEST)]
    ids = list(tell(sides[writer], rpc.PutArtifactsRequest(artifacts=wanted)).artifact_ids)
    for asked in (ids[:1], ids):
        assert artifacts(sides["official"], asked) == artifacts(sides["lineal"], asked)
        found = tell(sides["lineal"], rpc.GetArtifactsByIDRequest(artifact_ids=asked)).artifacts[0]
        assert (found.uri, found.custom_properties) == (wanted[0].uri, wanted[0].custom_properties)


def test_each_goes_on_where_the_other_left(sides: Sides) -> None:
    type_ids = {put_type(side) for side in sides.values()}
    assert len(type_ids) == 1
    ids: list[int] = []
    for number in range(3):
        for name, side in sides.items():
            nodes = [rich_artifact(min(type_ids), f"{name} {number} {index}", "ü") for index in range(3)]
            ids.extend(tell(side, rpc.PutArtifactsRequest(artifacts=nodes)).artifact_ids)
    assert len(set(ids)) == 18
    assert artifacts(sides["official"], ids) == artifacts(sides["lineal"], ids)


@pytest.mark.parametrize("asked", ["official", "lineal"])
def test_both_find_by_name_uri_and_filter_what_the_other_wrote(sides: Sides, asked: str) -> None:
    other = "lineal" if asked == "official" else "official"
    type_id = put_type(sides[other])
    node = rich_artifact(type_id, "über 漢", "ü 漢")
    (node_id,) = tell(sides[other], rpc.PutArtifactsRequest(artifacts=[node])).artifact_ids
    by_name = rpc.GetArtifactByTypeAndNameRequest(type_name="T", artifact_name="über 漢")
    assert tell(sides[asked], by_name).artifact.id == node_id
    by_uri = rpc.GetArtifactsByURIRequest(uris=["u/ü 漢"])
    assert [found.id for found in tell(sides[asked], by_uri).artifacts] == [node_id]
    by_filter = rpc.GetArtifactsRequest(options={"filter_query": "custom_properties.text.string_value = 'ü 漢'"})
    assert [found.id for found in tell(sides[asked], by_filter).artifacts] == [node_id]


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (lambda node: setattr(node.custom_properties["big"], "int_value", 2**40), errors.OUT_OF_RANGE, "'big'"),
        (lambda node: setattr(node, "name", "n" * 256), errors.OUT_OF_RANGE, "name"),
        (lambda node: setattr(node, "external_id", "e" * 300), errors.OUT_OF_RANGE, "external_id"),
    ],
)
def test_what_an_official_column_cannot_hold_is_refused_by_name(
    core: OfficialCore, official_url: str, change: Callable[[pb.Artifact], None], code: int, named: str
) -> None:
    core.open(official_config(official_url)).close()
    with open_service(official_url) as service:
        side = LinealSide(service)
        nodes = [pb.Artifact(type_id=put_type(side), name=name) for name in ("first", "second")]
        change(nodes[1])
        answer = ask(side, rpc.PutArtifactsRequest(artifacts=nodes))
        assert answer.code == code
        assert named in answer.message
        assert nodes[1].name[:50] in answer.message
        assert not tell(side, rpc.GetArtifactsRequest()).artifacts


def test_a_database_of_lineal_holds_what_official_columns_cannot(official_url: str) -> None:
    with open_service(official_url) as service:
        side = LinealSide(service)
        node = pb.Artifact(type_id=put_type(side), name="漢" * 500, uri="u" * 100_000, external_id="e" * 500)
        node.custom_properties["漢" * 500].string_value = "t" * 10_000_000
        node.custom_properties["big"].int_value = -(2**63)
        (node_id,) = tell(side, rpc.PutArtifactsRequest(artifacts=[node])).artifact_ids
        found = tell(side, rpc.GetArtifactsByIDRequest(artifact_ids=[node_id])).artifacts[0]
        assert (found.name, found.uri, found.external_id) == (node.name, node.uri, node.external_id)
        assert found.custom_properties == node.custom_properties


def test_a_value_beyond_the_servers_largest_packet_is_refused_by_name(servers: ExitStack, tmp_path: Path) -> None:
    with MARIADB.empty_url(servers, tmp_path) as url, open_service(url) as service:
        side = LinealSide(service)
        node = pb.Artifact(type_id=put_type(side), name="big")
        node.custom_properties["text"].string_value = "t" * 17_000_000
        answer = ask(side, rpc.PutArtifactsRequest(artifacts=[node]))
        assert answer.code == errors.OUT_OF_RANGE
        assert "'text' of the artifact 'big'" in answer.message
        assert "max_allowed_packet" in answer.message
