from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from lineal.client.lifecycle import LifecycleStore
from lineal.wire import metadata_store as pb
from tests.access.serving import serving

Run = Callable[..., str]


@pytest.fixture
def run(store_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the store and return what it printed."""

    def run_command(*words: str, store: tuple[str, str] = ("--db", store_url)) -> str:
        assert main([*words, *store]) == 0
        return capsys.readouterr().out

    return run_command


def test_ls_aligns_the_newest_first(run: Run) -> None:
    header, *rows = run("ls", "artifacts").splitlines()
    assert header.split() == ["ID", "TYPE", "NAME", "LABELS", "STATE", "URI", "CREATED"]
    assert [row.split()[2] for row in rows] == ["score", "net", "second", "first"]
    assert len({row.index(name) for row, name in zip(rows, ("score", "net", "second", "first"), strict=True)}) == 1


def test_ls_takes_a_limit_and_says_that_there_is_more(run: Run) -> None:
    lines = run("ls", "artifacts", "--limit", "2").splitlines()
    assert len(lines) == 4
    assert "--limit" in lines[-1]


def test_ls_takes_a_type(run: Run) -> None:
    records = json.loads(run("ls", "artifacts", "--type", "DataSet", "--json"))
    assert [record["name"] for record in records] == ["second", "first"]


def test_ls_of_a_type_without_nodes_is_empty(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/types.db"
    with lineal.connect(url) as store:
        store.put_artifact_type(pb.ArtifactType(name="Unused"))
    assert json.loads(run("ls", "artifacts", "--type", "Unused", "--json", store=("--db", url))) == []


@pytest.mark.parametrize(("what", "name"), [("executions", "evaluate"), ("contexts", "digits")])
def test_ls_lists_the_other_kinds(run: Run, what: str, name: str) -> None:
    assert name in run("ls", what)


def test_ls_lists_types_of_all_kinds(run: Run) -> None:
    records = json.loads(run("ls", "types", "--json"))
    found = [(record["kind"], record["name"], record.get("version")) for record in records]
    assert found == [
        ("artifact type", "DataSet", None),
        ("artifact type", "Model", "2"),
        ("execution type", "Step", None),
        ("context type", "Project", None),
    ]


def test_get_prints_one_field_a_line(run: Run) -> None:
    lines = [line.split(maxsplit=1) for line in run("get", "artifact", "1").splitlines()]
    assert ["name", "first"] in lines
    assert ["state", "LIVE"] in lines
    assert ["properties.rows", "60000"] in lines


def test_a_line_break_in_a_text_does_not_break_the_line(run: Run) -> None:
    assert r"Käthe\n2" in run("get", "artifact", "1")


def test_get_prints_json_with_plain_values(run: Run) -> None:
    record = json.loads(run("get", "artifact", "1", "--json"))
    assert record["id"] == 1
    assert record["properties"] == {"rows": 60000}
    assert record["custom_properties"] == {"owner": "Käthe\n2"}


def test_get_says_in_words_where_an_execution_ran(run: Run, tmp_path: Path) -> None:
    with lineal.connect(url := f"sqlite:///{tmp_path / 'steps.db'}") as store:
        step = pb.Execution(type_id=store.put_execution_type(pb.ExecutionType(name="Step")))
        environment = '{"packages": {"b": "2", "a": "1"}, "missing": {"image": "not set", "user": "no name"}}'
        texts = {"git.commit": "4f2a", "env.host": "oven", "__environment__": environment}
        for name, text in texts.items():
            step.custom_properties[name].string_value = text
        store.put_executions([step, pb.Execution(type_id=step.type_id)])
    shown = run("get", "execution", "1", store=("--db", url))
    assert [line.split(maxsplit=1)[1] for line in shown.splitlines() if line.startswith("environment.")] == [
        "4f2a",
        "oven",
        "b 2, a 1",
        "image: not set; user: no name",
    ]
    assert "custom_properties" not in shown
    record = json.loads(run("get", "execution", "1", "--json", store=("--db", url)))
    missing = {"image": "not set", "user": "no name"}
    assert record["environment"] == {
        "commit": "4f2a",
        "host": "oven",
        "packages": {"b": "2", "a": "1"},
        "missing": missing,
    }
    assert "environment" not in run("get", "execution", "2", store=("--db", url))
    columns = run("ls", "executions", "--columns", "id,git.commit,env.host", "-o", "csv", store=("--db", url))
    assert columns.splitlines()[1:] == ["2,,", "1,4f2a,oven"]


def test_get_says_what_an_execution_is_a_part_of_and_its_steps(run: Run, tmp_path: Path) -> None:
    with lineal.connect(url := f"sqlite:///{tmp_path / 'steps.db'}") as store:
        kind = store.put_execution_type(pb.ExecutionType(name="Step", properties={"name": pb.STRING}))
        step = pb.Execution(type_id=kind, last_known_state=pb.Execution.COMPLETE)
        step.properties["name"].string_value = "train"
        [outer] = store.put_executions([step])
        step.custom_properties["__parent__"].int_value = outer
        store.put_executions([step, step])
    shown = run("get", "execution", "1", store=("--db", url)).splitlines()[-1]
    assert shown.split(maxsplit=1) == ["steps", "2 train COMPLETE, 3 train COMPLETE"]
    inner = run("get", "execution", "2", store=("--db", url))
    assert inner.splitlines()[-1].split(maxsplit=1) == ["part_of", "1 train COMPLETE"]
    assert "__parent__" not in inner
    record = json.loads(run("get", "execution", "2", "--json", store=("--db", url)))
    assert record["part_of"] == {"id": 1, "state": "COMPLETE", "name": "train"}


def test_json_has_no_bare_nan(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with lineal.connect(url := f"sqlite:///{tmp_path / 'odd.db'}") as store:
        odd = pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name="Odd")))
        odd.custom_properties["loss"].double_value = math.nan
        odd.custom_properties["shape"].struct_value.update({"most": math.inf})
        store.put_artifacts([odd])
    for words in (["get", "artifact", "1"], ["ls", "artifacts"]):
        assert main([*words, "--db", url, "--json"]) == 0
        [record] = (
            [found] if isinstance(found := json.loads(capsys.readouterr().out, parse_constant=int), dict) else found
        )
        assert record["custom_properties"] == {"loss": "NaN", "shape": {"most": "Infinity"}}
    assert main(["get", "artifact", "1", "--db", url]) == 0
    assert 'custom_properties.shape  {"most": "Infinity"}' in capsys.readouterr().out


def test_get_finds_a_type_of_any_kind(run: Run) -> None:
    [step] = [record for record in json.loads(run("ls", "types", "--json")) if record["name"] == "Step"]
    assert json.loads(run("get", "type", str(step["id"]), "--json"))["name"] == "Step"


@pytest.mark.parametrize("words", [("get", "artifact", "99"), ("get", "type", "99"), ("lineage", "99")])
def test_an_unknown_id_is_an_error(store_url: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main([*words, "--db", store_url]) == 1
    assert "99" in capsys.readouterr().err


def test_lineage_draws_both_directions(run: Run) -> None:
    assert run("lineage", "3").splitlines() == [
        "artifact 3  Model  net",
        "upstream:",
        "  └─ execution 1  Step  train  (OUTPUT)",
        "     ├─ artifact 1  DataSet  first  (INPUT)",
        "     └─ artifact 2  DataSet  second  (INPUT)",
        "downstream:",
        "  └─ execution 2  Step  evaluate  (INPUT)",
        "     └─ artifact 4  Model  score  (OUTPUT)",
    ]


def test_lineage_takes_one_direction_and_a_depth(run: Run) -> None:
    lines = run("lineage", "1", "--down", "--depth", "2").splitlines()
    assert [line.split()[1:3] for line in lines[2:]] == [["execution", "1"], ["artifact", "3"]]
    assert lines[1] == "downstream:"


def test_lineage_starts_from_an_execution_too(run: Run) -> None:
    found = json.loads(run("lineage", "execution:2", "--up", "--json"))["upstream"]
    assert [record["name"] for record in found["nodes"]] == ["evaluate", "net", "train", "first", "second"]
    assert found["steps"][0] == {"from": "execution:2", "to": "artifact:3", "event": "INPUT"}


def test_a_server_is_read_like_a_database(run: Run, store_url: str) -> None:
    embedded = run("ls", "artifacts")
    with serving(store_url) as server:
        assert run("ls", "artifacts", store=("--server", server.grpc)) == embedded


def test_the_environment_names_the_store(run: Run, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_URL", store_url)
    assert "first" in run("ls", "artifacts", store=())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("artifacts", "--type", "it's"), 'no artifact type "it\'s"; `lineal ls types` lists them'),
        (("executions", "--type", "Model"), "no execution type 'Model'"),
        (("types", "--type", "nope"), "no type 'nope'"),
    ],
)
def test_ls_of_a_type_that_does_not_exist_is_an_error(
    store_url: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["ls", *words, "--db", store_url]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [["model:3"], ["model", "3"], ["-o", "json", "Model:3"]], ids=" ".join)
def test_get_takes_a_kind_with_its_id(run: Run, words: list[str]) -> None:
    assert json.loads(run("get", *words, *([] if "json" in words else ["--json"])))["name"] == "net"


@pytest.mark.parametrize("words", [["model:3", "4"], ["model:"], ["modle:3"], ["model"]], ids=" ".join)
def test_get_refuses_two_ids_and_none(store_url: str, words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["get", *words, "--db", store_url])
    assert end.value.code == 2


def test_ls_shows_aliases_and_durations(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/columns.db"
    with LifecycleStore.from_url(url) as store:
        model = pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name="Model")), name="net")
        [model_id] = store.put_artifacts([model])
        store.put_alias(model_id, "production")
        step = store.put_execution_type(pb.ExecutionType(name="Step"))
        ran = pb.Execution(type_id=step, name="train", last_known_state=pb.Execution.COMPLETE)
        ran.custom_properties["__started__"].int_value = 1_000_000_000_000
        ran.custom_properties["__ended__"].int_value = 1_000_003_725_400
        store.put_executions([ran])
    assert run("ls", "models", store=("--db", url)).splitlines()[1].split()[2] == "production"
    assert "1:02:05" in run("ls", "executions", "--columns", "name,duration", store=("--db", url))
    assert json.loads(run("get", "execution:1", "--json", store=("--db", url)))["duration"] == 3_725_400


def test_compare_prints_what_differs(run: Run) -> None:
    rows = [line.split() for line in run("compare", "artifact:1", "2").splitlines()[1:]]
    assert ["record.name", "first", "second"] in rows
    assert ["metrics.rows", "60000.0", "-"] in rows  # which the second does not have
    assert json.loads(run("compare", "1", "2", "--json"))["record"]["name"] == ["first", "second"]
    assert run("compare", "1", "1") == "nothing differs\n"


@pytest.mark.parametrize(
    ("other", "said"), [("3", "artifact 1 is of type DataSet, artifact 3 is of type Model\n"), ("2", "")]
)
def test_compare_says_that_records_are_of_different_types(
    store_url: str, other: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "1", other, "--db", store_url]) == 0
    assert capsys.readouterr().err == (f"the records are of different types: {said}" if said else "")


def test_records_are_named_by_the_same_words_everywhere(run: Run) -> None:
    assert run("get", "3") == run("get", "model:3") == run("get", "artifact", "3")
    assert run("lineage", "3") == run("lineage", "model:3")
    assert run("history", "3") == run("history", "artifact:3")


def test_compare_needs_two_records(store_url: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["compare", "1", "--db", store_url])
    assert end.value.code == 2
