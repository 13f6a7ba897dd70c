"""Records that are changed over REST: patches, tags, aliases, and undoing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lineal import record_patch
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf


def patch(shelf: Shelf, node_id: int, body: Any, **headers: str) -> httpx.Response:
    return shelf.client.patch(f"/api/v1/artifacts/{node_id}", json=body, headers=headers)


def test_a_patch_answers_the_record_as_it_is_now(shelf: Shelf) -> None:
    node_id = shelf.put(properties={"size": 1})
    answer = patch(shelf, node_id, {"labels": {"team": "vision"}, "properties": {"size": 2}, "state": "LIVE"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["labels"], found["state"], found["properties"]["size"]["value"]) == ({"team": "vision"}, "LIVE", "2")
    assert answer.headers["etag"] == f'"{found["tag"]}"'
    assert shelf.get(f"/artifacts/{node_id}") == found


def test_a_merge_patch_has_its_own_media_type_too(shelf: Shelf) -> None:
    node_id = shelf.put(custom={"note": "x"})
    answer = shelf.client.patch(
        f"/api/v1/artifacts/{node_id}",
        content='{"custom_properties": {"note": null}}',
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert answer.json()["custom_properties"] == {}


def test_a_stale_tag_is_refused_and_the_answer_shows_what_changed(shelf: Shelf) -> None:
    node_id = shelf.put(custom={"note": "one", "gone": "x"})
    etag = shelf.client.get(f"/api/v1/artifacts/{node_id}").headers["etag"]
    update = pb.Artifact(id=node_id, state=pb.Artifact.LIVE)  # a client of ML Metadata, which replaces the node
    update.custom_properties["note"].string_value = "two"
    shelf.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[update]))
    answer = patch(shelf, node_id, {"labels": {"a": "b"}}, **{"If-Match": etag})
    assert answer.status_code == 412
    problem = answer.json()
    assert problem["changed"] == {"custom_properties.note": "two", "state": "LIVE"}
    assert (problem["removed"], problem["parameter"]) == (1, "If-Match")
    assert "a" not in shelf.get(f"/artifacts/{node_id}")["labels"]
    repeated = patch(shelf, node_id, {"labels": {"a": "b"}}, **{"If-Match": answer.headers["etag"]})
    assert repeated.json()["labels"]["a"] == "b"


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"other", {0}', '{0} , W/"other"', '"other"'])
def test_one_of_the_tags_must_be_that_of_the_record(shelf: Shelf, form: str) -> None:
    node_id = shelf.put()
    etag = shelf.client.get(f"/api/v1/artifacts/{node_id}").headers["etag"]
    answer = patch(shelf, node_id, {"archived": True}, **{"If-Match": form.format(etag)})
    assert answer.status_code == (200 if "{0}" in form else 412)


@pytest.mark.parametrize("encoding", ["-gzip", "-br", ";gzip", "--gzip"])
def test_a_tag_is_known_after_a_proxy_has_compressed_the_answer(shelf: Shelf, encoding: str) -> None:
    node_id = shelf.put()
    tag = shelf.get(f"/artifacts/{node_id}")["tag"]
    assert patch(shelf, node_id, {"archived": True}, **{"If-Match": f'"{tag}{encoding}"'}).status_code == 200
    stale = patch(shelf, node_id, {"archived": False}, **{"If-Match": f'"{tag}{encoding}"'})
    assert stale.json()["changed"].keys() == {"custom_properties.__archived__"}


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_a_patch_of_another_media_type_is_refused(shelf: Shelf, media: str) -> None:
    url = f"/api/v1/artifacts/{shelf.put()}"
    answer = shelf.client.patch(url, content=b'{"archived": true}', headers={"Content-Type": media} if media else {})
    assert answer.status_code == 415
    assert "application/merge-patch+json" in answer.json()["detail"]


@pytest.mark.parametrize("tag", ["abc", '"a" "b"', '"a",', '"'])
def test_a_tag_in_another_form_is_refused(shelf: Shelf, tag: str) -> None:
    answer = patch(shelf, shelf.put(), {"archived": True}, **{"If-Match": tag})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "If-Match")


@pytest.mark.parametrize("body", [{"name": "other"}, {"labels": 1}, [], {}, "text", {"state": "NOT_ONE"}])
def test_a_patch_that_cannot_be_is_a_problem(shelf: Shelf, body: Any) -> None:
    answer = patch(shelf, shelf.put(), body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_does_not_exist_is_not_found(shelf: Shelf) -> None:
    assert patch(shelf, 99, {"archived": True}).status_code == 404
    assert shelf.client.put("/api/v1/artifacts/99/aliases/x").status_code == 404
    assert shelf.client.post("/api/v1/audit/99/undo").status_code == 404


def test_an_archived_record_says_when_it_was_archived(shelf: Shelf) -> None:
    node_id = shelf.put()
    assert patch(shelf, node_id, {"archived": True}).json()["archived"] > 0
    assert patch(shelf, node_id, {"archived": False}).json()["archived"] is None


def test_executions_and_contexts_are_changed_as_well(shelf: Shelf) -> None:
    execution_id = shelf.run([], [])
    answer = shelf.client.patch(f"/api/v1/executions/{execution_id}", json={"state": "FAILED", "labels": {"a": "b"}})
    assert (answer.json()["state"], answer.json()["labels"]) == ("FAILED", {"a": "b"})


def test_an_alias_moves_between_versions(shelf: Shelf) -> None:
    first, second = (shelf.put(properties={"name": "m", "version": version}) for version in "12")
    put = shelf.client.put(f"/api/v1/artifacts/{first}/aliases/production")
    assert put.json() == {"alias": "production", "artifact_id": str(first), "previous_artifact_id": None}
    put = shelf.client.put(f"/api/v1/artifacts/{second}/aliases/production")
    assert put.json()["previous_artifact_id"] == str(first)
    assert shelf.get(f"/artifacts/{first}")["aliases"] == []
    assert shelf.get(f"/artifacts/{second}")["aliases"] == ["production"]
    assert shelf.client.delete(f"/api/v1/artifacts/{first}/aliases/production").status_code == 404
    assert shelf.client.delete(f"/api/v1/artifacts/{second}/aliases/production").status_code == 204
    assert shelf.get(f"/artifacts/{second}")["aliases"] == []


def test_an_alias_may_have_any_characters(shelf: Shelf) -> None:
    node_id = shelf.put(properties={"name": "m"})
    assert shelf.client.put(f"/api/v1/artifacts/{node_id}/aliases/team%2Fbest%20one").status_code == 200
    assert shelf.get(f"/artifacts/{node_id}")["aliases"] == ["team/best one"]


def test_a_change_is_undone_by_its_entry_in_the_audit_log(shelf: Shelf) -> None:
    node_id = shelf.put(custom={"note": "one"})
    patch(shelf, node_id, {"custom_properties": {"note": "two"}})
    [entry] = shelf.get("/audit", rpc="ChangeNodes", action="update")["items"]
    assert shelf.get("/audit", rpc="ChangeNodes", action="delete")["items"] == []
    undone = shelf.client.post(f"/api/v1/audit/{entry['id']}/undo")
    assert undone.json()["custom_properties"]["note"]["value"] == "one"
    assert shelf.client.post(f"/api/v1/audit/{entry['id']}/undo").status_code == 409


def test_the_description_has_every_member_of_a_patch(shelf: Shelf) -> None:
    described = shelf.client.get("/api/openapi.json").json()["paths"]["/api/v1/artifacts/{node_id}"]["patch"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert tuple(schema["properties"]) == record_patch.MEMBERS
