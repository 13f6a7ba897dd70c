"""The commands that change records: set, promote, archive and undo, on a database and on a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal import errors
from lineal.cli import main
from lineal.wire import metadata_store as pb

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with three models, two of them versions of one name."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with lineal.connect(url) as store:
        properties = {"name": pb.STRING, "version": pb.STRING, "depth": pb.INT}
        type_id = store.put_artifact_type(pb.ArtifactType(name="Model", properties=properties))
        models = [pb.Artifact(type_id=type_id) for _ in range(3)]
        for model, name, version in zip(models, ("cnn", "cnn", "net"), "121", strict=True):
            model.properties["name"].string_value = name
            model.properties["version"].string_value = version
            model.custom_properties["auc"].double_value = 0.5 + len(name + version) / 100
        store.put_artifacts(models)
    return url


@pytest.fixture
def run(url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command on the store and returns its exit code and its record."""

    def run(*words: str) -> tuple[int, Any]:
        code = main([*words, "--db", url, "-o", "json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out) if code == 0 else printed.err

    return run


def model(url: str, model_id: int = 1) -> pb.Artifact:
    with lineal.connect(url) as store:
        return store.get_artifacts_by_id([model_id])[0]


def test_values_are_set_and_removed(url: str, run: Run) -> None:
    flags = ("--label", "team=vision", "--property", "depth=3", "--custom-property", 'tags={"a": 1}')
    code, record = run("set", "model:1", *flags, "--description", "better", "--state", "live", "--external-id", "x")
    assert (code, record) == (0, {"changed": 1, "unchanged": 0, "artifacts": [1]})
    found = model(url)
    assert found.custom_properties["team"].string_value == "vision"
    assert found.custom_properties["tags"].struct_value["a"] == 1
    assert (found.properties["depth"].int_value, found.state, found.external_id) == (3, pb.Artifact.LIVE, "x")
    run("set", "artifact:1", "--remove-label", "team", "--description", "", "--state", "")
    found = model(url)
    assert "team" not in found.custom_properties
    assert not found.HasField("state")


def test_nodes_of_several_kinds_and_repeated_ones_are_changed_once(run: Run) -> None:
    code, record = run("set", "model:1", "artifact:1", "artifact:2", "--label", "a=b")
    assert (code, record["artifacts"]) == (0, [1, 2])
    assert run("set", "model:1", "--label", "a=b")[1] == {"changed": 0, "unchanged": 1, "artifacts": [1]}


def test_all_that_a_search_finds_is_changed_after_a_confirmation(url: str, run: Run) -> None:
    code, said = run("set", "models", "-q", "name:cnn", "--label", "tier=gold")
    assert code == 1
    assert "Change 2 artifacts? Nothing was changed: standard input is no terminal" in said
    code, record = run("set", "models", "-q", "name:cnn", "--label", "tier=gold", "--yes")
    assert (code, record) == (0, {"changed": 2, "unchanged": 0, "artifacts": [1, 2]})
    assert "tier" not in model(url, 3).custom_properties


def test_a_search_that_finds_nothing_changes_nothing(run: Run) -> None:
    assert run("set", "-q", "name:nothing", "--label", "a=b") == (0, {"changed": 0, "unchanged": 0, "artifacts": []})


def test_a_search_with_a_name_that_no_record_has_says_so(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "models", "-q", "type=Modle", "--db", url]) == 0
    said = capsys.readouterr()
    assert "no model has the type Modle; did you mean Model?" in said.err
    assert said.out.strip() == "nothing archived: the search finds nothing"


def test_an_alias_is_moved_and_taken_away(url: str, run: Run) -> None:
    assert run("promote", "1", "production")[1]["previous_artifact_id"] is None
    moved = run("promote", "model:2", "production")[1]
    assert moved == {"alias": "production", "artifact_id": 2, "previous_artifact_id": 1}
    assert model(url, 2).custom_properties["__aliases__"].string_value == "production"
    code, said = run("promote", "1", "production", "--remove")
    assert (code, "artifact 2 has it" in said) == (1, True)
    assert run("promote", "2", "production", "--remove")[1]["artifact_id"] is None


def test_the_answer_says_which_version_has_the_alias(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["1", "best"], ["model:2", "best"], ["2", "best"], ["2", "best", "--remove"]):
        assert main(["promote", *words, "--db", url]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "model cnn 1 (id 1) has the alias best now",
        "model cnn 2 (id 2) has the alias best now, which model cnn 1 (id 1) had",
        "model cnn 2 (id 2) has the alias best, as before",
        "model cnn 2 (id 2) does not have the alias best any more",
    ]


def test_an_alias_that_moved_is_no_failure_if_the_names_cannot_be_read(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[object]:
        raise errors.UnavailableError("away")

    monkeypatch.setattr("lineal.cli.named_nodes.nodes_of", fails)
    assert main(["promote", "2", "best", "--db", url]) == 0
    assert capsys.readouterr().out == "artifact 2 has the alias best now\n"


@pytest.mark.parametrize("words", [("set", "--label", "a=b"), ("delete",), ("metrics",), ("promote", "production")])
def test_a_node_is_named_by_what_it_is(url: str, run: Run, words: tuple[str, ...]) -> None:
    command, *flags = words
    code, said = run(command, "dataset:2", *flags)
    assert (code, "the artifact with the id 2 is no dataset: its type is 'Model'" in said) == (1, True)
    assert run(command, "model:2", *flags)[0] == 0


def test_a_version_with_an_alias_is_deleted_only_if_the_command_says_so(url: str, run: Run) -> None:
    run("promote", "2", "production")
    code, said = run("delete", "artifact:2", "--dry-run")
    assert (code, "the artifact 2 has an alias" in said) == (1, True)
    assert run("delete", "artifact:2", "--include-deployed")[1]["deleted"]["artifacts"] == [2]


def test_records_are_archived_and_taken_back(url: str, run: Run) -> None:
    assert run("archive", "model:1", "model:3")[1]["changed"] == 2
    assert "__archived__" in model(url, 3).custom_properties
    assert run("archive", "model:3", "--restore")[1]["changed"] == 1
    assert "__archived__" not in model(url, 3).custom_properties


def test_a_change_is_undone_by_the_id_that_audit_prints(url: str, run: Run) -> None:
    run("set", "model:1", "--property", "depth=3")
    [entry] = run("audit", "--rpc", "ChangeNodes")[1]
    assert run("undo", str(entry["id"]))[1]["id"] == 1
    assert "depth" not in model(url).properties
    code, said = run("undo", str(entry["id"]))
    assert (code, "has changed again" in said) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "model:1"), "nothing to change: give --label"),
        (("set", "--label", "a=b"), "no record is named"),
        (("set", "wine", "--label", "a=b"), "ids are in `lineal ls models`"),
        (("set", "modle:7", "--label", "a=b"), "model"),
        (("set", "model:1", "--label", "ab"), "is not NAME=VALUE"),
        (("set", "modles", "-q", "a", "--label", "a=b"), "models"),
        (("set", "types", "-q", "a", "--label", "a=b"), "cannot be searched"),
        (("archive",), "no record is named"),
        (("promote", "execution:1", "x"), "is not a record"),
    ],
)
def test_wrong_words_are_a_usage_error_that_names_what_to_write(
    url: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--db", url])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_what_is_refused_says_why(run: Run) -> None:
    assert "'version' says which record it is" in run("set", "model:1", "--property", "version=2")[1]
    assert "no artifact has the id 99; nothing was changed" in run("set", "model:99", "--label", "a=b")[1]
    assert "'GONE' is no state" in run("set", "model:1", "--state", "GONE")[1]
