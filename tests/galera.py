"""A cluster of three MariaDB Galera nodes on free ports, of which a test may kill and revive any.

State transfer to a node that comes back works as the user mysql only, so as root the nodes run as that user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymysql

from tests import services
from tests.engines import READY_SECONDS, STOP_SECONDS, mysql_scheme
from tests.ports import free_port

_PROVIDERS = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")
_SETTINGS = """[mysqld]
datadir={folder}/data
tmpdir={folder}/tmp
socket={folder}/socket
pid-file={folder}/pid
port={port}
bind-address=127.0.0.1
skip-name-resolve
binlog_format=ROW
innodb_autoinc_lock_mode=2
innodb_flush_log_at_trx_commit=2
innodb_buffer_pool_size=32M
innodb_log_file_size=16M
wsrep_on=ON
wsrep_provider={provider}
wsrep_cluster_name=lineal
wsrep_cluster_address=gcomm://{peers}
wsrep_node_address=127.0.0.1:{group_port}
wsrep_node_incoming_address=127.0.0.1:{port}
wsrep_sst_method=rsync
wsrep_sst_receive_address=127.0.0.1:{transfer_port}
wsrep_provider_options="base_port={group_port};gmcast.listen_addr=tcp://127.0.0.1:{group_port};\
ist.recv_addr=127.0.0.1:{catch_up_port};gcache.size=32M;\
evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S"
"""


@dataclass
class Node:
    """One node of the cluster."""

    folder: Path
    port: int = field(default_factory=free_port)
    group_port: int = field(default_factory=free_port)
    transfer_port: int = field(default_factory=free_port)
    catch_up_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> str:
        """Where clients reach it."""
        return f"127.0.0.1:{self.port}"

    def start(self, *flags: str) -> None:
        """Run the node and wait until it has all that the cluster has."""
        program = services.require_program("mariadbd", package="mariadb-server")
        with (self.folder / "log").open("ab") as log:
            command = [program, f"--defaults-file={self.folder}/settings", *_as_mysql(), *flags]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and not self.is_synced():
            time.sleep(0.3)
        assert self.is_synced(), (self.folder / "log").read_text(errors="replace")[-2000:]

    def is_synced(self) -> bool:
        """Say whether the node answers and is in step with the cluster."""
        try:
            connection = pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=2)
        except pymysql.MySQLError:
            return False
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'wsrep_local_state_comment'")
            row = cursor.fetchone()
            return row is not None and row[1] == "Synced"

    def kill(self) -> None:
        """End the node at once, as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End the node in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass(frozen=True)
class Cluster:
    """Three nodes."""

    nodes: list[Node]

    def url(self, *nodes: Node) -> str:
        """Return the URL of a database on nodes in this order, on all of them if none is given."""
        return f"{mysql_scheme()}://root@{','.join(node.place for node in nodes or self.nodes)}/lineal"


@contextmanager
def galera() -> Iterator[Cluster]:
    """Run a cluster, empty."""
    install = services.require_program("mariadb-install-db", package="mariadb-server")
    services.require_program("rsync", package="rsync")
    provider = next((path for path in _PROVIDERS if Path(path).exists()), None)
    if provider is None:
        services.missing("the Galera provider", install="apt-get install galera-4")
    with tempfile.TemporaryDirectory(prefix="lineal-galera-") as name:
        nodes = [Node(Path(name) / str(number)) for number in range(3)]
        peers = ",".join(f"127.0.0.1:{node.group_port}" for node in nodes)
        os.chmod(name, 0o755)
        for node in nodes:
            _prepare(node, install, provider=provider, peers=peers)
        try:
            nodes[0].start("--wsrep-new-cluster")
            for node in nodes[1:]:
                node.start()
            yield Cluster(nodes)
        finally:
            for node in reversed(nodes):
                node.stop()


def _prepare(node: Node, install: Path, *, provider: str, peers: str) -> None:
    (node.folder / "tmp").mkdir(parents=True)
    ports = {name: getattr(node, name) for name in ("port", "group_port", "transfer_port", "catch_up_port")}
    text = _SETTINGS.format(folder=node.folder, provider=provider, peers=peers, **ports)
    (node.folder / "settings").write_text(text)
    if _as_mysql():
        for folder in (node.folder, node.folder / "tmp"):
            shutil.chown(folder, "mysql", "mysql")
    own = [f"--datadir={node.folder}/data", f"--tmpdir={node.folder}/tmp"]
    flags = ["--no-defaults", *own, *_as_mysql(), "--innodb-log-file-size=16M"]
    command = [str(install), *flags, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(command, check=True, capture_output=True, timeout=READY_SECONDS)


def _as_mysql() -> list[str]:
    return ["--user=mysql"] if os.geteuid() == 0 else []
