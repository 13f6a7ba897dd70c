"""TLS and Unix sockets between Lineal and database servers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.upkeep.opening import open_service
from tests import services
from tests.engines import (
    MARIADB,
    MARIADB_MYSQLDB,
    POSTGRESQL,
    Engine,
    Server,
    mariadb,
    mysql_scheme,
    postgresql,
    run_sql,
    server_folder,
)

pytestmark = pytest.mark.slow
BOTH_DRIVERS = pytest.mark.parametrize("engine", [MARIADB, MARIADB_MYSQLDB], ids=lambda engine: engine.name)


@dataclass(frozen=True)
class Certificates:
    """Files of an authority, of a server that is called 127.0.0.1 and one that is not, and of a client."""

    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    openssl = services.require_program("openssl", package="openssl")
    made = Certificates(Path(tmp_path_factory.mktemp("certificates")))
    new = [openssl, "req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    ca = ["-x509", "-subj", "/CN=authority", "-keyout", made.path("ca.key"), "-out", made.path("ca.pem")]
    subprocess.run([*new, *ca], check=True, capture_output=True)
    for name, extension in (
        ("here", "subjectAltName=IP:127.0.0.1"),
        ("elsewhere", "subjectAltName=DNS:elsewhere"),
        ("client", ""),
    ):
        files = ["-keyout", made.path(f"{name}.key"), "-out", made.path(f"{name}.csr"), "-subj", f"/CN={name}"]
        subprocess.run([*new[:-2], *files], check=True, capture_output=True)
        Path(made.path("extension")).write_text(extension)
        sign = [openssl, "x509", "-req", "-days", "2", "-in", made.path(f"{name}.csr"), "-CA", made.path("ca.pem")]
        sign += ["-CAkey", made.path("ca.key"), "-CAcreateserial", "-extfile", made.path("extension")]
        subprocess.run([*sign, "-out", made.path(f"{name}.pem")], check=True, capture_output=True)
    return made


def works(service: MetadataService) -> bool:
    return len(service.database.read(lambda session: session.script("SELECT id FROM Type"))) == 9


def mysql_cipher(url: str) -> str:
    return str(run_sql(url, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1])


@pytest.fixture(scope="module", params=["here", "elsewhere"])
def encrypted_server(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[tuple[str, Server]]:
    """A server of MariaDB with a certificate for that name; yields the name and the server."""
    name = request.param
    files = {
        "cert": certificates.path(f"{name}.pem"),
        "key": certificates.path(f"{name}.key"),
        "ca": certificates.path("ca.pem"),
    }
    with mariadb(*[f"--ssl-{flag}={path}" for flag, path in files.items()]) as server:
        yield name, server


@pytest.fixture(params=["pymysql", "mysqldb"])
def encrypted_mariadb(request: pytest.FixtureRequest, encrypted_server: tuple[str, Server]) -> tuple[str, str]:
    """The name in the server's certificate, and a URL for each driver."""
    name, server = encrypted_server
    return name, f"{mysql_scheme(request.param)}://{server.url.partition('://')[2]}tls"


def test_mysql_verifies_the_server_as_far_as_the_url_asks(
    encrypted_mariadb: tuple[str, str], certificates: Certificates
) -> None:
    name, url = encrypted_mariadb
    ca = f"ssl_ca={certificates.path('ca.pem')}"
    for options in (ca, "ssl_mode=required", "ssl_mode=required&" + ca):
        assert mysql_cipher(f"{url}?{options}")
    assert mysql_cipher(url)  # the server offers it
    assert not mysql_cipher(f"{url}?ssl_mode=disabled")
    with pytest.raises(errors.FailedPreconditionError, match="certificate"):
        open_service(f"{url}?ssl_mode=verify_ca&connect_timeout=5")  # the system's authorities do not know it
    if name == "here":
        assert mysql_cipher(f"{url}?ssl_mode=verify_identity&{ca}")
    else:
        with pytest.raises(errors.FailedPreconditionError, match="certificate"):
            open_service(f"{url}?ssl_mode=verify_identity&{ca}")


