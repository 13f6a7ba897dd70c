"""What a fork leaves to the parent, and what a forked child is told where it cannot work."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.engines import SERVERS_AND_DRIVERS, Engine
from tests.processes.conftest import Run

pytestmark = pytest.mark.long


def test_a_transaction_of_the_parent_survives_a_child_that_works_and_ends(run_program: Run, database_url: str) -> None:
    program = """
        service = open_service(sys.argv[1])
        new = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="t"))
        type_id = service.call("PutArtifactType", new).type_id

        def put(name):
            service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[pb.Artifact(type_id=type_id, name=name)]))

        def count():
            return len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts)

        begun = threading.Event()
        def slow(sql):
            begun.set()
            time.sleep(0.2)
        service.database.observe = slow
        thread = threading.Thread(target=put, args=("slow",))
        thread.start()
        begun.wait()
        def child():
            service.database.observe = lambda sql: None
            put("child")
            return count() > 0
        print(in_child(child))
        thread.join()
        print(count())
    """
    assert run_program(program, database_url).split() == ["True", "2"]


@pytest.mark.parametrize("engine", SERVERS_AND_DRIVERS, indirect=True)
def test_the_parent_keeps_its_connection_after_a_child_has_ended(
    run_program: Run, database_url: str, engine: Engine
) -> None:
    program = """
        service = open_service(sys.argv[1])
        ask = lambda: service.database.read(lambda session: session.script(sys.argv[2]))[0][0]
        before = ask()
        child = in_child(ask)
        print(child != str(before), ask() == before)
    """
    assert run_program(program, database_url, engine.own_connection) == "True True"


def test_a_store_closed_in_a_child_stays_open_in_the_parent(run_program: Run, database_url: str) -> None:
    program = """
        store = lineal.connect(sys.argv[1])
        store.get_artifacts()
        print(in_child(store.close), store.get_artifacts(), in_child(store.get_artifacts))
    """
    assert run_program(program, database_url) == "None [] []"


@pytest.mark.slow
def test_a_store_in_memory_says_in_a_child_what_to_use_instead(run_program: Run) -> None:
    program = """
        store = lineal.connect("sqlite://")
        print(in_child(store.get_artifacts))
        print(store.get_artifacts())
    """
    said, parent = run_program(program).splitlines()
    assert said.startswith("FailedPreconditionError: this store lies in the memory of process")
    assert "sqlite:///" in said
    assert parent == "[]"


@pytest.mark.slow
def test_a_file_that_was_in_use_for_long_is_refused_in_a_child(run_program: Run, tmp_path: Path) -> None:
    program = """
        from lineal.store.engine import connections
        connections._GATE._seconds = 0.2
        store = lineal.connect(sys.argv[1])
        begun, ended = threading.Event(), threading.Event()
        def slow(sql):
            begun.set()
            ended.wait(20)
        store._transport.open().database.observe = slow
        thread = threading.Thread(target=store.get_artifacts)
        thread.start()
        begun.wait()
        print(in_child(store.get_artifacts))
        print(in_child(lambda: lineal.connect(sys.argv[1])))
        ended.set()
        thread.join()
        print(store.get_artifacts(), in_child(store.get_artifacts))
    """
    first, new, after = run_program(program, f"sqlite:///{tmp_path / 'store.db'}").splitlines()
    assert "forked while a call was working on" in first
    assert "spawn" in new
    assert after == "[] []"


@pytest.mark.slow  # it waits nine seconds
def test_a_call_without_answer_in_a_forked_child_fails_in_time_and_names_spawn(run_program: Run) -> None:
    program = """
        store = lineal.connect(sys.argv[1])
        begun = time.monotonic()
        print(in_child(store.get_artifacts))
        print(time.monotonic() - begun)
    """
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said, seconds = run_program(program, f"grpc://127.0.0.1:{silent.getsockname()[1]}").splitlines()
    assert said.startswith("DeadlineExceededError")
    assert "spawn" in said
    assert float(seconds) < 12  # 9, and what a busy machine adds


def test_a_server_that_is_away_is_unavailable_in_a_forked_child(run_program: Run) -> None:
    program = """
        store = lineal.connect("grpc://127.0.0.1:1")
        print(in_child(store.get_artifacts))
    """
    assert run_program(program).startswith("UnavailableError: no answer from 127.0.0.1:1")


def test_a_forked_child_that_leaves_the_block_of_its_parent_ends_nothing(run_program: Run, tmp_path: Path) -> None:
    program = """
        from lineal.sdk import Execution, Run, Store, Workspace
        workspace = Workspace(Store(url=sys.argv[1]), "bakery")
        with Run(workspace, "nightly") as run, Execution("train", workspace, run) as execution:
            if os.fork() == 0:
                sys.exit(3)
            os.wait()
            print(workspace.store.get_executions()[0].last_known_state)
        print(workspace.store.get_executions()[0].last_known_state)
    """
    running, complete = run_program(program, f"sqlite:///{tmp_path / 'store.db'}").split()
    assert (running, complete) == ("2", "3")
