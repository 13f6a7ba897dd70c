"""Registered models: records of their own, which are there before and after their versions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.mlflow.door import Door, told

MODELS, VERSIONS = "registered-models", "model-versions"


def create(door: Door, name: str = "churn", **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = door.post(f"{MODELS}/create", name=name, **fields)["registered_model"]
    return found


def version(door: Door, name: str = "churn", **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = door.post(f"{VERSIONS}/create", **{"name": name, "source": "s3://b/m", **fields})
    return dict(found["model_version"])


def read(door: Door, name: str = "churn") -> dict[str, Any]:
    return dict(door.get(f"{MODELS}/get", name=name)["registered_model"])


def send(door: Door, method: str, path: str, **fields: Any) -> Any:
    return door.client.request(method, f"/api/2.0/mlflow/{path}", json=fields)


def stages(door: Door) -> dict[str, str]:
    found = door.get(f"{VERSIONS}/search").get("model_versions", [])
    return {each["version"]: each["current_stage"] for each in found}


def transition(door: Door, number: str, stage: str, **fields: Any) -> None:
    door.post(f"{VERSIONS}/transition-stage", name="churn", version=number, stage=stage, **fields)


def record(door: Door, number: str) -> dict[str, Any]:
    [found] = [each for each in door.artifacts() if each.properties["version"].string_value == number]
    return dict(door.client.get(f"/api/v1/artifacts/{found.id}").raise_for_status().json())


def test_a_model_is_there_without_versions(door: Door) -> None:
    made = create(door, description="who leaves", tags=[{"key": "team", "value": "growth"}])
    assert set(made) == {"name", "creation_timestamp", "last_updated_timestamp", "description", "tags"}
    assert read(door) == made
    [context] = [each for each in door.contexts() if each.type == "mlflow.RegisteredModel"]
    assert context.name == f"{door.workspace}/churn"
    assert door.not_found(f"{MODELS}/get", name="Churn").startswith("RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("name", ["a/b", "a:b", "  ", ".", "..", "n" * 255, ""])
def test_names_that_cannot_be(door: Door, name: str) -> None:
    assert door.refused(f"{MODELS}/create", name=name).startswith("INVALID_PARAMETER_VALUE: ")


def test_a_name_is_given_once_until_it_is_deleted(door: Door) -> None:
    create(door)
    version(door)
    assert door.refused(f"{MODELS}/create", name="churn").startswith("RESOURCE_ALREADY_EXISTS: ")
    for _ in range(2):
        assert send(door, "DELETE", f"{MODELS}/delete", name="churn").json() == {}
        assert door.not_found(f"{MODELS}/get", name="churn").startswith("RESOURCE_DOES_NOT_EXIST")
        create(door)
        assert "latest_versions" not in read(door)
        assert version(door)["version"] == "1"
    assert len(door.get(f"{VERSIONS}/search")["model_versions"]) == 1


def test_a_model_that_was_archived_elsewhere_leaves_its_name(door: Door) -> None:
    create(door)
    [context] = [each for each in door.contexts() if each.type == "mlflow.RegisteredModel"]
    changed = door.client.patch(f"/api/v1/contexts/{context.id}", json={"archived": True})
    assert changed.status_code == 200, changed.text
    assert door.not_found(f"{MODELS}/get", name="churn").startswith("RESOURCE_DOES_NOT_EXIST")
    create(door)


def test_a_new_name_is_that_of_the_versions_and_aliases(door: Door) -> None:
    create(door)
    create(door, "other")
    version(door)
    door.post(f"{MODELS}/alias", name="churn", alias="best", version="1")
    assert door.refused(f"{MODELS}/rename", name="churn", new_name="other").startswith("RESOURCE_ALREADY_EXISTS")
    assert door.refused(f"{MODELS}/rename", name="churn", new_name="a/b").startswith("INVALID_PARAMETER_VALUE")
    renamed = door.post(f"{MODELS}/rename", name="churn", new_name="leave")["registered_model"]
    assert (renamed["name"], renamed["aliases"]) == ("leave", [{"alias": "best", "version": "1"}])
    found = door.get(f"{MODELS}/alias", name="leave", alias="best")["model_version"]
    assert (found["name"], found["version"], found["aliases"]) == ("leave", "1", ["best"])
    door.post(f"{MODELS}/alias", name="leave", alias="best", version="1")
    assert door.post(f"{MODELS}/rename", name="leave", new_name="leave")["registered_model"]["name"] == "leave"


def test_description_and_tags_change(door: Door) -> None:
    create(door)
    changed = send(door, "PATCH", f"{MODELS}/update", name="churn", description="new").json()
    assert changed["registered_model"]["description"] == "new"
    door.post(f"{MODELS}/set-tag", name="churn", key="team", value="growth")
    assert read(door)["tags"] == [{"key": "team", "value": "growth"}]
    for key in ("team", "team", "k" * 300):
        assert send(door, "DELETE", f"{MODELS}/delete-tag", name="churn", key=key).json() == {}
    assert "tags" not in read(door)
    assert door.refused(f"{MODELS}/set-tag", name="churn", key="../x", value="").startswith("INVALID_PARAMETER_VALUE")
    assert door.refused(f"{MODELS}/set-tag", name="..", key="x", value="").startswith("INVALID_PARAMETER_VALUE")
    long = door.refused(f"{MODELS}/set-tag", name="churn", key="x", value="v" * 100_001)
    assert long.startswith("INVALID_PARAMETER_VALUE: 'value' has 100001 characters")


def test_an_alias_is_a_promotion(door: Door) -> None:
    create(door)
    version(door)
    version(door)
    door.post(f"{MODELS}/alias", name="churn", alias="champion", version="1")
    door.post(f"{MODELS}/alias", name="churn", alias="champion", version="2")
    assert read(door)["aliases"] == [{"alias": "champion", "version": "2"}]
    assert record(door, "2")["aliases"] == ["champion"]
    assert record(door, "1")["aliases"] == []
    put = door.client.put(f"/api/v1/artifacts/{record(door, '1')['id']}/aliases/champion")
    assert put.status_code == 200, put.text
    assert door.get(f"{MODELS}/alias", name="churn", alias="champion")["model_version"]["version"] == "1"
    for _ in range(2):
        assert send(door, "DELETE", f"{MODELS}/alias", name="churn", alias="champion").json() == {}
    absent = door.not_found(f"{MODELS}/alias", name="churn", alias="champion")
    assert absent.startswith("INVALID_PARAMETER_VALUE: no version of the registered model 'churn'")
    assert door.get(f"{MODELS}/alias", name="churn", alias="Latest")["model_version"]["version"] == "2"


@pytest.mark.parametrize("alias", ["latest", "Latest", "v1", "V01", "a b", "a,b", "a.b", "x" * 256])
def test_aliases_that_cannot_be(door: Door, alias: str) -> None:
    create(door)
    version(door)
    refused = door.refused(f"{MODELS}/alias", name="churn", alias=alias, version="1")
    assert refused.startswith("INVALID_PARAMETER_VALUE: ")
    assert "aliases" not in read(door)


def test_a_stage_is_the_alias_of_its_name(door: Door) -> None:
    create(door)
    for _ in range(3):
        version(door)
    transition(door, "1", "production")
    assert read(door)["aliases"] == [{"alias": "production", "version": "1"}]
    transition(door, "2", "Production", archive_existing_versions=True)
    assert stages(door) == {"1": "Archived", "2": "Production", "3": "None"}
    assert record(door, "2")["aliases"] == ["production"]
    transition(door, "2", "None")
    assert stages(door) == {"1": "Archived", "2": "None", "3": "None"}
    assert "aliases" not in read(door)


def test_versions_in_one_stage_leave_it_when_another_one_is_promoted(door: Door) -> None:
    create(door)
    for _ in range(3):
        version(door)
    transition(door, "2", "Production")
    transition(door, "1", "Production")
    assert stages(door) == {"1": "Production", "2": "Production", "3": "None"}
    assert record(door, "2")["aliases"] == ["production"]  # the newest of them
    latest = door.get(f"{MODELS}/get-latest-versions", name="churn", stages="production")["model_versions"]
    assert [each["version"] for each in latest] == ["2"]
    door.client.put(f"/api/v1/artifacts/{record(door, '3')['id']}/aliases/production").raise_for_status()
    assert stages(door) == {"1": "None", "2": "None", "3": "Production"}


def test_a_version_that_stays_in_a_stage_gets_its_alias(door: Door) -> None:
    create(door)
    for number in ("1", "2"):
        version(door)
        transition(door, number, "Staging")
    assert send(door, "DELETE", f"{VERSIONS}/delete", name="churn", version="2").json() == {}
    assert read(door)["aliases"] == [{"alias": "staging", "version": "1"}]
    assert stages(door) == {"1": "Staging"}


def test_stages_that_cannot_be(door: Door) -> None:
    create(door)
    version(door)
    asked = {"name": "churn", "version": "1"}
    unknown = door.refused(f"{VERSIONS}/transition-stage", **asked, stage="prod")
    assert (
        unknown == "INVALID_PARAMETER_VALUE: there is no stage 'prod'; give one of None, Production, Staging, Archived"
    )
    useless = door.refused(f"{VERSIONS}/transition-stage", **asked, stage="None", archive_existing_versions=True)
    assert useless.startswith("INVALID_PARAMETER_VALUE: archive_existing_versions is for Production and Staging")
    assert door.not_found(f"{MODELS}/get-latest-versions", name="churn", stages="x").startswith("INVALID_PARAM")


def test_the_newest_version_of_each_stage(door: Door) -> None:
    create(door)
    for _ in range(4):
        version(door)
    transition(door, "2", "Staging")
    shown = [(each["version"], each["current_stage"]) for each in read(door)["latest_versions"]]
    assert shown == [("4", "None"), ("2", "Staging")]
    found = door.get(f"{MODELS}/search")["registered_models"][0]["latest_versions"]
    assert [each["current_stage"] for each in found] == ["None", "Staging"]
    posted = door.post(f"{MODELS}/get-latest-versions", name="churn", stages=["staging"])["model_versions"]
    assert [each["version"] for each in posted] == ["2"]


def test_searches(door: Door) -> None:
    for name, team in (("churn", "growth"), ("Churn-eu", "growth"), ("fraud", "risk")):
        create(door, name, tags=[{"key": "team", "value": team}])
    send(door, "PATCH", f"{MODELS}/update", name="churn", description="now")

    def names(filter_text: str = "", **fields: Any) -> list[str]:
        found = door.get(f"{MODELS}/search", filter=filter_text, **fields)
        return [each["name"] for each in found.get("registered_models", [])]

    assert names() == ["Churn-eu", "churn", "fraud"]
    assert names("name LIKE 'churn%'") == ["churn"]
    assert names("name ILIKE 'churn%' AND tags.team = 'growth'") == ["Churn-eu", "churn"]
    assert names("tags.team != 'growth'") == ["fraud"]
    assert names(order_by="last_updated_timestamp DESC")[0] == "churn"
    page = door.get(f"{MODELS}/search", max_results=2)
    assert [each["name"] for each in page["registered_models"]] == ["Churn-eu", "churn"]
    assert names(max_results=2, page_token=page["next_page_token"]) == ["fraud"]
    assert door.not_found(f"{MODELS}/search", max_results=1001).startswith("INVALID_PARAMETER_VALUE")
    assert door.not_found(f"{MODELS}/search", filter="description = 'x'").startswith("INVALID_PARAMETER_VALUE")


def watched(door: Door, call: str, **fields: Any) -> tuple[list[str], set[str]]:
    """Return the names in the list that a call answers, and the statements that it takes."""
    texts: set[str] = set()
    door.service.database.observe = texts.add
    answer = door.get(call, **fields)
    door.service.database.observe = None
    return [each["name"] for found in answer.values() if isinstance(found, list) for each in found], texts


@pytest.mark.parametrize("what", [MODELS, VERSIONS])
def test_a_search_for_a_name_reads_that_model_alone(door: Door, what: str) -> None:
    for name in ("churn", "churn-eu"):
        create(door, name)
        version(door, name)
    names, of_all = watched(door, f"{what}/search", order_by="name")
    only_of_all = of_all - watched(door, f"{MODELS}/get", name="churn")[1]
    assert names == ["churn", "churn-eu"]
    assert only_of_all
    for filter_text, expected in (
        ("name = 'churn' AND name LIKE '%'", ["churn"]),
        ("name = 'Churn'", []),
        ("name = 'churn' AND name = 'churn-eu'", []),
    ):
        names, texts = watched(door, f"{what}/search", filter=filter_text)
        assert (names, texts & only_of_all) == (expected, set())


def test_prompts_are_kept_apart_from_models(door: Door) -> None:
    tags = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    create(door, "greeting", tags=tags)
    create(door)
    text = {"key": "mlflow.prompt.text", "value": "Say hello to {{name}}."}
    version(door, "greeting", source="dummy-source", tags=[*tags, text])
    version(door)
    assert [each["name"] for each in door.get(f"{MODELS}/search")["registered_models"]] == ["churn"]
    wanted = "tags.`mlflow.prompt.is_prompt` = 'true'"
    assert [each["name"] for each in door.get(f"{MODELS}/search", filter=wanted)["registered_models"]] == ["greeting"]
    assert [each["name"] for each in door.get(f"{VERSIONS}/search")["model_versions"]] == ["churn"]
    assert [each["name"] for each in door.get(f"{VERSIONS}/search", filter=wanted)["model_versions"]] == ["greeting"]
    assert sorted(each.type for each in door.artifacts()) == ["kubeflow.org/alpha/model", "mlflow.Prompt"]


def test_a_prompt_has_a_source_of_its_own(door: Door) -> None:
    create(door, "greeting")
    for value in ("true", "True"):
        tags = [{"key": "mlflow.prompt.is_prompt", "value": value}]
        refusal = door.refused(f"{VERSIONS}/create", name="greeting", source="s3://b/m", tags=tags)
        assert refusal.startswith("INVALID_PARAMETER_VALUE: a version cannot have the source 's3://b/m'")
        version(door, "greeting", source="prompt-template", tags=tags)
    assert door.refused(f"{VERSIONS}/create", name="greeting", source="dummy-source").startswith("INVALID_PARAMETER")


def test_the_first_term_about_prompts_counts(door: Door) -> None:
    create(door, "greeting", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])
    create(door)
    term = "tags.`mlflow.prompt.is_prompt` = '{}'"
    for first, second, expected in (("false", "true", ["churn"]), ("true", "true", ["greeting"]), ("true", "x", [])):
        found = door.get(f"{MODELS}/search", filter=f"{term.format(first)} AND {term.format(second)}")
        assert [each["name"] for each in found.get("registered_models", [])] == expected


def test_methods_and_addresses_are_those_of_the_interface(door: Door) -> None:
    assert door.client.post("/api/2.0/mlflow/registered-models/set-alias", json={}).status_code == 404
    assert door.client.get("/api/2.0/mlflow/registered-models/create").status_code == 405
    number = send(door, "POST", f"{VERSIONS}/transition-stage", name="churn", version=1, stage="None")
    assert told(number).startswith("INVALID_PARAMETER_VALUE: the field 'version' must be a text")
