"""`metadata_store_server`, started as manifests and programs start the official server, and called by its client."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pytest

from lineal import errors
from lineal.cli.metadata_store_server import flags, gflags
from lineal.cli.metadata_store_server.configuration import configure
from lineal.upkeep.opening import open_service
from lineal.urls import engine_of
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests import services
from tests.client.certificates import localhost_certificate
from tests.engines import SQLITE_EVERY_DAY
from tests.parameters import rare
from tests.ports import free_port
from tests.serving import SERVICE, STOP_TIMEOUT, Caller

COMMAND = [sys.executable, "-m", "lineal.cli.metadata_store_server"]
OFFICIAL_PROGRAM = Path(__file__).with_name("official_program.py")
LAUNCHER = (
    "--grpc_channel_arguments="
    "grpc.max_metadata_size=16384,grpc.max_receive_message_length=104857600,grpc.max_send_message_length=104857600"
)
MIB = 1 << 20


class Running:
    """A running command: its process, its port, and what it has logged."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Any) -> None:
        self.process = process
        self.address = f"127.0.0.1:{port}"
        self._log = log

    def log(self) -> str:
        self._log.seek(0)
        return str(self._log.read())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_TIMEOUT)


@contextmanager
def running(*words: str, port_flag: str = "--grpc_port={}", **variables: str) -> Iterator[Running]:
    """Start the command on a free port and wait until it serves."""
    port = free_port()
    command = [*COMMAND, "--lineal_host=127.0.0.1", *([port_flag.format(port)] if port_flag else []), *words]
    environment = {**os.environ, **{name: value.format(port=port) for name, value in variables.items()}}
    with tempfile.TemporaryFile("w+") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        found = Running(process, port, log)
        try:
            end = time.monotonic() + 60
            while "grpc" not in found.log() or "://127.0.0.1" not in found.log():
                assert process.poll() is None, found.log()
                assert time.monotonic() < end, found.log()
                time.sleep(0.05)
            yield found
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT)


def refused(*words: str, **variables: str) -> str:
    """The one line of a command that does not start."""
    environment = {**os.environ, **variables}
    ran = subprocess.run([*COMMAND, *words], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1, ran.stderr
    return ran.stderr.strip().splitlines()[-1]


def read(*words: str, **environ: str) -> dict[str, gflags.Value]:
    return gflags.parse(words, flags.ALL, environ).values


def config_file(folder: Path, text: str) -> str:
    (folder / "config.pbtxt").write_text(text)
    return str(folder / "config.pbtxt")


def sqlite(folder: Path) -> str:
    return config_file(folder, f'connection_config {{ sqlite {{ filename_uri: "{folder / "metadata.db"}" }} }}')


def types(address: str) -> list[str]:
    with Caller(address) as caller:
        found = caller.call("GetContextTypes", rpc.GetContextTypesRequest())
    return [each.name for each in found.context_types]


def sqlite_words(url: str, folder: Path) -> list[str]:
    source = f'connection_config {{ sqlite {{ filename_uri: "{urlsplit(url).path[1:]}" }} }}'
    return [f"--metadata_store_server_config_file={config_file(folder, source)}"]


def mysql_words(url: str, folder: Path) -> list[str]:
    """The flags of Kubeflow's manifest, in its order."""
    at = urlsplit(url)
    parts = {"database": at.path[1:], "host": at.hostname, "port": at.port}
    parts |= {"user": at.username, "password": at.password or ""}
    return [f"--mysql_config_{name}={value}" for name, value in parts.items()]


def postgresql_words(url: str, folder: Path) -> list[str]:
    at = urlsplit(url)
    parts = {"host": at.hostname, "port": at.port, "user": at.username, "password": "any", "dbname": at.path[1:]}
    return ["--metadata_source_config_type=postgresql", *(f"--postgres_config_{name}={parts[name]}" for name in parts)]


WORDS = {"sqlite": sqlite_words, "mysql": mysql_words, "postgresql": postgresql_words}


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_a_manifest_serves_the_official_client_from_every_engine(
    fresh_database_url: str, official_python: Path, tmp_path: Path
) -> None:
    words = WORDS[engine_of(fresh_database_url)](fresh_database_url, tmp_path)
    with running(*words, "--enable_database_upgrade=true", LAUNCHER) as server:
        command = [official_python, OFFICIAL_PROGRAM, *server.address.split(":")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    with open_service(fresh_database_url) as service:
        assert service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest()).artifact_types  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_signal_to_stop_ends_it_with_code_0(tmp_path: Path) -> None:
    with running(f"--metadata_store_server_config_file={sqlite(tmp_path)}") as server:
        assert server.stop() == 0
        assert "Stopping: finishing the accepted requests" in server.log()


def test_the_variables_of_the_official_image_are_read(tmp_path: Path) -> None:
    variables = {"GRPC_PORT": "{port}", "METADATA_STORE_SERVER_CONFIG_FILE": sqlite(tmp_path)}
    with running(port_flag="", **variables) as server:
        assert types(server.address) == []
    assert (tmp_path / "metadata.db").exists()


@pytest.mark.slow  # the flags of each form are read below, and a command starts with them above
def test_flags_with_one_dash_and_values_in_the_next_word_are_read(tmp_path: Path) -> None:
    with running("-metadata_store_server_config_file", sqlite(tmp_path), port_flag="-grpc_port={}") as server:
        assert types(server.address) == []


@pytest.mark.slow
def test_without_a_database_it_warns_that_everything_will_be_lost_and_serves_nothing_but_grpc() -> None:
    with running() as server:
        assert types(server.address) == []
        assert "is LOST when this server ends" in server.log()
        assert "HTTP" not in server.log()


@pytest.mark.slow  # a message of 99 MiB
def test_the_launchers_arguments_let_100_mib_and_16_kib_of_metadata_through() -> None:
    with running(LAUNCHER) as server, grpc.insecure_channel(server.address) as channel:
        put = channel.unary_unary(f"/{SERVICE.full_name}/PutContextType")
        text = "x" * (99 * MIB)
        request = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="large", description=text))
        assert put(request.SerializeToString(), timeout=60, metadata=[("x-large", "v" * (16 << 10))])


