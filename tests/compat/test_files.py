"""One SQLite file, opened by both in turn: what one wrote the other reads, and goes on writing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_KINDS, SIX_TYPES, event, listing, node, put, put_events, put_type, request
from tests.compat.generate import sequence
from tests.compat.generate.world import World
from tests.compat.official import METHOD_OF_REQUEST, OfficialCore, sqlite_file
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide, Side
from tests.compat.stock import put_parents, snapshot
from tests.compat.test_types import STRUCT_TYPE

OpenSide = Callable[[Path], Side]


@pytest.fixture(params=["official", "lineal"])
def writer(request: pytest.FixtureRequest, core: OfficialCore) -> OpenSide:
    """The side that writes."""
    return official_on(core) if request.param == "official" else lineal_on


def official_on(core: OfficialCore) -> OpenSide:
    return lambda path: core.open(sqlite_file(path))


def lineal_on(path: Path) -> Side:
    return LinealSide(open_service(f"sqlite:///{path}"))


def tell(side: Side, *requests: object) -> None:
    """Send requests to one side, which must take them all."""
    for one in requests:
        side.start(METHOD_OF_REQUEST[type(one).__name__], one)
        answer = side.finish()
        assert answer.code == 0, answer


@pytest.fixture
def readers(core: OfficialCore, tmp_path: Path) -> Iterator[Callable[[Path], Pair]]:
    """Open copies of a file on both sides."""
    pairs: list[Pair] = []

    def read(path: Path) -> Pair:
        copies = [tmp_path / f"copy {len(pairs)} {name}.db" for name in ("official", "lineal")]
        for copy in copies:
            shutil.copyfile(path, copy)
        pairs.append(Pair(official_on(core)(copies[0]), lineal_on(copies[1])))
        return pairs[-1]

    yield read
    for pair in pairs:
        pair.close()


def types_of_all_sorts() -> list[object]:
    return [
        *(put_type(kind, properties=SIX_TYPES, description="d", external_id=kind.name) for kind in (ARTIFACT, CONTEXT)),
        put_type(EXECUTION, properties=SIX_TYPES, input_type=STRUCT_TYPE, output_type=pb.ArtifactStructType()),
        put_type(ARTIFACT, version="2", base_type=pb.ArtifactType.MODEL),
        put_type(EXECUTION, version="3", base_type=pb.ExecutionType.TRAIN),
        put_type(ARTIFACT, "mlmd.Dataset", properties={"rows": pb.INT}, can_add_fields=True),
    ]


def nodes_of_all_sorts() -> list[object]:
    custom = {f"custom {name}": value for name, value in SIX_KINDS.items()} | {"": "no name", "d.o.t": -0.5}
    full = {"properties": SIX_KINDS, "custom": custom, "external_id": "e"}
    return [
        put(ARTIFACT, node(ARTIFACT, 10, name="n", uri="ü", state=6, **full), node(ARTIFACT, 10), node(ARTIFACT, 1)),
        put(EXECUTION, node(EXECUTION, 12, name="", last_known_state=0, **full), node(EXECUTION, 12)),
        put(CONTEXT, *[node(CONTEXT, 11, name=name) for name in "abc"], node(CONTEXT, 11, name="n", **full)),
    ]


def relations_of_all_sorts() -> list[object]:
    steps = ["key", 0, "", -1, 2**63 - 1, "ünï"]
    together = rpc.PutAttributionsAndAssociationsRequest()
    together.attributions.add(context_id=1, artifact_id=1)
    together.associations.add(context_id=2, execution_id=2)
    return [
        put_events(
            event(1, 1, steps=steps), event(2, 1, 4, milliseconds_since_epoch=-7), event(2, 2, 7), event(3, 1, 1)
        ),
        together,
        put_parents((1, 2), (1, 3), (2, 4)),
    ]


def everything_there_is() -> list[object]:
    return [*types_of_all_sorts(), *nodes_of_all_sorts(), *relations_of_all_sorts()]


def test_what_one_wrote_both_read_alike(writer: OpenSide, readers: Callable[[Path], Pair], tmp_path: Path) -> None:
    side = writer(tmp_path / "one.db")
    tell(side, *everything_there_is())
    side.close()
    pair = readers(tmp_path / "one.db")
    snapshot(pair)
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        pair.ok(listing(kind, 2, order="LAST_UPDATE_TIME", where="properties.i.int_value > 0"))
        pair.ok(request(f"Get{kind.plural.capitalize()}ByExternalIds", external_ids=["e"]))
        pair.ok(request(f"Get{kind.table}ByTypeAndName", type_name="t", **{f"{kind.name}_name": "n"}))


def test_what_one_wrote_the_other_changes(writer: OpenSide, readers: Callable[[Path], Pair], tmp_path: Path) -> None:
    side = writer(tmp_path / "one.db")
    tell(side, *everything_there_is())
    side.close()
    pair = readers(tmp_path / "one.db")
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        type_id = {"artifact": 10, "context": 11, "execution": 12}[kind.name]
        number = 4 if kind is CONTEXT else 1
        pair.ok(put(kind, node(kind, id=number, name="n", properties={"i": 7}, custom={"custom t": {"x": 1}})))
        pair.ok(put(kind, node(kind, type_id, name="another", external_id="f", properties=SIX_KINDS)))
        pair.ok(put(kind, node(kind, id=number, properties={}), mask=["properties.i", "external_id"]))
    snapshot(pair)


@pytest.mark.parametrize("seed", range(4))
def test_two_files_change_hands_and_stay_alike(core: OfficialCore, tmp_path: Path, seed: int) -> None:
    files = [tmp_path / "one.db", tmp_path / "two.db"]
    pair, world, rng = Pair(official_on(core)(files[0]), lineal_on(files[1])), World(), Random(seed)
    for _ in range(4):
        sequence.run(rng, pair, length=40, world=world)
        files.reverse()
        pair.reopen(lambda: (official_on(core)(files[0]), lineal_on(files[1])))
        snapshot(pair)
    pair.close()


def test_a_file_changes_hands_without_being_copied(core: OfficialCore, tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    for turn, opened in enumerate([official_on(core), lineal_on] * 3):
        side = opened(path)
        new = put(ARTIFACT, node(ARTIFACT, 10, name=f"turn {turn}", properties=SIX_KINDS))
        tell(side, put_type(ARTIFACT, properties=SIX_TYPES), new)
        side.start("GetArtifacts", rpc.GetArtifactsRequest())
        names = [one.name for one in side.finish().response.artifacts]
        side.close()
        assert names == [f"turn {number}" for number in range(turn + 1)]


def test_the_official_core_makes_files_of_older_versions(core: OfficialCore, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    core.open(sqlite_file(path)).close()
    for version in (9, 8, 4):
        core.downgrade(sqlite_file(path), version)
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("SELECT schema_version FROM MLMDEnv").fetchone() == (version,)
    with pytest.raises(RuntimeError, match="older than library version"):
        core.open(sqlite_file(path))
    core.open(sqlite_file(path), upgrade=True).close()
