"""`lineal ls -q`: the search language on a database and on a server, its order and its columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import pytest

import lineal
from lineal.cli import main
from lineal.client.lifecycle import LifecycleStore
from lineal.server.rpcs import SERVICE_NAME
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import serving
from tests.cli.test_mistakes import Refusal, refusal  # noqa: F401 a fixture
from tests.client.test_search_calls import fill

Found = Callable[..., Any]


@pytest.fixture(scope="module")
def searched_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('searched') / 'store.db'}"
    fill(url)
    return url


@pytest.fixture(scope="module", params=["--db", "--server"])
def store(request: pytest.FixtureRequest, searched_url: str) -> Iterator[tuple[str, str]]:
    """The flag that names the store: the database, or a server of it."""
    if request.param == "--db":
        yield "--db", searched_url
        return
    with serving(searched_url) as server:
        yield "--server", server.grpc


@pytest.fixture
def found(store: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> Found:
    """List something, and return the records."""

    def run(*words: str) -> Any:
        assert main(["ls", *words, "--json", *store]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_a_search_finds_by_a_metric_and_sorts_by_it(found: Found) -> None:
    records = found("models", "-q", "metric.auc>0.55", "--sort", "-metric.auc")
    assert [each["name"] for each in records] == ["net-2", "net-1"]
    assert records[1]["metrics"] == {"auc": 0.6, "loss": 0.25}
    assert (records[1]["version"], records[1]["labels"]) == ("v1", {"team": "vision"})


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["models", "-q", "-label.team=vision"], []),
        (["models", "--sort", "metric.auc", "--limit", "1"], ["net-0"]),
        (["artifacts", "-q", "metric.loss=0.25 type=model"], ["net-1"]),
        (["metrics", "-q", ""], ["judged"]),
        (["executions", "-q", "state=complete"], ["train"]),
        (["runs"], ["monday"]),
        (["runs", "-q", "tuesday"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_searches_find_each_kind_of_thing(found: Found, words: list[str], names: list[str]) -> None:
    assert [each["name"] for each in found(*words)] == names


def test_columns_are_chosen(store: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    columns = "name,metric.loss,label.team,prop.version"
    assert main(["ls", "models", "--sort", "name", "--columns", columns, "-o", "csv", *store]) == 0
    assert capsys.readouterr().out.splitlines() == [
        columns,
        "net-0,,vision,v0",
        "net-1,0.25,vision,v1",
        "net-2,,vision,v2",
    ]


def test_a_table_shows_versions_labels_and_metrics(store: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "models", "-q", "net-1", *store]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["ID", "NAME", "VERSION", "LABELS", "METRICS", "CREATED"]
    assert "auc=0.6, loss=0.25" in row


@pytest.mark.parametrize(
    "words",
    [["-q", "typ:model"], ["--sort", "size"], ["--columns", "size"], ["--columns", ","], ["-q", "a\0b"]],
    ids=str,
)
def test_a_mistake_in_a_search_is_wrong_usage(searched_url: str, words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["ls", "models", *words, "--db", searched_url])
    assert end.value.code == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("metric.auk>0.5", "no model has the metric auk; did you mean auc?"),
        ("type:modle", "no model has the type modle; did you mean model?"),
        ("state=failed", "no model has the state failed; executions do"),
        ("has:label.taem", "no model has the label taem; did you mean team?"),
        ("label.taem=vision", "no model has the label taem; did you mean team?"),
        ("(alias=producton OR metric.zzzzzz>1)", "no model has the metric zzzzzz; there are for example auc, loss"),
        ("metric.auc>0.99 -label.color=x", ""),
    ],
)
def test_a_name_that_no_record_has_is_said(
    store: tuple[str, str], capsys: pytest.CaptureFixture[str], query: str, said: str
) -> None:
    assert main(["ls", "models", "-q", query, *store]) == 0
    found = capsys.readouterr().err
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize("words", [["ls", "models"], ["archive"]], ids=str)
def test_no_name_is_called_unknown_while_the_index_is_incomplete(
    searched_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    real = LifecycleStore.search_nodes

    def search_nodes(self: LifecycleStore, *asked: Any, **how: Any) -> Any:
        found = real(self, *asked, **how)
        found.complete = False
        return found

    monkeypatch.setattr(LifecycleStore, "search_nodes", search_nodes)
    assert main([*words, "-q", "label.taem=x", "--db", searched_url]) == 0
    assert "taem" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["types", "-q", "x"], ["types", "--sort", "id"], ["runs", "--sort", "name"]], ids=str
)
def test_what_cannot_be_searched_says_so(refusal: Refusal, searched_url: str, words: list[str]) -> None:  # noqa: F811
    assert "out" in refusal("ls", *words, "--db", searched_url)


def test_a_type_that_does_not_exist_is_an_error_of_a_search_too(refusal: Refusal, searched_url: str) -> None:  # noqa: F811
    assert "no artifact type 'Modell'" in refusal("ls", "artifacts", "-q", "", "--type", "Modell", "--db", searched_url)


def test_a_listing_without_a_search_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    lineal.connect(url).close()
    before = tables(tmp_path / "a.db")
    assert main(["ls", "artifacts", "--db", url]) == 0
    assert tables(tmp_path / "a.db") == before
    assert main(["ls", "artifacts", "-q", "x", "--db", url]) == 0
    assert tables(tmp_path / "a.db") > before


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_an_index_that_cannot_be_brought_up_to_date_is_said_to_be_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    fill(url)
    assert main(["ls", "models", "-q", "", "--db", url]) == 0
    with lineal.connect(url) as store:
        type_id = store.get_artifact_type("kf/model").id
        store.put_artifacts([pb.Artifact(type_id=type_id, name="late")])
    capsys.readouterr()
    assert main(["ls", "models", "-q", "name:net", "--json", "--db", f"{url}?mode=ro"]) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)) == 3
    assert "the search index does not include everything yet" in said.err


@pytest.fixture(scope="module")
def official_like() -> Iterator[str]:
    """A server with the calls of ML Metadata alone, as the official one; it has no types and no artifacts."""
    from concurrent.futures import ThreadPoolExecutor

    def answer(name: str) -> grpc.RpcMethodHandler:
        response = getattr(rpc, f"{name}Response")()
        return grpc.unary_unary_rpc_method_handler(lambda request, context: response.SerializeToString())

    names = ("GetArtifacts", "GetArtifactTypes", "GetExecutionTypes", "GetContextTypes")
    server = grpc.server(ThreadPoolExecutor(2))
    handlers = {name: answer(name) for name in names}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE_NAME, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(0)


def test_another_metadata_server_lists_but_does_not_search(refusal: Refusal, official_like: str) -> None:  # noqa: F811
    assert main(["ls", "artifacts", "--server", official_like, "-o", "csv"]) == 0
    assert main(["ls", "models", "--server", official_like, "-o", "csv"]) == 0


def test_another_metadata_server_is_said_not_to_search(refusal: Refusal, official_like: str) -> None:  # noqa: F811
    assert "this server does not search" in refusal("ls", "models", "-q", "x", "--server", official_like)
