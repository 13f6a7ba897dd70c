"""Words of the command line: what a wrong one may have meant, help, and the names of what a store holds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import pytest

import lineal
from lineal.cli import build_parser, main, things
from lineal.cli.help import commands_of
from lineal.wire import metadata_store as pb
from tests.cli.test_mistakes import Refusal, refusal  # noqa: F401 a fixture


def every_parser(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """All parsers, also those of actions."""
    yield parser
    for each in commands_of(parser).values():
        yield from every_parser(each)


PARSERS = {parser.prog: parser for parser in every_parser(build_parser())}
STORES = {"--db", "--server"}
MISSPELT = [
    (prog, [*prog.split()[1:], name[:-1]], name)
    for prog, parser in PARSERS.items()
    for name in commands_of(parser)
    if name != "ls"
]


@pytest.mark.parametrize(("prog", "words", "meant"), MISSPELT, ids=lambda value: str(value))
def test_a_wrong_command_is_answered_with_the_nearest(
    refusal: Refusal,  # noqa: F811
    prog: str,
    words: list[str],
    meant: str,
) -> None:
    line = refusal(*words)
    assert line.startswith(f"{prog}: ")
    assert f"did you mean {meant!r}?" in line


@pytest.mark.parametrize("prog", [prog for prog in PARSERS if prog != "lineal"])
def test_a_wrong_flag_is_answered_with_the_nearest(refusal: Refusal, prog: str) -> None:  # noqa: F811
    flags = [flag for flag in PARSERS[prog]._option_string_actions if flag.startswith("--") and len(flag) > 4]
    flag = max(flags, key=len)
    wrong = f"{flag[:4]}{flag[5:]}"
    assert f"did you mean {flag!r}?" in refusal(*prog.split()[1:], *arguments(PARSERS[prog]), wrong)


@pytest.mark.parametrize(
    ("prog", "flag"),
    [(prog, f) for prog, parser in PARSERS.items() for f in sorted(STORES & {*parser._option_string_actions})]
    + [("lineal watch", "--to")],
)
def test_an_empty_name_of_a_store_is_refused(refusal: Refusal, prog: str, flag: str) -> None:  # noqa: F811
    said = f"argument {flag}: it is empty, so it names no store"
    assert said in refusal(*prog.split()[1:], *arguments(PARSERS[prog]), flag, "")


def arguments(parser: argparse.ArgumentParser) -> list[str]:
    """The arguments without which a command says that one is missing."""
    given = {"what": "artifacts", "kind": "artifact", "id": "1", "shell": "bash", "nodes": "artifact:1"}
    given["record"] = "artifact:1"
    return [given.get(each.dest, "1") for each in parser._actions if not each.option_strings and each.choices is None]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["ls", "modls"], "models"),
        (["ls", "dat", "sets"], "datasets"),
        (["get", "artefact", "1"], "artifact"),
        (["get", "workspce", "1"], "workspace"),
        (["ls", "models", "-o", "ymal"], "yaml"),
        (["ls", "models", "--columns", "id,lables"], "labels"),
        (["restore", "a.zip", "--ids", "nwe"], "new"),
        (["token", "create", "--name", "a", "--role", "reeder"], "reader"),
        (["audit", "--subject", "artefact"], "artifact"),
        (["delete", "artefact:1"], "artifact"),
        (["lineage", "exection:1"], "execution"),
        (["completion", "zhs"], "zsh"),
        (["help", "lineag"], "lineage"),
        (["help", "token", "lst"], "list"),
        (["retain", "--older-then", "90d"], "--older-than"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_a_wrong_choice_is_answered_with_the_nearest(refusal: Refusal, words: list[str], meant: str) -> None:  # noqa: F811
    assert f"did you mean {meant!r}?" in refusal(*words)


def test_a_word_like_no_choice_is_answered_with_all(refusal: Refusal) -> None:  # noqa: F811
    assert "choose from table, json, csv, yaml" in refusal("version", "-o", "qqqq")


@pytest.mark.parametrize("prog", list(PARSERS))
def test_help_prints_the_help_of_each_command(prog: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", *prog.split()[1:]]) == 0
    assert capsys.readouterr().out == PARSERS[prog].format_help()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("model", "models"),
        ("Models", "models"),
        ("data set", "datasets"),
        ("data sets", "datasets"),
        ("data_set", "datasets"),
        ("dataset", "datasets"),
        ("metric", "metrics"),
        ("metrics", "metrics"),
        ("run", "runs"),
        ("workspace", "workspaces"),
        ("type", "types"),
        ("executions", "executions"),
        ("context", "contexts"),
    ],
)
def test_things_have_names_in_singular_and_plural(words: str, name: str) -> None:
    found = things.named(words.split(), things.LISTED)
    assert found is not None
    assert found.name == name


@pytest.fixture(scope="module")
def sdk_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with the SDK's types, and a model of Kubeflow Pipelines."""
    url = f"sqlite:///{tmp_path_factory.mktemp('sdk') / 'store.db'}"
    with lineal.connect(url) as store:
        for name in ("kubeflow.org/alpha/model", "system.Model", "kubeflow.org/alpha/data_set", "Remodel"):
            made = pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name=name)), name=name)
            store.put_artifacts([made])
        space = store.put_context_type(pb.ContextType(name="kubeflow.org/alpha/workspace"))
        store.put_contexts([pb.Context(type_id=space, name="vision")])
    return url


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ls", "models"], ["system.Model", "kubeflow.org/alpha/model"]),
        (["ls", "models", "--type", "system.Model"], ["system.Model"]),
        (["ls", "data", "sets"], ["kubeflow.org/alpha/data_set"]),
        (["ls", "metrics"], []),
        (["ls", "workspaces"], ["vision"]),
        (["ls", "models", "-q", "", "--sort", "name"], ["kubeflow.org/alpha/model", "system.Model"]),
        (["ls", "metrics", "-q", "x"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_ls_lists_things_by_what_the_sdk_calls_them(
    sdk_url: str, capsys: pytest.CaptureFixture[str], words: list[str], found: list[str]
) -> None:
    assert main([*words, "--json", "--db", sdk_url]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == found


def test_get_and_lineage_take_things_by_what_the_sdk_calls_them(
    sdk_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["get", "models", "2", "--db", sdk_url]) == 0
    assert main(["lineage", "model:2", "--db", sdk_url]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [["get", "dataset", "2"], ["lineage", "dataset:2"]])
def test_a_node_of_another_type_is_said_to_be_one(refusal: Refusal, sdk_url: str, words: list[str]) -> None:  # noqa: F811
    assert "is no dataset: its type is 'system.Model'" in refusal(*words, "--db", sdk_url)
