"""Databases that take names for the same which differ in case or blanks: nothing loops, and messages name the spelling.

The official library makes such tables on MySQL and MariaDB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lineal import errors
from lineal.client import MetadataStore, calls, connect
from lineal.client.transport import LocalTransport
from lineal.config import DatabaseSettings
from lineal.conventions import RUN_TYPES
from lineal.kinds import ARTIFACT
from lineal.sdk import Store, Workspace
from lineal.service.access import Caller, Role, scope_of
from lineal.store.engine.database import Database
from lineal.store.index import facets as facet_rows
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests import engines
from tests.compat.official import OfficialCore, config_of
from tests.engines import MARIADB

NAMES = ("Artifact", "Execution", "Context", "TypeProperty", "ArtifactProperty", "ExecutionProperty", "ContextProperty")
EXTERNAL_IDS = ("Type", "Artifact", "Execution", "Context")
FOLDED = "VARCHAR(255) COLLATE utf8mb4_general_ci"


def let_it_fold(url: str) -> None:
    """Give the columns of a store of Lineal the collation that the official library's have."""
    with open_service(url) as service:
        for table in {*NAMES, *EXTERNAL_IDS}:
            null = "NULL" if table in ("Artifact", "Execution") else "NOT NULL"
            columns = [f"MODIFY name {FOLDED} {null}"] if table in NAMES else []
            columns += [f"MODIFY external_id {FOLDED} NULL"] if table in EXTERNAL_IDS else []
            change = f"ALTER TABLE {table} {', '.join(columns)}"
            service.database.write(lambda session, change=change: session.script(change))  # type: ignore[misc]


@pytest.fixture(scope="module", params=["alike", pytest.param("official", marks=pytest.mark.slow)])
def made_url(request: pytest.FixtureRequest, servers: ExitStack) -> str:
    """A database whose names ignore case: made alike, and made by the official library itself."""
    url = MARIADB.fresh_url(servers, Path())
    if request.param == "alike":
        let_it_fold(url)
    else:
        core = OfficialCore(request.getfixturevalue("official_python"))
        core.open(config_of(url)).close()
        core.close()
    return url


@pytest.fixture
def folding_url(made_url: str) -> Iterator[str]:
    """The same, emptied after each test."""
    yield made_url
    with closing(Database(DatabaseSettings(made_url))) as database:
        engines.empty(database)


@pytest.fixture
def store(folding_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MetadataStore]:
    """A client that may not repeat a call that was aborted."""
    with connect(folding_url) as client:
        client.get_artifact_types()
        repeated: list[str] = []
        monkeypatch.setattr(calls._LOG, "info", lambda text, method, *_: repeated.append(method))
        yield client
        assert repeated == []


@pytest.fixture
def context_type(store: MetadataStore) -> int:
    """A type of contexts, of which one is called run."""
    type_id = store.put_context_type(pb.ContextType(name="Run"))
    store.put_contexts([pb.Context(type_id=type_id, name="run")])
    return type_id


@pytest.mark.parametrize("spelling", ["RUN", "Run", "run "])
def test_a_name_that_is_taken_is_refused_with_the_spelling_that_is_stored(
    spelling: str, store: MetadataStore, context_type: int
) -> None:
    with pytest.raises(errors.AlreadyExistsError, match=rf"'{spelling}' belongs to .* stored as 'run' with id \d+"):
        store.put_contexts([pb.Context(type_id=context_type, name=spelling)])

    found = store.get_context_by_type_and_name("Run", spelling)
    assert found is not None
    assert found.name == "run"


def test_two_spellings_in_one_request_are_refused_with_both(store: MetadataStore, context_type: int) -> None:
    with pytest.raises(errors.AlreadyExistsError, match=r"'Q' belongs to .* given as 'q' in the same request"):
        store.put_contexts([pb.Context(type_id=context_type, name=name) for name in ("q", "Q")])


@pytest.mark.parametrize("by_subgraph", [False, True])
def test_reuse_takes_a_context_that_is_spelled_otherwise(
    by_subgraph: bool, store: MetadataStore, context_type: int
) -> None:
    execution = pb.Execution(type_id=store.put_execution_type(pb.ExecutionType(name="Train")))
    contexts = [pb.Context(type_id=context_type, name=name) for name in ("RUN", "new", "NEW", "other")]
    if by_subgraph:
        _, _, ids = store.put_lineage_subgraph([execution], [], contexts, [], reuse_context_if_already_exist=True)
    else:
        _, _, ids = store.put_execution(execution, [], contexts, reuse_context_if_already_exist=True)

    run = store.get_context_by_type_and_name("Run", "run")
    assert run is not None
    assert ids[0] == run.id
    assert ids[1] == ids[2] != ids[3]
    assert len(store.get_contexts()) == 3