@pytest.mark.slow
def test_the_argument_for_messages_is_the_limit_of_requests() -> None:
    with running("--grpc_channel_arguments=grpc.max_receive_message_length=1000") as server:
        with Caller(server.address) as caller, pytest.raises(grpc.RpcError) as failure:
            caller.call_bytes("PutArtifacts", b" " * 2000)
        assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.fixture(scope="module")
def extended() -> Iterator[tuple[Running, int]]:
    """A command with the flags that only Lineal has, and its port of HTTP."""
    http = free_port()
    with running(f"--lineal_http_port={http}", "--lineal_sdk_types") as server:
        yield server, http


def test_http_is_served_where_a_port_is_given(extended: tuple[Running, int]) -> None:
    server, http = extended
    assert httpx.get(f"http://127.0.0.1:{http}/readyz").status_code == 200
    assert f"127.0.0.1:{http}" in server.log()


def test_the_types_of_the_sdk_are_there_from_the_start_if_asked_for(extended: tuple[Running, int]) -> None:
    address = extended[0].address
    with Caller(address) as caller:
        artifact_types = caller.call("GetArtifactTypes", rpc.GetArtifactTypesRequest()).artifact_types
    assert types(address) == ["kubeflow.org/alpha/workspace"]
    names = {each.name for each in artifact_types}
    assert {f"kubeflow.org/alpha/{name}" for name in ("data_set", "model", "metrics")} <= names


def with_tls(folder: Path, certificate: str, key: str, *, verify: bool) -> str:
    """The flag of a configuration with certificates, as Kubeflow's manifest with TLS writes it."""
    texts = {"server_key": key, "server_cert": certificate, "custom_ca": certificate}
    ssl = " ".join(f"{name}: {_quoted(text)}" for name, text in texts.items())
    text = f"connection_config {{ fake_database {{}} }} ssl_config {{ {ssl} client_verify: {str(verify).lower()} }}"
    return f"--metadata_store_server_config_file={config_file(folder, text)}"


def _quoted(pem: str) -> str:
    return '"' + pem.replace("\n", "\\n") + '"'


@pytest.mark.parametrize("verify", [rare(False), True])
def test_the_certificates_of_the_configuration_encrypt(verify: bool, tmp_path: Path) -> None:
    certificate, key = localhost_certificate()
    shown = (key.encode(), certificate.encode()) if verify else ()
    credentials = grpc.ssl_channel_credentials(certificate.encode(), *shown)
    with running(with_tls(tmp_path, certificate, key, verify=verify)) as server:
        place = server.address.replace("127.0.0.1", "localhost")
        with grpc.secure_channel(place, credentials) as channel:
            assert channel.unary_unary(f"/{SERVICE.full_name}/GetContextTypes")(b"", timeout=10) == b""


@pytest.mark.slow
def test_a_client_without_a_certificate_is_refused_where_they_are_verified(tmp_path: Path) -> None:
    certificate, key = localhost_certificate()
    credentials = grpc.ssl_channel_credentials(certificate.encode())
    with running(with_tls(tmp_path, certificate, key, verify=True)) as server:
        place = server.address.replace("127.0.0.1", "localhost")
        with grpc.secure_channel(place, credentials) as channel, pytest.raises(grpc.RpcError):
            channel.unary_unary(f"/{SERVICE.full_name}/GetContextTypes")(b"", timeout=10)


