"""SIGKILL of a server in the middle of calls of MLflow's clients: what was acknowledged is there.

Afterwards each client makes its last calls again, the one too of which it does not know whether it had arrived: nothing
is there twice.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.engines import EVERY_ENGINE, SERVERS, Engine
from tests.mlflow_crowd import Client, Logged, Member, Place, ServerGoneError, check_runs, check_versions, prepared
from tests.parameters import rare
from tests.serving import ServerProcess, running_server

pytestmark = pytest.mark.long

CLIENTS = 4
KILLS = 4
PATIENCE = 30
REPEATED = (
    "runs/log-parameter",
    "runs/set-tag",
    "runs/log-metric",
    "runs/log-batch",
    "runs/log-inputs",
    "runs/outputs",
)
"""The calls that clients make again: those that create something have no id by which to know them again."""


def log_until_killed(member: Member) -> None:
    """Log round after round until the server is gone."""
    try:
        member.start()
        for number in range(1000):
            member.log(number)
            member.register(number)
    except ServerGoneError:
        return


def kill_while_logging(server: ServerProcess, members: list[Member], pause: float) -> None:
    """Let the clients log, and kill the server after a pause, in seconds, from their first calls on."""
    with ThreadPoolExecutor(CLIENTS) as threads:
        logging = [threads.submit(log_until_killed, member) for member in members]
        end = time.monotonic() + PATIENCE
        while not all(member.logged.runs for member in members) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(pause)
        server.process.kill()
        for each in logging:
            each.result()


def rounds_of_kills(url: str, rounds: int) -> list[Logged]:
    """Kill a server several times while clients log; look each time, with the next one, at what is there."""
    chance, place = random.Random(7), Place("", "")
    everything: list[Logged] = []
    for number in range(rounds):
        with running_server(url) as server, ExitStack() as stack:
            clients = [stack.enter_context(Client(server.http)) for _ in range(CLIENTS)]
            place = prepared(clients[0]) if not number else place
            members = [Member(client, place, index + number * CLIENTS) for index, client in enumerate(clients)]
            kill_while_logging(server, members, chance.uniform(0.1, 0.8))
        everything += [member.logged for member in members]
        with running_server(url) as server, Client(server.http) as client:
            check_runs(client, everything)
            check_versions(client, everything)
            repeat(client, [member.logged for member in members])
            check_runs(client, everything)
    return everything


def repeat(client: Client, members: list[Logged]) -> None:
    """Make the last calls again: those that had arrived, and the one of each client that may have."""
    arrived = [call for member in members for call in (*member.last, member.unsure) if call and call[0] in REPEATED]
    for call, fields in arrived:
        client.post(call, **fields)
    assert arrived


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [1, rare(8)])
def test_a_killed_server_loses_nothing_and_calls_made_again_store_nothing_twice(rounds: int, tmp_path: Path) -> None:
    everything = rounds_of_kills(f"sqlite:///{tmp_path}/store.db", rounds)
    assert sum(len(each.params) for each in everything) >= rounds
    assert any(each.unsure for each in everything)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chosen", SERVERS)
def test_a_killed_server_of_a_database_server_loses_nothing(chosen: Engine, servers: ExitStack, tmp_path: Path) -> None:
    everything = rounds_of_kills(chosen.fresh_url(servers, tmp_path), 2)
    assert any(each.unsure for each in everything)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("chosen", EVERY_ENGINE)
def test_clients_that_repeat_calls_notice_nothing_of_killed_workers(
    chosen: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    url = chosen.fresh_url(servers, tmp_path)
    with running_server(url, "--workers", "2") as server, ExitStack() as stack:
        clients = [stack.enter_context(Client(server.http)) for _ in range(CLIENTS)]
        place = prepared(clients[0])
        members = [Member(client, place, index) for index, client in enumerate(clients)]
        for member, client in zip(members, clients, strict=True):
            member.start()
            client.is_patient = True
        with logging_on(members):
            for _ in range(KILLS):
                time.sleep(0.5)
                os.kill(random.choice(workers_of(server)), signal.SIGKILL)
                time.sleep(1)
        check_runs(clients[0], [member.logged for member in members])
        assert sum(client.unanswered for client in clients)


@contextmanager
def logging_on(members: list[Member]) -> Iterator[None]:
    """Let clients log round after round until the block is left."""
    over = threading.Event()

    def work(member: Member) -> None:
        for number in range(1000):
            if over.is_set():
                return
            member.log(number)

    with ThreadPoolExecutor(CLIENTS) as threads:
        logging = [threads.submit(work, member) for member in members]
        try:
            yield
        finally:
            over.set()
        for each in logging:
            each.result()


def workers_of(server: ServerProcess) -> list[int]:
    """Return the ids of the processes that serve."""
    pid = server.process.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
