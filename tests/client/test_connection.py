"""What a configuration or a URL becomes: the URL of a database, the settings of a channel. Nothing is opened here."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.client.connection import Certificates, ChannelSettings, channel_settings, database_settings, settings_of_url
from lineal.config import DatabaseSettings
from lineal.wire import metadata_store as pb

Sqlite = pb.SqliteMetadataSourceConfig

URL_OF_FILE = {
    "": "sqlite://",
    ":memory:": "sqlite://",
    "metadata.db": "sqlite:///metadata.db",
    "/var/lib/metadata.db": "sqlite:////var/lib/metadata.db",
    "/data/a b?c#d%e.db": "sqlite:////data/a%20b%3Fc%23d%25e.db",
    "file:/data/a%20b.db": "sqlite:////data/a%20b.db",
    "file:/data/metadata.db?mode=ro&cache=shared": "sqlite:////data/metadata.db?mode=ro",
    "file::memory:?cache=shared": "sqlite://",
    "file:name?mode=memory": "sqlite://",
}
URL_OF_MODE = {
    Sqlite.READONLY: "sqlite:///a.db?mode=ro",
    Sqlite.READWRITE: "sqlite:///a.db?mode=rw",
    Sqlite.READWRITE_OPENCREATE: "sqlite:///a.db",
    Sqlite.UNKNOWN: "sqlite:///a.db",
}


def _url(config: pb.ConnectionConfig) -> str:
    return database_settings(config).url


@pytest.mark.parametrize("name", URL_OF_FILE)
def test_a_sqlite_file_name_becomes_a_url(name: str) -> None:
    assert _url(pb.ConnectionConfig(sqlite=Sqlite(filename_uri=name))) == URL_OF_FILE[name]


@pytest.mark.parametrize("mode", URL_OF_MODE)
def test_a_sqlite_mode_goes_into_the_url(mode: Sqlite.ConnectionMode) -> None:
    assert _url(pb.ConnectionConfig(sqlite=Sqlite(filename_uri="a.db", connection_mode=mode))) == URL_OF_MODE[mode]


def test_the_fake_database_is_one_in_memory() -> None:
    assert _url(pb.ConnectionConfig(fake_database=pb.FakeDatabaseConfig())) == "sqlite://"


def test_a_mysql_configuration_becomes_a_url_with_every_part_encoded() -> None:
    config = pb.MySQLDatabaseConfig(host="db", port=3307, database="m/l", user="a@b", password="p:/?#%w")

    assert _url(pb.ConnectionConfig(mysql=config)) == "mysql://a%40b:p%3A%2F%3F%23%25w@db:3307/m%2Fl"


def test_a_mysql_socket_and_its_tls_files_go_into_the_query() -> None:
    ssl = pb.MySQLDatabaseConfig.SSLOptions(ca="/ca.pem", key="/key.pem", verify_server_cert=True)
    config = pb.MySQLDatabaseConfig(socket="/run/mysql.sock", database="d", ssl_options=ssl, skip_db_creation=True)

    assert _url(pb.ConnectionConfig(mysql=config)) == (
        "mysql:///d?unix_socket=%2Frun%2Fmysql.sock&ssl_key=%2Fkey.pem&ssl_ca=%2Fca.pem&ssl_check_hostname=true"
        "&create_database=false"
    )


def test_a_postgresql_configuration_becomes_a_url() -> None:
    ssl = pb.PostgreSQLDatabaseConfig.SSLOptions(sslmode="verify-full", sslrootcert="/ca.pem")
    config = pb.PostgreSQLDatabaseConfig(host="::1", port="5433", dbname="d", user="u", password="p", ssloption=ssl)

    assert _url(pb.ConnectionConfig(postgresql=config)) == (
        "postgresql://u:p@[::1]:5433/d?sslmode=verify-full&sslrootcert=%2Fca.pem"
    )


@pytest.mark.parametrize(
    "config",
    [
        pb.ConnectionConfig(),
        pb.ConnectionConfig(mysql=pb.MySQLDatabaseConfig(host="h", password="s3cret")),
        pb.ConnectionConfig(mysql=pb.MySQLDatabaseConfig(host="h", socket="/s", database="d", password="s3cret")),
        pb.ConnectionConfig(postgresql=pb.PostgreSQLDatabaseConfig(host="h", password="s3cret")),
    ],
)
def test_a_configuration_without_what_its_engine_needs_is_refused_and_no_password_is_shown(
    config: pb.ConnectionConfig,
) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        database_settings(config)

    assert "s3cret" not in caught.value.message


def test_the_settings_of_a_database_carry_the_wish_to_upgrade() -> None:
    config = pb.ConnectionConfig(sqlite=Sqlite(filename_uri="a.db"))

    assert database_settings(config, upgrade=True) == DatabaseSettings("sqlite:///a.db", upgrade=True)


def test_a_client_configuration_becomes_the_settings_of_a_channel() -> None:
    config = pb.MetadataStoreClientConfig(
        host="metadata",
        port=8080,
        ssl_config={"custom_ca": "root", "client_key": "key", "server_cert": "chain"},
        channel_arguments={"max_receive_message_length": 100, "http2_max_ping_strikes": 0},
        client_timeout_sec=0,
    )

    assert channel_settings(config) == ChannelSettings(
        target="metadata:8080",
        credentials=Certificates(root=b"root", key=b"key", chain=b"chain"),
        options=(("grpc.max_receive_message_length", 100), ("grpc.http2.max_ping_strikes", 0)),
        timeout=0,
    )


def test_without_tls_and_options_a_channel_has_the_defaults() -> None:
    assert channel_settings(pb.MetadataStoreClientConfig(host="::1", port=1)) == ChannelSettings("[::1]:1")


def test_the_key_of_a_client_is_not_shown() -> None:
    assert "secret" not in repr(Certificates(key=b"secret"))


def test_server_urls_become_the_settings_of_a_channel() -> None:
    assert settings_of_url("grpc://localhost:8080") == ChannelSettings("localhost:8080")
    assert settings_of_url("grpcs://[::1]:8080") == ChannelSettings("[::1]:8080", Certificates())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///a.db", "mysql://u:p@h:3306/d", "postgresql://h/d"])
def test_database_urls_are_taken_as_they_are(url: str) -> None:
    assert settings_of_url(url) == DatabaseSettings(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.db",
        "http://u:s3cret@h",
        "grpc://h",
        "grpc://:1",
        "grpc://h:x",
        "grpc://[::1",
        "grpc://a[b]:1",
        "grpc://u:s3cret@h:1",
        "grpc://h:1/a",
    ],
)
def test_any_other_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        settings_of_url(url)

    assert "s3cret" not in caught.value.message
