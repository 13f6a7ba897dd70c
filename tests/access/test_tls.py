"""TLS on both ports: certificates that are replaced while the server runs, and clients that show theirs."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lineal import errors
from lineal.client import MetadataStore
from lineal.security import AccessSettings, TlsSettings
from lineal.server import changing_files
from tests.access.authority import Authority
from tests.access.serving import Served, asking, serving
from tests.serving import running_server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority that has made the server's certificate."""
    made = Authority(tmp_path)
    made.issue("server", cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    return made


def tls(authority: Authority, *, clients: bool = False) -> TlsSettings:
    """Return the settings of a server with the authority's certificate."""
    folder = authority.folder
    return TlsSettings(f"{folder}/cert.pem", f"{folder}/key.pem", str(authority.path) if clients else "")


def trusting(authority: Authority) -> ssl.SSLContext:
    """Return the context of a client that trusts an authority."""
    return ssl.create_default_context(cafile=str(authority.path))


def is_reached(served: Served, authority: Authority) -> tuple[bool, bool]:
    """Tell whether clients that trust an authority reach the gRPC port and the HTTP port."""
    try:
        with MetadataStore.from_url(f"grpcs://{served.grpc}?ca_file={authority.path}") as store:
            store.get_artifacts()
        by_grpc = True
    except errors.UnavailableError:
        by_grpc = False
    try:
        with asking(served, verify=trusting(authority)) as client:
            by_http = client.get("/api/v1/totals").status_code == 200
    except httpx.ConnectError:
        by_http = False
    return by_grpc, by_http


def test_both_ports_speak_tls_and_nothing_else(authority: Authority) -> None:
    with serving(tls=tls(authority)) as served:
        assert is_reached(served, authority) == (True, True)
        with pytest.raises(httpx.HTTPError), asking(served) as client:
            client.get("/healthz")
        with pytest.raises(errors.UnavailableError), MetadataStore.from_url(f"grpc://{served.grpc}") as store:
            store.get_artifacts()
        with (
            pytest.raises(
                errors.UnavailableError,
                match=r"not trusted here \([\w -]+\).*\?ca_file=FILE; see: lineal docs security",
            ),
            MetadataStore.from_url(f"grpcs://{served.grpc}") as store,
        ):
            store.get_artifacts()


def test_certificates_are_read_again_when_they_change(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing_files, "_LOOK_SECONDS", 0.0)
    other = Authority(authority.folder, "other")
    with serving(tls=tls(authority)) as served:
        assert is_reached(served, other) == (False, False)
        other.issue("server", cert=authority.folder / "cert.pem", key=authority.folder / "key.pem")
        assert is_reached(served, other) == (True, True)
        assert is_reached(served, authority) == (False, False)


def test_what_cannot_be_used_leaves_the_old_certificate(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing_files, "_LOOK_SECONDS", 0.0)
    with serving(tls=tls(authority)) as served:
        (authority.folder / "cert.pem").write_text("half a cert")
        assert is_reached(served, authority) == (True, True)
        (authority.folder / "key.pem").unlink()
        assert is_reached(served, authority) == (True, True)


def test_files_that_do_not_belong_together_are_refused_at_the_start(authority: Authority) -> None:
    authority.issue("x", cert=authority.folder / "x.pem", key=authority.folder / "key.pem")
    with pytest.raises(errors.InvalidArgumentError, match="--tls-cert, --tls-key"), serving(tls=tls(authority)):
        pass


@pytest.fixture
def mutual(authority: Authority) -> Iterator[Served]:
    """A server that knows callers by their certificates: `nightly` reads."""
    rules = authority.folder / "access.json"
    rules.write_text(json.dumps({"certificate:nightly": {"role": "reader"}}))
    access = AccessSettings(auth=("certificate",), access_file=str(rules))
    with serving(access=access, tls=tls(authority, clients=True)) as served:
        yield served


def shown(authority: Authority, name: str) -> str:
    """Return the options of a URL with the certificate of a name."""
    cert, key = authority.folder / f"{name}.pem", authority.folder / f"{name}.key"
    authority.issue(name, cert=cert, key=key)
    return f"ca_file={authority.folder}/authority.pem&cert_file={cert}&key_file={key}"


def http_status(served: Served, authority: Authority, name: str) -> int:
    """Return the status of a route for who shows a certificate of a name, made by an authority."""
    shown(authority, name)
    context = ssl.create_default_context(cafile=str(authority.folder / "authority.pem"))
    context.load_cert_chain(authority.folder / f"{name}.pem", authority.folder / f"{name}.key")
    with asking(served, verify=context) as client:
        return client.get("/api/v1/totals").status_code


def test_callers_are_known_by_their_certificates(mutual: Served, authority: Authority) -> None:
    with MetadataStore.from_url(f"grpcs://{mutual.grpc}?{shown(authority, 'nightly')}") as store:
        assert store.get_artifacts() == []
    assert http_status(mutual, authority, "nightly") == 200


def test_a_certificate_without_a_rule_opens_nothing(mutual: Served, authority: Authority) -> None:
    with (
        MetadataStore.from_url(f"grpcs://{mutual.grpc}?{shown(authority, 'stranger')}") as store,
        pytest.raises(errors.PermissionDeniedError, match="stranger"),
    ):
        store.get_artifacts()
    assert http_status(mutual, authority, "stranger") == 403


def test_a_certificate_of_another_authority_opens_nothing(mutual: Served, authority: Authority) -> None:
    other = Authority(authority.folder, "other")
    with (
        MetadataStore.from_url(f"grpcs://{mutual.grpc}?{shown(other, 'nightly')}") as store,
        pytest.raises(errors.UnavailableError),
    ):
        store.get_artifacts()
    with pytest.raises(httpx.HTTPError):
        http_status(mutual, other, "nightly")


def test_without_a_certificate_health_alone_answers(mutual: Served, authority: Authority) -> None:
    with asking(mutual, verify=trusting(authority)) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/api/v1/totals").status_code == 401
    assert is_reached(mutual, authority) == (False, False)


@pytest.mark.flaky(reruns=2)
@pytest.mark.long
def test_a_client_that_does_not_end_its_side_holds_up_no_stop(authority: Authority) -> None:
    flags = ["--tls-cert", f"{authority.folder}/cert.pem", "--tls-key", f"{authority.folder}/key.pem"]
    context = trusting(authority)
    context.check_hostname = False
    with running_server("sqlite://", *flags) as server:
        host, _, port = server.http.rpartition("//")[2].rpartition(":")
        with socket.create_connection((host, int(port))) as raw, context.wrap_socket(raw) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" in client.recv(4096)
            asked = time.monotonic()
            assert server.stop() == 0
        assert time.monotonic() - asked < 4


OFFICIAL_PROGRAM = """
import sys
from pathlib import Path
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb
host, _, port = sys.argv[1].rpartition(":")
config = pb.MetadataStoreClientConfig(host=host, port=int(port))
fields = ("custom_ca", "server_cert", "client_key")
for field, path in zip(fields, sys.argv[2:]):
    setattr(config.ssl_config, field, Path(path).read_text())
store = metadata_store.MetadataStore(config)
store.put_artifact_type(pb.ArtifactType(name="T"))
print([each.name for each in store.get_artifact_types()])
"""


def official(python: Path, served: Served, *files: Path) -> str:
    """Run a program of the official client, with its files for TLS: authority, certificate, key."""
    command = [python, "-c", OFFICIAL_PROGRAM, served.grpc, *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    return done.stdout.strip() or done.stderr[-2000:]


def test_the_official_client_speaks_tls(authority: Authority, official_python: Path) -> None:
    with serving(tls=tls(authority)) as served:
        assert official(official_python, served, authority.path) == "['T']"


def test_the_official_client_shows_a_certificate(authority: Authority, official_python: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text('{"certificate:official": {"role": "writer"}}')
    cert, key = tmp_path / "official.crt", tmp_path / "official.key"
    authority.issue("official", cert=cert, key=key)
    access = AccessSettings(("certificate",), access_file=str(tmp_path / "rules"))
    with serving(access=access, tls=tls(authority, clients=True)) as served:
        assert official(official_python, served, authority.path, cert, key) == "['T']"
