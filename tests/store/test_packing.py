"""Properties of many nodes, which some engines pack into one text each: they come back as those of a single node do."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lineal.service import MetadataService
from lineal.store.rows.packing import FEWEST, LONGEST, MOST
from lineal.store.tables.values import ODD_NUMBERS
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.engines import MARIADB, MYSQL, Engine
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts

MIB = 1 << 20
ROW = "\x1f".join(("", "name", "7", "text"))  # what looks like the end of one packed row and most of another
TEXTS = [
    "",
    "\x1f",
    ROW,
    "mlmd-struct::",
    "mlmd-struct::CgA=",
    "ü é",
    "漢字 💾 \u202e",
    'it\'s "quoted" \\ %s ␟',
    " x ",
]
NUMBERS = [0.0, -5e-324, 0.1 + 0.2, 1 / 3, 1.7976931348623157e308, -1.7976931348623157e308, *map(float, ODD_NUMBERS)]
INTEGERS = [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1]


def put_many(service: MetadataService, *given: dict[str, Any]) -> list[int]:
    """Put artifacts with these custom properties, and as many more as it takes to pack them; return all ids."""
    type_id = put_artifact_type(service)
    nodes = [artifact(type_id, properties=properties) for properties in given]
    return put_artifacts(service, *nodes, *[artifact(type_id, properties={"p": "v"}) for _ in range(FEWEST)])


def shown(node: pb.Artifact) -> dict[str, str]:
    """Return the custom properties as texts, in which a NaN is itself."""
    return {name: str(value) for name, value in node.custom_properties.items()}


def assert_read_as_written(service: MetadataService, *given: dict[str, Any]) -> None:
    """Put artifacts with these custom properties among others; compare what is read of all with what was written."""
    found = get_artifacts(service, *put_many(service, *given))
    for node, properties in zip(found, given, strict=False):
        assert shown(node) == shown(artifact(1, properties=properties))


def count_statements(service: MetadataService, ids: list[int]) -> int:
    seen: list[str] = []
    service.database.observe = seen.append
    get_artifacts(service, *ids)
    return len(seen)


def test_values_of_every_kind_are_read_of_many_nodes(service: MetadataService) -> None:
    values = [*TEXTS, *NUMBERS, *INTEGERS, True, False]
    each = [{"p": value, "other": "v"} for value in values]
    assert_read_as_written(service, *each, {f"p{index}": value for index, value in enumerate(values)})


def test_names_of_any_script_are_read_of_many_nodes(service: MetadataService) -> None:
    assert_read_as_written(service, {f"{text}!": index for index, text in enumerate(TEXTS)}, {"💾": "x", "\x1f": 1.5})


def test_the_character_nul_is_read_of_many_nodes(service: MetadataService, server_engine: Engine) -> None:
    server_engine.require("holds_nul")
    assert_read_as_written(service, {"a\0b": "\0", "c": "\0\x1f\0"})


def test_structs_and_messages_are_read_of_many_nodes(service: MetadataService) -> None:
    node = pb.Artifact(type_id=put_artifact_type(service, declared=pb.STRUCT))
    node.properties["declared"].struct_value["ü"] = "漢\x1f"
    node.custom_properties["any"].proto_value.type_url = "x/y"
    node.custom_properties["any"].proto_value.value = b"\x00\xff\x1f'\\"
    ids = put_artifacts(service, *[node] * FEWEST)
    for found in get_artifacts(service, *ids):
        assert (found.properties, found.custom_properties) == (node.properties, node.custom_properties)


def test_doubles_of_many_nodes_come_back_to_the_last_bit(service: MetadataService) -> None:
    chance = random.Random(7)
    numbers = [number for (number,) in struct.iter_unpack("d", chance.randbytes(8 * 500)) if abs(number) < float("inf")]
    (found, *_) = get_artifacts(service, *put_many(service, {f"p{index}": each for index, each in enumerate(numbers)}))
    read = [found.custom_properties[f"p{index}"].double_value for index in range(len(numbers))]
    assert struct.pack(f"{len(read)}d", *read) == struct.pack(f"{len(read)}d", *numbers)


def test_values_too_long_to_be_packed_are_read_whole(service: MetadataService) -> None:
    lengths = (LONGEST - 1, LONGEST, LONGEST + 1, 2 * MIB)
    assert_read_as_written(service, *[{"p": "x" * length, "other": "v"} for length in lengths], {"p": "short"})


def test_more_properties_than_fit_into_a_packed_text_are_read_whole(service: MetadataService) -> None:
    assert_read_as_written(service, {f"p{index}": "ü" * (LONGEST // 2) for index in range(600)}, {"p": "short"})


def test_a_text_that_is_cut_where_it_looks_whole_is_read_whole(service: MetadataService) -> None:
    fill = {f"p{index:04}": "x" * LONGEST for index in range(600)}
    packed = (MIB - 300) // (len("p0000\x1f7\x1f\x1f") + LONGEST)  # how many fit behind the first property
    missing = 3 * (1 + len(fill)) - 3 * (1 + packed) - 2  # separators, where the next property is cut in its value
    assert_read_as_written(service, {"first": "\x1f" * missing, **fill})


def test_properties_without_a_value_are_read_of_many_nodes(service: MetadataService) -> None:
    ids = put_many(service, {"empty": "t", "full": "t"})
    change = "UPDATE ArtifactProperty SET string_value = NULL WHERE name = 'empty'"
    service.database.write(lambda session: session.script(change))
    assert shown(get_artifacts(service, *ids)[0]) == {"empty": "", "full": 'string_value: "t"\n'}


def test_a_negative_zero_is_read_of_many_nodes_as_of_one(service: MetadataService) -> None:
    ids = put_many(service, {"p": -0.0})  # MariaDB's own texts of doubles lack the sign
    assert shown(get_artifacts(service, *ids)[0]) == shown(get_artifacts(service, ids[0])[0])


def test_nodes_without_properties_are_read_among_others(service: MetadataService) -> None:
    assert_read_as_written(service, {}, {"p": 1}, {})


def test_only_nodes_whose_text_is_not_whole_take_one_statement_more(service: MetadataService) -> None:
    ids = put_many(service, {"p": "\x1f"}, {"p": "x"})
    packs = service.database.dialect.packs_rows
    few = 1 + packs  # those that are not packed come with their nodes
    assert (count_statements(service, ids), count_statements(service, ids[1:])) == (few + packs, few)


@pytest.fixture(params=[MARIADB, pytest.param(MYSQL, marks=pytest.mark.slow)], ids=lambda engine: engine.name)
def packing_engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine on which rows are packed."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(
    params=[("utf8mb4", "utf8mb4"), ("latin1", "latin1"), ("latin1", "utf8mb4"), ("binary", "utf8mb4")],
    ids=lambda sets: f"names in {sets[0]}, values in {sets[1]}",
)
def texts_of_others(
    request: pytest.FixtureRequest, packing_engine: Engine, servers: ExitStack, tmp_path: Path
) -> Iterator[MetadataService]:
    """A service on a store whose texts lie in columns with a character set, as in tables that others made."""
    names, values = request.param
    with open_service(packing_engine.fresh_url(servers, tmp_path)) as opened:
        changes = f"MODIFY name VARCHAR(255) CHARACTER SET {names} NOT NULL, MODIFY proto_value MEDIUMBLOB"
        changes += f", MODIFY string_value MEDIUMTEXT CHARACTER SET {values}"
        opened.database.write(lambda session: session.script(f"ALTER TABLE ArtifactProperty {changes}"))
        yield opened


def test_texts_in_columns_of_any_character_set_are_read_of_many_nodes(texts_of_others: MetadataService) -> None:
    named = {f"{index}{text}": text for index, text in enumerate(TEXTS)}  # some sets take letters for the same
    assert_read_as_written(texts_of_others, named, *[{"p": value, "other": "ü"} for value in (*NUMBERS, *INTEGERS)])


ServiceOfPackets = Callable[[str], MetadataService]


@pytest.fixture
def service_of_packets(packing_engine: Engine, servers: ExitStack) -> ServiceOfPackets:
    """A function that opens a service on a server of its own, given the size of its largest packet."""

    def open_with(size: str) -> MetadataService:
        assert packing_engine.start is not None
        server = servers.enter_context(packing_engine.start(f"--max-allowed-packet={size}"))  # type: ignore[call-arg]
        return open_service(f"{server.url}packets")

    return open_with


@pytest.mark.slow
def test_values_of_any_size_are_read_of_more_nodes_than_one_statement_takes(
    service_of_packets: ServiceOfPackets,
) -> None:
    with service_of_packets("256M") as service:
        large = [{"p": "x" * (20 * MIB)}, {f"p{index}": "y" * MIB for index in range(100)}]
        assert_read_as_written(service, *[{"p": index} for index in range(2 * MOST)], *large)


@pytest.mark.slow
def test_values_are_read_whole_where_packets_are_small(service_of_packets: ServiceOfPackets) -> None:
    with service_of_packets("65536") as service:
        for index in range(3):
            assert_read_as_written(service, {f"p{index}": chr(97 + index) * 15_000 for index in range(3)})