def test_mysql_shows_the_clients_certificate_where_the_account_wants_one(
    encrypted_mariadb: tuple[str, str], certificates: Certificates
) -> None:
    _, url = encrypted_mariadb
    run_sql(url, "GRANT ALL ON *.* TO shown@'127.0.0.1' REQUIRE X509")
    own = f"ssl_cert={certificates.path('client.pem')}&ssl_key={certificates.path('client.key')}"
    client_url = url.replace("root@", "shown@")
    with pytest.raises(errors.PermissionDeniedError):
        open_service(client_url)
    with open_service(f"{client_url}?{own}") as service:
        assert works(service)


def test_mysql_replaces_an_encrypted_connection_that_is_lost(encrypted_mariadb: tuple[str, str]) -> None:
    killed: list[None] = []

    def work(session: Session) -> object:
        if not killed:
            killed.append(MARIADB.kill_connection(session, service.database))
        return session.script("SELECT 1")

    with open_service(f"{encrypted_mariadb[1]}?ssl_mode=required") as service:
        assert service.database.read(work) == [(1,)]


@BOTH_DRIVERS
@pytest.mark.parametrize("mode", ["required", "verify_ca", "verify_identity"])
def test_mysql_without_tls_is_refused_where_the_url_asks_for_it(
    servers: ExitStack, tmp_path: Path, engine: Engine, mode: str
) -> None:
    url = engine.fresh_url(servers, tmp_path)
    with pytest.raises(errors.FailedPreconditionError, match="TLS"):
        open_service(f"{url}?ssl_mode={mode}")


@BOTH_DRIVERS
def test_mysql_without_tls_serves_where_the_url_only_prefers_it(
    servers: ExitStack, tmp_path: Path, engine: Engine
) -> None:
    assert not mysql_cipher(f"{engine.fresh_url(servers, tmp_path)}?ssl_mode=preferred")


@pytest.fixture(scope="module")
def encrypted_postgresql(certificates: Certificates) -> Iterator[str]:
    """A server whose certificate is for another name; yields its URL."""
    with server_folder(owner="postgres") as folder:
        for suffix in ("pem", "key"):
            file = shutil.copy(certificates.path(f"elsewhere.{suffix}"), folder)
            os.chmod(file, 0o600)
            if os.geteuid() == 0:
                shutil.chown(file, "postgres")
        files = [f"ssl_cert_file={folder}/elsewhere.pem", f"ssl_key_file={folder}/elsewhere.key"]
        with postgresql("ssl=on", *files) as server:
            yield server.url


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
def test_postgresql_verifies_the_authority_where_the_url_asks(
    encrypted_postgresql: str, certificates: Certificates, mode: str
) -> None:
    url = f"{encrypted_postgresql}tls?sslmode={mode}&sslrootcert={certificates.path('ca.pem')}"
    assert run_sql(url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]


def test_postgresql_verifies_the_name_where_the_url_asks(encrypted_postgresql: str, certificates: Certificates) -> None:
    url = f"{encrypted_postgresql}tls?sslmode=verify-full&sslrootcert={certificates.path('ca.pem')}"
    with pytest.raises(errors.PermissionDeniedError, match="TLS"):
        open_service(url)


def test_postgresql_without_tls_is_refused_where_the_url_asks_for_it(servers: ExitStack, tmp_path: Path) -> None:
    url = POSTGRESQL.fresh_url(servers, tmp_path)
    with pytest.raises(errors.FailedPreconditionError, match="offers no TLS"):
        open_service(f"{url}?sslmode=require")


def socket_url(engine: Engine, server: Server) -> str:
    if engine is POSTGRESQL:
        folder = str(server.folder).replace("/", "%2F")
        return server.url.replace("127.0.0.1", folder) + "socket"
    return f"{server.url.partition('://')[0]}://root@/socket?unix_socket={server.folder}/s"


@pytest.mark.parametrize("engine", [MARIADB, MARIADB_MYSQLDB, POSTGRESQL], ids=lambda engine: engine.name)
def test_a_unix_socket_serves_as_well(engine: Engine, servers: ExitStack) -> None:
    with open_service(socket_url(engine, engine.server(servers))) as service:
        assert works(service)