@pytest.mark.slow  # five commands, one after the other
def test_a_downgrade_ends_the_command_and_says_what_to_do(tmp_path: Path) -> None:
    source = f"--metadata_store_server_config_file={sqlite(tmp_path)}"
    open_service(f"sqlite:///{tmp_path / 'metadata.db'}").close()

    assert "brought to schema version 9" in refused(source, "--downgrade_db_schema_version=9")
    assert "enable" in refused(source) or "migrate" in refused(source)
    with running(source, "--enable_database_upgrade") as server:
        assert types(server.address) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nothing"], "unknown command line flag 'nothing'"),
        (["--grpc_port=x"], "illegal value for int32 flag 'grpc_port'"),
        (["--grpc_port=0"], "grpc_port is invalid: 0"),
        (["--grpc_port"], "missing its argument"),
        (["--enable_database_upgrade=perhaps"], "illegal value for bool flag 'enable_database_upgrade'"),
        (["--mysql_config_host=db"], "--mysql_config_port, --mysql_config_database"),
        (["--metadata_source_config_type=file"], "default, config_file, mysql, postgresql"),
        (["--metadata_source_config_type=config_file"], "--metadata_store_server_config_file is missing"),
        (["--metadata_source_config_type=postgresql"], "exactly one of --postgres_config_host"),
        (["--metadata_store_server_config_file=/nowhere/at/all"], "cannot be read"),
        (["--grpc_channel_arguments=grpc.max_metadata_size"], "give name=value"),
        (["--grpc_channel_arguments=grpc.max_metadata_size=99999999999"], "32 bits"),
        (["--enable_database_upgrade", "--downgrade_db_schema_version=5"], "give one of them"),
    ],
)
def test_a_wrong_command_line_is_told_what_is_wrong(words: list[str], said: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=re.escape(said)):
        configure(read(*words), {}).server(Path())


def test_what_is_wrong_is_one_line_on_standard_error_and_code_1() -> None:
    assert refused("--nothing") == "ERROR: unknown command line flag 'nothing'; see --help"


def test_no_password_is_in_an_error(tmp_path: Path) -> None:
    path = config_file(tmp_path, 'connection_config { mysql { host: "h" password: hunter2 } }')
    shown = [
        refused(f"--metadata_store_server_config_file={path}"),
        refused("--mysql_config_password=hunter2", "--mysql_config_host=h"),
        refused("--mysql_config_pasword=hunter2"),
    ]

    assert "line 1, column 49" in shown[0]
    assert not [text for text in shown if "hunter2" in text]


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_tried_again_and_then_named() -> None:
    words = ("host=127.0.0.1", f"port={free_port()}", "database=metadb", "user=root", "password=hunter2")
    ran = subprocess.run(
        [*COMMAND, "--metadata_store_connection_retries=1", *(f"--mysql_config_{word}" for word in words)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, "trying again in 1 s" in ran.stderr) == (1, True), ran.stderr
    assert "hunter2" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--enable_database_upgrade"], True),
        (["--enable_database_upgrade=true"], True),
        (["--enable-database-upgrade=1"], True),
        (["-noenable_database_upgrade"], False),
        (["--enable_database_upgrade=F"], False),
        (["--enable_database_upgrade", "--enable_database_upgrade=no"], False),
        (["--enable_database_upgrade", "false"], True),
    ],
)
def test_a_flag_that_is_true_or_false_is_read_as_gflags_reads_it(words: list[str], value: bool) -> None:
    assert read(*words) == {"enable_database_upgrade": value}


def test_flags_come_from_files_and_variables_too(tmp_path: Path) -> None:
    (tmp_path / "flags").write_text("# the port\n--grpc_port=9000\n--mysql_config_user=ada\n")

    found = read(f"--flagfile={tmp_path / 'flags'}", "--fromenv=mysql_config_host", FLAGS_mysql_config_host="db")
    assert found == {"grpc_port": 9000, "mysql_config_user": "ada", "mysql_config_host": "db"}


def test_what_may_be_unknown_and_what_stands_behind_two_dashes_are_passed_over() -> None:
    parsed = gflags.parse(["--new_flag=1", "--undefok=new_flag", "--", "--grpc_port=x"], flags.ALL, {})

    assert (parsed.values, parsed.ignored) == ({}, 1)


def test_every_flag_of_the_help_can_be_read() -> None:
    ran = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=False)

    assert ran.returncode == 0
    assert all(f"--{flag.name} " in ran.stdout for flag in flags.OFFICIAL)


def test_the_command_is_installed_under_the_official_name() -> None:
    scripts = (services.REPOSITORY / "pyproject.toml").read_text().partition("[project.scripts]")[2]

    assert 'metadata_store_server = "lineal.cli.metadata_store_server:main"' in scripts.partition("\n[")[0]
