"""The list of resources: the original watcher's form, YAML, names, and what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lineal import errors
from lineal.sdk import stored_form
from lineal.watch import Resource, names, parse_resources
from lineal.watch.kinds import KNOWN_WORKLOADS
from tests.services import REPOSITORY

ORIGINAL = '[{"Group": "kubeflow.org", "Version": "v1", "Kind": "Notebook"}, {"Version": "v1", "Kind": "Pod"}]'


def test_the_original_list_is_read_from_a_file_and_names_its_types_as_it_did(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(ORIGINAL)

    resources = parse_resources(str(tmp_path / "list.json"))

    assert [one.type_name for one in resources] == ["kubeflow.org/Notebook.kubeflow.org/v1", "kubeflow.org/Pod/v1"]


def test_the_same_list_can_be_yaml_or_names() -> None:
    yaml = "- {group: kubeflow.org, version: v1, kind: Notebook}\n- {version: v1, kind: Pod}\n"

    assert parse_resources(yaml) == parse_resources("Notebook.kubeflow.org/v1,Pod/v1") == parse_resources(ORIGINAL)


def test_kinds_that_are_known_to_work_are_workloads_and_others_are_not() -> None:
    pod, config = parse_resources("Pod/v1,ConfigMap/v1")

    assert pod.workload is not None
    assert config == Resource("", "v1", "ConfigMap")


def test_the_list_in_the_documentation_can_be_given_as_it_is() -> None:
    text = (REPOSITORY / "docs" / "watchers.md").read_text()
    pod, job, study = parse_resources(text.partition("```yaml\n")[2].partition("```")[0])

    assert [one.kind for one in (pod, job, study)] == ["Pod", "Job", "Study"]
    assert study.redact == ("spec.users.*.pin",)
    assert study.workload is not None
    assert study.workload.phases["Held"] == "NEW suspended"


def test_the_shipped_list_and_the_documentation_name_every_kind_that_does_work() -> None:
    shipped = parse_resources(str(REPOSITORY / "deploy" / "base" / "watcher" / "resources.yaml"))
    documented = (REPOSITORY / "docs" / "watchers.md").read_text()

    assert {(one.group, one.kind) for one in shipped} == set(KNOWN_WORKLOADS)
    assert {
        kind for _, kind in KNOWN_WORKLOADS if not re.search(rf"^\|.*\b{kind}\b", documented, re.MULTILINE)
    } == set()


def test_the_documentation_names_every_finer_word_of_a_kind() -> None:
    documented = (REPOSITORY / "docs" / "watchers.md").read_text()
    for (_, kind), workload in KNOWN_WORKLOADS.items():
        states = [*workload.phases.values(), *workload.conditions.values()]
        words = {word for state in states if (word := state.partition(" ")[2])}
        rows = re.findall(rf"^\|[^|]*\b{kind}\b[^|]*\|([^|]*)\|", documented, re.MULTILINE)
        assert {
            word for word in words if not any(word in re.split(", | \\(|^ ", row.rstrip()) for row in rows)
        } == set(), kind


def test_a_list_longer_than_the_name_of_a_file_is_read() -> None:
    names = ",".join(f"Kind{number}.example.com/v1" for number in range(500))

    assert len(parse_resources(names)) == 500
    assert len(parse_resources(str([{"Version": "v1", "Kind": f"Kind{number}"} for number in range(500)]))) == 500


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("missing.yaml", "there is no file 'missing.yaml'"),
        ("[{", "neither JSON nor YAML"),
        ("[{}]", "needs Version and Kind"),
        ('[{"Kind": "Pod", "Version": "v1", "Color": "red"}]', "and nothing else"),
        ("Job.batch/v1,Job.batch/v1beta1", "are the same objects"),
        ("- {Kind: X, Version: v1, workload: {base_type: WORK}}\n", "'WORK' is none of TRAIN"),
        ("- {Kind: X, Version: v1, workload: {phases: {Done: OVER}}}\n", "the state 'OVER' is none of"),
        ("- {Kind: X, Version: v1, workload: {conditions: {Done: [COMPLETE]}}}\n", "is none of"),
        ("- {Kind: X, Version: v1, workload: {properties: {a: [b]}}}\n", "is not a text"),
        ("- {Kind: X, Version: v1, workload: {colour: red}}\n", "its keys are base_type"),
        ("- {Kind: X, Version: v1, workload: {read: x}}\n", "its keys are base_type"),
    ],
)
def test_a_wrong_list_is_an_error_that_says_what_is_wrong(text: str, wrong: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--resources") as caught:
        parse_resources(text)

    assert wrong in caught.value.message


def test_the_names_of_the_sdk_are_those_of_the_sdk() -> None:
    assert names.WORKSPACE_TYPE == stored_form.WORKSPACE_TYPE_NAME
    assert set(names.SDK_TYPES) == set(stored_form.ARTIFACT_PROPERTIES)
    assert names.WORKSPACE_PROPERTY == stored_form.WORKSPACE_PROPERTY_NAME
    assert names.ALL_META_PROPERTY == stored_form.ALL_META_PROPERTY_NAME
    assert names.FAILURE_TYPE_PROPERTY == stored_form.FAILURE_TYPE_NAME
    assert names.FAILURE_MESSAGE_PROPERTY == stored_form.FAILURE_MESSAGE_NAME
