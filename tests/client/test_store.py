"""The client over an embedded store: how it is made, opened and closed, and what its calls return."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.message import Message

import lineal
from lineal import errors
from lineal.client import ListOptions, MetadataStore, OpenError
from lineal.client.transport import Transport
from lineal.service import CALLS
from lineal.wire import metadata_store as pb

UNREACHABLE = {
    "mysql": {"host": "127.0.0.1", "port": 1, "database": "d", "user": "u", "password": "s3cret"},
    "postgresql": {"host": "127.0.0.1", "port": "1", "dbname": "d", "user": "u", "password": "s3cret"},
}


def _file_config(path: Path, mode: int = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE) -> pb.ConnectionConfig:
    return pb.ConnectionConfig(sqlite={"filename_uri": str(path), "connection_mode": mode})


@pytest.mark.parametrize("config", [None, "sqlite://", pb.Artifact()])
def test_a_configuration_of_a_wrong_type_is_a_value_error(config: object) -> None:
    with pytest.raises(ValueError, match=f"config is a {type(config).__name__}"):
        MetadataStore(config)  # type: ignore[arg-type]


def test_a_client_of_a_server_cannot_ask_for_an_upgrade() -> None:
    with pytest.raises(ValueError, match="cannot upgrade a server's database"):
        MetadataStore(pb.MetadataStoreClientConfig(host="h", port=1), enable_upgrade_migration=True)


def test_an_unset_configuration_is_a_runtime_error_and_a_status_error() -> None:
    with pytest.raises(RuntimeError, match="names no database") as caught:
        MetadataStore(pb.ConnectionConfig())

    assert isinstance(caught.value, errors.StatusError)
    assert caught.value.error_code == errors.INVALID_ARGUMENT


def test_a_file_is_opened_when_the_store_is_made(tmp_path: Path) -> None:
    MetadataStore(_file_config(tmp_path / "metadata.db")).close()

    assert (tmp_path / "metadata.db").exists()


@pytest.mark.parametrize("mode", ["READONLY", "READWRITE"])
def test_an_absent_file_that_may_not_be_created_is_an_open_error(mode: str, tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="unable to open database file"):
        MetadataStore(_file_config(tmp_path / "absent.db", pb.SqliteMetadataSourceConfig.ConnectionMode.Value(mode)))

    assert not (tmp_path / "absent.db").exists()


def test_a_file_opened_for_reading_can_be_read_and_not_written(tmp_path: Path) -> None:
    with MetadataStore(_file_config(tmp_path / "metadata.db")) as writing:
        writing.put_artifact_type(pb.ArtifactType(name="Model"))
    with MetadataStore(_file_config(tmp_path / "metadata.db", pb.SqliteMetadataSourceConfig.READONLY)) as reading:
        assert [type_.name for type_ in reading.get_artifact_types()] == ["Model"]
        with pytest.raises(errors.StatusError):
            reading.put_artifact_type(pb.ArtifactType(name="Other"))


def test_a_file_name_may_hold_any_character(tmp_path: Path) -> None:
    MetadataStore(_file_config(tmp_path / "a b?c#d%41é.db")).close()

    assert [path.name for path in tmp_path.glob("*.db")] == ["a b?c#d%41é.db"]


@pytest.mark.parametrize("engine", UNREACHABLE)
def test_a_database_server_that_is_away_is_a_runtime_error_of_the_constructor(engine: str) -> None:
    with pytest.raises(RuntimeError, match="cannot reach the database 'd'") as caught:
        MetadataStore(pb.ConnectionConfig(**{engine: UNREACHABLE[engine]}))  # type: ignore[arg-type]

    assert isinstance(caught.value, errors.StatusError)
    assert caught.value.error_code == errors.UNAVAILABLE
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("url", ["mysql://u:s3cret@127.0.0.1:1/d", "postgresql://u:s3cret@127.0.0.1:1/d"])
def test_a_database_server_that_a_url_names_is_called_by_the_first_call(url: str) -> None:
    store = lineal.connect(url)

    with pytest.raises(errors.UnavailableError):
        store.get_artifact_types()


@pytest.mark.parametrize("mode", ["READONLY", "READWRITE", "READWRITE_OPENCREATE"])
@pytest.mark.parametrize("name", ["absent/store.db", "."])
def test_a_file_that_cannot_be_opened_is_an_error_with_the_words_of_sqlite(
    mode: str, name: str, tmp_path: Path
) -> None:
    number = pb.SqliteMetadataSourceConfig.ConnectionMode.Value(mode)

    with pytest.raises(RuntimeError, match=f"unable to open database file {tmp_path}"):
        MetadataStore(_file_config(tmp_path / name, number))


@pytest.mark.parametrize("url", ["sqlite:///metadata.db", "grpc://127.0.0.1:1"])
def test_a_closed_store_says_so(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = lineal.connect(url)
    store.close()
    store.close()

    with pytest.raises(errors.FailedPreconditionError, match="closed"):
        store.get_artifact_types()


def test_connect_takes_the_url_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_URL", "sqlite://")

    assert lineal.connect().get_artifacts() == []


def test_connect_without_any_url_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)

    with pytest.raises(errors.InvalidArgumentError, match="set LINEAL_URL"):
        lineal.connect()


def test_two_stores_in_memory_are_two_stores() -> None:
    first, second = lineal.connect("sqlite://"), lineal.connect("sqlite://")
    first.put_artifact_type(pb.ArtifactType(name="Model"))

    assert second.get_artifact_types() == []


def test_a_single_node_that_is_not_there_is_none() -> None:
    store = lineal.connect("sqlite://")

    assert store.get_context_by_type_and_name("Pipeline", "absent") is None


def test_a_list_of_more_than_a_page_is_complete() -> None:
    store = lineal.connect("sqlite://")
    type_id = store.put_artifact_type(pb.ArtifactType(name="Model"))
    ids = store.put_artifacts([pb.Artifact(type_id=type_id) for _ in range(250)])

    assert [artifact.id for artifact in store.get_artifacts(ListOptions(is_asc=False))] == ids[::-1]
    assert [artifact.id for artifact in store.get_artifacts(ListOptions(limit=120))] == ids[:120]


def test_put_execution_takes_pairs_with_and_without_event_and_skips_empty_ones() -> None:
    store = lineal.connect("sqlite://")
    artifact_type = store.put_artifact_type(pb.ArtifactType(name="Model"))
    execution_type = store.put_execution_type(pb.ExecutionType(name="Train"))
    artifact = pb.Artifact(type_id=artifact_type)
    pairs = [(artifact, pb.Event(type=pb.Event.OUTPUT)), (artifact, None), (artifact,), (), None]

    execution_id, artifact_ids, context_ids = store.put_execution(pb.Execution(type_id=execution_type), pairs, None)

    assert len(artifact_ids) == 3
    assert context_ids == []
    assert [event.artifact_id for event in store.get_events_by_execution_ids([execution_id])] == artifact_ids[:1]


class _Lineage:
    """A store in memory with one execution, one artifact and one context, all connected."""

    def __init__(self) -> None:
        self.store = store = lineal.connect("sqlite://")
        artifact_type = pb.ArtifactType(name="Model", base_type=pb.ArtifactType.MODEL)
        artifact = pb.Artifact(type_id=store.put_artifact_type(artifact_type), uri="gs://m")
        execution = pb.Execution(type_id=store.put_execution_type(pb.ExecutionType(name="Train")), name="e")
        context = pb.Context(type_id=store.put_context_type(pb.ContextType(name="Pipeline")), name="c")
        store.put_lineage_subgraph([execution], [artifact], [context], [(0, 0, pb.Event(type=pb.Event.OUTPUT))])
        self.options = pb.LineageSubgraphQueryOptions(starting_artifacts={"filter_query": "uri = 'gs://m'"})


def test_a_lineage_subgraph_has_whole_nodes_their_types_and_relations() -> None:
    lineage = _Lineage()

    graph = lineage.store.get_lineage_subgraph(lineage.options)

    assert [artifact.uri for artifact in graph.artifacts] == ["gs://m"]
    assert [execution.name for execution in graph.executions] == ["e"]
    assert [context.name for context in graph.contexts] == ["c"]
    assert [graph.artifact_types[0].name, graph.execution_types[0].name, graph.context_types[0].name] == [
        "Model",
        "Train",
        "Pipeline",
    ]
    assert len(graph.events) == len(graph.associations) == len(graph.attributions) == 1


def test_a_lineage_subgraph_holds_only_what_the_mask_names() -> None:
    lineage = _Lineage()

    graph = lineage.store.get_lineage_subgraph(lineage.options, ["executions", "execution_types", "events"])

    assert {field.name for field, _ in graph.ListFields()} == {"executions", "execution_types", "events"}


MASKS = [
    None,
    ["events"],
    ["artifacts", "artifact_types"],
    ["executions", "execution_types", "associations"],
    ["contexts", "context_types", "attributions"],
    ["artifact_types", "context_types"],
    ["events", "execution_types"],
]


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_a_server_without_the_call_for_lineage_gives_the_same_graph_in_pieces(mask: list[str] | None) -> None:
    lineage = _Lineage()
    whole = lineage.store.get_lineage_subgraph(lineage.options, mask)
    way = _Refusing(lineage.store._transport, errors.UnimplementedError("no call named GetLineage"))
    older = MetadataStore.from_transport(way)

    assert older.get_lineage_subgraph(lineage.options, mask) == whole
    assert older.get_lineage_subgraph(lineage.options, mask) == whole
    assert way.refused == 1


TOO_LARGE = errors.ResourceExhaustedError("The answer has 9 bytes", errors.Details(limit="--max-message-mib"))


@pytest.mark.parametrize("error", [TOO_LARGE, errors.PermissionDeniedError("no route")])
def test_a_graph_that_cannot_come_in_one_answer_comes_in_pieces(error: errors.StatusError) -> None:
    """It is too large, or something in between lets through what it knows of the official service alone."""
    lineage = _Lineage()
    whole = lineage.store.get_lineage_subgraph(lineage.options)
    narrow = MetadataStore.from_transport(_Refusing(lineage.store._transport, error))

    assert narrow.get_lineage_subgraph(lineage.options) == whole


def test_who_is_to_send_less_does_not_send_more() -> None:
    lineage = _Lineage()
    limited = MetadataStore.from_transport(_Refusing(lineage.store._transport, errors.ResourceExhaustedError("later")))
    with pytest.raises(errors.ResourceExhaustedError, match="later"):
        limited.get_lineage_subgraph(lineage.options)


class _Refusing:
    """A way to a server that refuses what is not of the official service."""

    def __init__(self, transport: Transport, error: errors.StatusError) -> None:
        self._transport = transport
        self._error = error
        self.close = transport.close
        self.refused = 0

    def call(self, method: str, request: Message) -> Message:
        if method in CALLS:
            return self._transport.call(method, request)
        self.refused += 1
        raise self._error


def test_a_lineage_subgraph_needs_options() -> None:
    with pytest.raises(TypeError, match="query_options must not be None"):
        _Lineage().store.get_lineage_subgraph(None)  # type: ignore[arg-type]
