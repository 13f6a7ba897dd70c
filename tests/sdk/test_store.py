from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import Execution, Model, Store, Workspace
from lineal.sdk import store as store_module
from lineal.wire import metadata_store as pb
from tests.access.serving import serving
from tests.sdk.wires import Wire


def test_a_store_of_a_file_keeps_what_was_logged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/metadata.db"
    for _ in range(2):
        store = Store(url=url)
        Execution("train", Workspace(store, "bakery")).log_output(Model("gs://a", "a"))
        store.store.close()
    assert len(Workspace(Store(url=url), "bakery").list()) == 1


def test_a_store_speaks_to_a_server_by_host_and_port(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path}/metadata.db") as server:
        host, _, port = server.grpc.rpartition(":")
        workspace = Workspace(Store(host, int(port)), "bakery")
        model = Execution("train", workspace).log_output(Model("gs://a", "a", labels={"x": "y"}))
        assert [found["id"] for found in workspace.list(labels={"x": "y"})] == [model.id]
        workspace.store.close()


@pytest.mark.parametrize(
    ("arguments", "tls"),
    [
        ({}, {}),
        ({"root_certificates": b"roots"}, {"custom_ca": "roots"}),
        (
            {"root_certificates": b"r", "private_key": b"k", "certificate_chain": b"c"},
            {"custom_ca": "r", "client_key": "k", "server_cert": "c"},
        ),
    ],
)
def test_host_port_and_certificates_go_into_the_clients_configuration(
    arguments: dict[str, bytes], tls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configs: list[pb.MetadataStoreClientConfig] = []
    monkeypatch.setattr(store_module, "MetadataStore", configs.append)
    Store("metadata.example", 9090, **arguments)  # type: ignore[arg-type]
    [config] = configs
    assert (config.host, config.port) == ("metadata.example", 9090)
    assert {field.name: value for field, value in config.ssl_config.ListFields()} == tls


def test_the_default_is_the_service_of_a_kubeflow_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    configs: list[pb.MetadataStoreClientConfig] = []
    monkeypatch.setattr(store_module, "MetadataStore", configs.append)
    Store()
    assert (configs[0].host, configs[0].port) == ("metadata-grpc-service.kubeflow", 8080)


def test_certificates_beside_a_url_are_refused() -> None:
    with pytest.raises(ValueError, match="'url' takes no certificates"):
        Store(url="grpcs://metadata.example:443", root_certificates=b"roots")


def test_a_url_of_no_known_form_is_refused() -> None:
    with pytest.raises(errors.InvalidArgumentError):
        Store(url="http://metadata.example")


@pytest.mark.parametrize("place", [{"grpc_host": 3}, {"grpc_host": ""}, {"grpc_port": "z"}, {"grpc_port": 0}])
def test_a_place_that_can_be_none_is_refused(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"'{next(iter(place))}' must be"):
        Store(**place)


@pytest.mark.parametrize(
    ("host", "cure"),
    [
        ("http://me:kv9kv@metadata.example:8080", "is a URL; give the host alone"),
        ("HTTPS://metadata.example", "is a URL; give the host alone"),
        ("me:kv9kv@metadata.example", "a token comes from LINEAL_TOKEN"),
        ("metadata.example:8080", "is 'metadata.example:8080'; give the port by itself"),
    ],
)
def test_a_host_that_is_a_url_or_has_a_port_is_refused_without_its_password(host: str, cure: str) -> None:
    with pytest.raises(ValueError, match=cure) as by_sdk:
        Store(host)
    with pytest.raises(errors.InvalidArgumentError, match=cure) as by_client:
        MetadataStore(pb.MetadataStoreClientConfig(host=host, port=8080))
    assert "kv9kv" not in str(by_sdk.value) + str(by_client.value)


@pytest.mark.parametrize("text", ["three.db", "data/four.db"])
def test_a_text_that_is_a_file_is_no_host(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("three.db").touch()
    with pytest.raises(ValueError, match=f"write sqlite:///{text}"):
        Store(text)


@pytest.mark.parametrize(
    "host", ["localhost", "::1", "dns:///metadata.example", "unix:/run/metadata.db", "metadata-grpc-service.db"]
)
def test_a_host_that_grpc_resolves_is_taken(host: str) -> None:
    Store(host).store.close()


def test_a_host_like_a_file_that_does_not_answer_names_the_file() -> None:
    with Store("127.0.0.1.db", 1) as store, pytest.raises(errors.UnavailableError) as raised:
        store.store.get_artifacts()
    assert raised.value.message.endswith("running there? A file is sqlite:///127.0.0.1.db")


@pytest.mark.parametrize("place", [{"grpc_host": "metadata.example"}, {"grpc_port": 9090}])
def test_a_place_beside_a_url_is_refused(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="'url' names the server itself"):
        Store(url="sqlite://", **place)


def test_a_store_is_closed_at_the_end_of_its_block(tmp_path: Path) -> None:
    with Store(url=tmp_path / "metadata.db") as store:
        model = Execution("train", Workspace(store, "bakery")).log_output(Model("gs://a", "a"))
    for use in (lambda: Workspace(store, "other"), model.lineage, store.store.get_artifacts):
        with pytest.raises(errors.FailedPreconditionError, match="this metadata store is closed; make a new one"):
            use()


def test_an_error_closes_a_store_and_passes(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Store(url=tmp_path / "metadata.db") as store:
        raise KeyError("mine")
    assert repr(store).endswith("metadata.db', closed)")


def test_what_uses_a_closed_store_says_so(store: Store, wire: Wire) -> None:
    workspace = Workspace(store, "bakery")
    execution = Execution("train", workspace)
    store.close()
    store.close()
    for use in (workspace.list, lambda: execution.log_output(Model("u", "m")), lambda: Execution("e", workspace)):
        with pytest.raises(errors.FailedPreconditionError, match="is closed"):
            use()


def test_a_closed_store_of_a_server_says_so() -> None:
    with Store("localhost", 1) as store:
        pass
    with pytest.raises(errors.FailedPreconditionError, match="this metadata store is closed; make a new one"):
        Workspace(store, "bakery")


@pytest.mark.parametrize("as_text", [True, False])
def test_a_url_or_a_path_is_taken_as_the_first_argument(tmp_path: Path, as_text: bool) -> None:
    path = tmp_path / "metadata.db"
    with Store(f"sqlite:///{path}" if as_text else path) as store:
        assert Workspace(store, "bakery").context_id
    assert path.is_file()


def test_the_first_argument_takes_no_port_beside_a_url() -> None:
    with pytest.raises(ValueError, match="'url' names the server itself"):
        Store("grpc://metadata.example:8080", 8080 + 1)


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: Store("sqlite://"), "Store('sqlite://')"),
        (lambda: Store("metadata.example", 9090), "Store('grpc://metadata.example:9090')"),
        (lambda: Store("metadata.example", 443, b"roots"), "Store('grpcs://metadata.example:443')"),
        (lambda: Store("mysql://me:kv9kv@db.example/m?ssl_ca=/x"), "Store('mysql://***@db.example/m?ssl_ca=/x')"),
    ],
)
def test_a_store_shows_where_it_is_without_its_password(make: Callable[[], Store], shown: str) -> None:
    with make() as store:
        assert (repr(store), repr(store.store)) == (shown, shown.replace("Store", "MetadataStore"))
        assert "kv9kv" not in repr(store)


@pytest.mark.parametrize(
    "address", ["localhost:8081", "ftp://a", "http://", "http://me:kv9kv@a", "http://a?x", "http://a b", "http://[", 3]
)
def test_an_address_of_the_web_ui_that_is_none_is_refused(address: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="'ui_url' must be the address of the web UI, such as") as refused:
        Store("sqlite://", ui_url=address)
    monkeypatch.setenv("LINEAL_UI_URL", str(address))
    with pytest.raises(ValueError, match="'LINEAL_UI_URL' must be the address"):
        Store("sqlite://")
    assert "kv9kv" not in str(refused.value)


def test_certificates_are_read_from_paths(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("roots")
    assert repr(Store("metadata.example", 443, file)) == "Store('grpcs://metadata.example:443')"
    with pytest.raises(ValueError, match="'private_key' must be PEM text or a path, got int"):
        Store("metadata.example", 443, private_key=7)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        Store("metadata.example", 443, tmp_path / "none.pem")