def test_two_properties_of_a_type_are_refused_by_name(store: MetadataStore) -> None:
    both = pb.ArtifactType(name="Model", properties={"lr": pb.DOUBLE, "LR": pb.DOUBLE})
    with pytest.raises(errors.AlreadyExistsError, match=r"'Model' cannot have '(lr|LR)' beside '(lr|LR)'"):
        store.put_artifact_type(both)
    store.put_artifact_type(pb.ArtifactType(name="Model", properties={"lr": pb.DOUBLE}))
    with pytest.raises(errors.AlreadyExistsError, match=r"'Model' cannot have '(lr|LR)' beside '(lr|LR)'"):
        store.put_artifact_type(both, can_add_fields=True)


def test_two_properties_of_a_node_are_refused_by_name(store: MetadataStore) -> None:
    node = pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name="Model")), name="m")
    node.custom_properties["lr"].int_value = 1
    [node.id] = store.put_artifacts([node])
    node.custom_properties["LR"].int_value = 2
    with pytest.raises(errors.AlreadyExistsError, match=r"with id \d+ cannot have '(lr|LR)' beside '(lr|LR)'"):
        store.put_artifacts([node], field_mask_paths=["custom_properties.LR"])
    node.ClearField("id")
    node.name = "other"
    with pytest.raises(errors.AlreadyExistsError, match=r"'other' cannot have '(lr|LR)' beside '(lr|LR)'"):
        store.put_artifacts([node])


def test_an_external_id_that_is_taken_is_refused_with_the_spelling_that_is_stored(store: MetadataStore) -> None:
    type_id = store.put_artifact_type(pb.ArtifactType(name="Model", external_id="t"))
    store.put_artifacts([pb.Artifact(type_id=type_id, external_id="e")])

    with pytest.raises(errors.AlreadyExistsError, match=r"'E' belongs to .* stored as 'e'"):
        store.put_artifacts([pb.Artifact(type_id=type_id, external_id="E")])
    with pytest.raises(errors.AlreadyExistsError, match=r"'T' .* belongs to .* stored as 't'"):
        store.put_artifact_type(pb.ArtifactType(name="Other", external_id="T"))


def test_a_workspace_of_another_spelling_is_refused_with_the_one_that_is_stored(store: MetadataStore) -> None:
    sdk_store = Store.from_client(store)
    first = Workspace(sdk_store, "team-a")

    for reuse in (True, False):
        with pytest.raises(errors.AlreadyExistsError, match="'Team-A' belongs to the workspace 'team-a' with id"):
            Workspace(sdk_store, "Team-A", reuse_workspace_if_exists=reuse)

    assert Workspace(sdk_store, "next").context_id <= first.context_id + 2


def test_a_workspace_that_the_caller_may_not_see_is_an_error_at_once() -> None:
    service = open_service("sqlite://")
    Workspace(Store.from_client(MetadataStore.from_transport(LocalTransport(service))), "hidden")
    limited = Caller("somebody", Role.WRITER, scope_of(["other"]))
    client = MetadataStore.from_transport(LocalTransport(service, caller=limited))

    with pytest.raises(errors.StatusError, match="hidden"):
        Workspace(Store.from_client(client), "hidden")


def test_facets_count_runs_apart_that_are_spelled_otherwise(store: MetadataStore, folding_url: str) -> None:
    [model] = store.put_artifacts([pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name="Model")))])
    for type_name, name in (("system.PipelineRun", "Run"), ("pipeline_run", "run")):
        type_id = store.put_context_type(pb.ContextType(name=type_name))
        [run] = store.put_contexts([pb.Context(type_id=type_id, name=name)])
        store.put_attributions_and_associations([pb.Attribution(artifact_id=model, context_id=run)], [])
    with closing(Database(DatabaseSettings(folding_url))) as database:
        counted = database.read(lambda session: facet_rows.by_context(session, ARTIFACT, RUN_TYPES, [model]))
    assert counted == {"Run": 1, "run": 1}
