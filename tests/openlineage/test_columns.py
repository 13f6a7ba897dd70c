"""What people see of OpenLineage over REST: facets in words, columns of data sets, and where columns come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal import conventions, errors
from lineal.catalogue.openlineage import column_links
from lineal.catalogue.openlineage.reads import OpenLineageReads
from lineal.kinds import EXECUTION
from lineal.locations import joined
from lineal.openlineage.sending.reading import read
from lineal.openlineage.sending.shaping import shaped
from lineal.openlineage.stored_form import run_external_id
from lineal.service.access import Caller, Role, Scope, Workspace
from lineal.wire import service as rpc
from tests.engines import SERVERS, Engine
from tests.openlineage import shop
from tests.openlineage.receiving import send
from tests.openlineage.shapes import data_set_event
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf


class Shop:
    """The served shop: the ids of its records, and answers about them."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.receive("shop")

    def receive(self, workspace: str) -> None:
        for event in shop.events():
            send(self.shelf.service, event, workspace=workspace)

    def id_of(self, name: tuple[str, str], workspace: str = "shop") -> int:
        found: Any = self.shelf.service.call("GetArtifactsByURI", rpc.GetArtifactsByURIRequest(uris=[joined(*name)]))
        [node] = [each for each in found.artifacts if each.external_id.startswith(f"openlineage:{workspace}:")]
        return int(node.id)

    def run_id(self, run: str) -> int:
        asked = rpc.GetExecutionsByExternalIdsRequest(external_ids=[run_external_id("shop", run)])
        found: Any = self.shelf.service.call("GetExecutionsByExternalIds", asked)
        return int(found.executions[0].id)

    def columns(self, name: tuple[str, str]) -> Any:
        return self.shelf.get(f"/artifacts/{self.id_of(name)}/columns")

    def lineage(self, name: tuple[str, str], column: str, direction: str = "up", depth: int = 1) -> Any:
        asked = {"column": column, "direction": direction, "depth": depth}
        return self.shelf.get(f"/artifacts/{self.id_of(name)}/columns/lineage", **asked)

    def run_facets(self, run: str, **asked: Any) -> Any:
        return self.shelf.get(f"/executions/{self.run_id(run)}/facets", **asked)


@pytest.fixture(scope="module")
def served() -> Iterator[Shop]:
    with serving("sqlite://") as (service, url), reading(url) as client:
        yield Shop(Shelf(service, client))


def ends(link: dict[str, Any]) -> tuple[str, Any, str, Any]:
    return link["source"]["name"], link["source"]["column"], link["target"]["name"], link["target"]["column"]


def words(facets: list[dict[str, Any]]) -> dict[str, str]:
    return {detail["label"]: detail["text"] for facet in facets for detail in facet["details"]}


def test_what_events_say_of_a_record_of_another_door_is_no_label_and_no_metric(served: Shop) -> None:
    custom = {"team": "web", conventions.WORKSPACE_PROPERTY: "shop"}
    made = served.shelf.put("lake.File", custom, name="clicks", uri="s3://lake/clicks")
    own = shop.facets(
        schema={"fields": [{"name": "day", "type": "date"}]},
        storage={"storageLayer": "delta"},
        dataQualityMetrics={"rowCount": 9},
    )
    read_it = shop.data_set(("s3://lake", "clicks"), own)
    read = shop.event("count", "run-of-count", "2026-11-28T06:00:00Z", inputs=[read_it])
    send(served.shelf.service, read, workspace="shop")
    found = served.shelf.get(f"/artifacts/{made}")
    assert found["custom_properties"]["storage"]["value"] == "delta"
    assert (found["labels"], set(found["metrics"])) == ({"team": "web"}, {"row_count"})


def test_columns_are_in_their_order_with_the_fields_within_them(served: Shop) -> None:
    found = served.columns(shop.ORDERS)
    named = [(each["name"], each["depth"], each["type"], each["description"]) for each in found["items"]]
    assert named == [
        ("id", 0, "bigint", None),
        ("amount", 0, "numeric", "In euros"),
        ("address", 0, "struct", None),
        ("address.city", 1, "text", None),
    ]
    assert found["items"][2]["tags"] == [{"key": "pii", "value": "yes"}]
    assert found["tags"] == [{"key": "tier", "value": "gold"}]
    assert not any(each["has_sources"] for each in found["items"])


def test_columns_have_what_the_last_run_measured_and_checked(served: Shop) -> None:
    found = served.columns(shop.SALES)
    customer, revenue = found["items"]
    assert (revenue["quality"]["nulls"], revenue["quality"]["distinct"]) == ("2", "37")
    assert (revenue["quality"]["least"], revenue["quality"]["quantiles"]) == (1.5, {"0.5": 9})
    assert [(each["assertion"], each["is_passed"], each["actual"]) for each in revenue["assertions"]] == [
        ("not_null", True, None),
        ("unique", False, "3"),
    ]
    assert customer["quality"] is None
    assert [each["name"] for each in found["assertions"]] == ["enough rows"]
    assert (found["rows"], customer["has_sources"], revenue["has_sources"]) == ("40", True, True)


def test_a_column_leads_up_to_its_sources_through_the_newest_run(served: Shop) -> None:
    aggregated, filtered = served.lineage(shop.SALES, "revenue")["links"]
    assert ends(aggregated) == (shop.STAGED[1], "amount", shop.SALES[1], "revenue")
    assert aggregated["transformations"] == [
        {"type": "DIRECT", "subtype": "AGGREGATION", "description": "sum(amount)", "masking": False}
    ]
    assert (aggregated["execution"]["id"], aggregated["runs"]) == (str(served.run_id(shop.NIGHT_RUN)), 2)
    assert (ends(filtered)[1:], filtered["affects_all"]) == (("status", shop.SALES[1], None), True)


def test_a_column_leads_up_step_by_step_and_says_where_it_stopped(served: Shop) -> None:
    found = served.lineage(shop.SALES, "revenue", depth=2)
    assert [(link["distance"], link["source"]["column"]) for link in found["links"]] == [
        (1, "amount"),
        (1, "status"),
        (2, "amount"),
    ]
    assert found["links"][2]["source"]["artifact"]["id"] == str(served.id_of(shop.ORDERS))
    assert [cut["limit"] for cut in found["cuts"]] == ["hops"]
    assert served.lineage(shop.SALES, "revenue", depth=5)["cuts"] == []


def test_a_column_leads_down_to_what_became_of_it(served: Shop) -> None:
    found = served.lineage(shop.ORDERS, "amount", "down", depth=5)["links"]
    assert [ends(link) for link in found] == [
        (shop.ORDERS[1], "amount", shop.STAGED[1], "amount"),
        (shop.STAGED[1], "amount", shop.SALES[1], "revenue"),
    ]
    [filtered] = served.lineage(shop.STAGED, "status", "down")["links"]
    assert (filtered["target"]["column"], filtered["affects_all"]) == (None, True)
    [masked] = served.lineage(shop.CUSTOMERS, "email", "down")["links"]
    assert masked["transformations"][0]["masking"]


def test_a_run_has_the_facets_of_its_job_and_of_its_data_sets(served: Shop) -> None:
    found = served.run_facets(shop.NIGHT_RUN)
    said = words(found["items"])
    assert (said["SQL"], said["Source code"], said["Branch"]) == (
        shop.SQL,
        "https://git.example/shop/sales.sql",
        "main",
    )
    [parent] = [each for facet in found["items"] for each in facet["details"] if each["label"] == "Parent run"]
    assert (parent["text"], parent["record"]["id"]) == ("stage_orders", str(served.run_id(shop.STAGING_RUN)))
    is_of_job = {facet["name"]: facet["of"] is not None for facet in found["items"]}
    assert (is_of_job["sql"], is_of_job["documentation"]) == (False, True)
    uses = served.run_facets(shop.STAGING_RUN)["uses"]
    assert [(use["direction"], words(use["facets"]).get("Rows written")) for use in uses] == [
        ("output", "118"),
        ("input", None),
    ]


def test_runs_and_jobs_are_named_in_short_and_once(served: Shop) -> None:
    parent: dict[str, Any] = {
        "run": {"runId": "Scheduled: 2026-03-02T00:00:00+00:00"},
        "job": {"namespace": "shop", "name": "night"},
    }
    told = shop.facets(parent={**parent, "root": parent})
    send(served.shelf.service, shop.event("part", "run-of-part", "2026-11-28T06:00:00Z", run_facets=told))
    found: Any = served.shelf.get("/executions", q="name=part")["items"][0]
    node = served.shelf.get(f"/executions/{found['id']}")
    assert {each["name"] for each in node["contexts"]} == {"default", "part"}
    facets = served.shelf.get(f"/executions/{found['id']}/facets")["items"]
    [detail] = facets[0]["details"]
    assert (detail["text"], detail["record"]["name"]) == ("night", "night")


def test_the_lineage_of_a_job_has_what_its_runs_read_and_wrote(served: Shop) -> None:
    run = served.run_id(shop.NIGHT_RUN)
    [job] = [each for each in served.shelf.get(f"/executions/{run}")["contexts"] if each["name"] == "build_sales"]
    graph = served.shelf.get("/lineage", focus=f"e{run}", inside=job["key"], up=2, down=2)
    data_sets = {f"a{served.id_of(name)}" for name in (shop.STAGED, shop.CUSTOMERS, shop.SALES)}
    assert {each["key"] for each in graph["nodes"]} == data_sets | {f"e{run}"}  # and no run of another job


def test_a_facet_that_is_not_known_is_json_and_an_address_that_runs_something_is_no_link(served: Shop) -> None:
    found = served.shelf.get(f"/artifacts/{served.id_of(shop.ORDERS)}/facets")["items"]
    [unknown] = [facet for facet in found if not facet["details"]]
    assert (unknown["name"], unknown["content"]["shelf"], unknown["producer"]) == ("shop_internal", 7, shop.PRODUCER)
    failed = served.run_facets(shop.FAILED_RUN)["items"]
    forms = {detail["label"]: detail["form"] for facet in failed for detail in facet["details"]}
    assert forms == {"Error": "long", "Stack trace": "code", "Source code": "text"}


def test_records_say_which_facets_they_have(served: Shop) -> None:
    node = served.shelf.get(f"/artifacts/{served.id_of(shop.STAGED)}")
    assert node["facets"] == ["columnLineage", "outputStatistics", "schema"]


def test_the_lineage_that_a_job_says_itself_leads_both_ways(served: Shop) -> None:
    plain = {"namespace": shop.ORDERS[0], "name": shop.ORDERS[1], "type": "DATASET"}
    targets = [{**plain, "name": name, "type": "DATASET"} for name in ("shop.public.copy", "shop.public.other")]
    fields = {"total": {"inputs": [{**plain, "field": "amount", "transformations": [{"type": "DIRECT"}]}]}}
    entries = [{**targets[0], "fields": fields}, {**targets[1], "inputs": [{**plain, "field": "id"}]}]
    send(served.shelf.service, shop.explicit("copy", entries), workspace="shop")
    [up] = served.lineage((shop.SOURCE, "shop.public.copy"), "total")["links"]
    assert ends(up) == (shop.ORDERS[1], "amount", "shop.public.copy", "total")
    [whole] = served.lineage((shop.SOURCE, "shop.public.other"), "anything")["links"]
    assert (ends(whole)[1], ends(whole)[3], whole["affects_all"]) == ("id", None, True)
    down = [ends(link)[2:] for link in served.lineage(shop.ORDERS, "amount", "down")["links"]]
    assert ("shop.public.copy", "total") in down


def test_the_columns_that_an_event_about_a_data_set_tells_of_lead_both_ways(served: Shop) -> None:
    view = (shop.SOURCE, "shop.public.large_orders")
    came = {"fields": {"large": {"inputFields": [shop.source(shop.ORDERS, "amount")]}}}
    told = shop.data_set(view, shop.facets(columnLineage={**came, "dataset": [shop.source(shop.CUSTOMERS, "email")]}))
    send(served.shelf.service, data_set_event("09:00:00", told), workspace="shop")
    [up, whole] = served.lineage(view, "large")["links"]
    assert ends(up) == (shop.ORDERS[1], "amount", view[1], "large")
    assert ends(whole)[:2] == (shop.CUSTOMERS[1], "email")
    down = [ends(link)[2:] for link in served.lineage(shop.ORDERS, "amount", "down")["links"]]
    assert (view[1], "large") in down


def test_the_older_form_says_a_transformation_once_for_all_sources_of_a_column() -> None:
    plain = {"namespace": "n", "name": "t", "field": "a"}
    given = {"inputFields": [plain], "transformationType": "MASKED", "transformationDescription": "a hash"}
    [pair] = column_links.sources_of({"fields": {"b": given, "c": {"inputFields": 7}}}, ["b", "c"])
    [done] = pair.source.transformations
    assert (pair.column, done.subtype, done.description, done.masking) == ("b", "MASKED", "a hash", True)


def test_other_workspaces_are_not_seen_and_not_named(served: Shop) -> None:
    served.receive("other")
    caller = Caller("other", Role.READER, Scope((Workspace("other"),)))
    scoped = OpenLineageReads(served.shelf.service, lambda: caller)
    [link, _] = scoped.column_lineage(served.id_of(shop.SALES, "other"), "revenue", direction="up", depth=1).links
    assert link.source.artifact is not None
    assert link.source.artifact.id == served.id_of(shop.STAGED, "other")
    [mine, _] = served.lineage(shop.SALES, "revenue")["links"]
    assert mine["source"]["artifact"]["id"] == str(served.id_of(shop.STAGED))
    with pytest.raises(errors.NotFoundError):
        scoped.columns(served.id_of(shop.SALES))


def test_a_wrong_direction_or_depth_is_refused(served: Shop) -> None:
    path = f"/api/v1/artifacts/{served.id_of(shop.SALES)}/columns/lineage"
    for asked in ({"column": "a", "direction": "over"}, {"column": "a", "depth": 21}, {}):
        answer: httpx.Response = served.shelf.client.get(path, params=asked)
        assert answer.status_code == 422
    assert served.shelf.client.get("/api/v1/artifacts/999/columns").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("engine", SERVERS)
def test_other_engines_answer_alike(engine: Engine, servers: ExitStack, tmp_path: Path, served: Shop) -> None:
    with engine.empty_url(servers, tmp_path) as database, serving(database) as (service, url), reading(url) as client:
        other = Shop(Shelf(service, client))
        assert other.columns(shop.SALES) == served.columns(shop.SALES)
        for direction, name, column in (("up", shop.SALES, "revenue"), ("down", shop.STAGED, "amount")):
            found = [
                [ends(link) for link in each.lineage(name, column, direction, 5)["links"]] for each in (other, served)
            ]
            assert found[0] == found[1] != []
        said = [[words(use["facets"]) for use in each.run_facets(shop.STAGING_RUN)["uses"]] for each in (other, served)]
        assert said[0] == said[1]
        assert other.shelf.get(f"/artifacts/{other.id_of(shop.STAGED)}")["facets"]


def test_column_lineage_is_sent_on_as_a_facet_of_the_data_set(served: Shop) -> None:
    run = served.run_id(shop.NIGHT_RUN)
    whole = served.shelf.service.read(lambda session, types: read(session, types, "store", {EXECUTION: [run]}))
    [output] = shaped(whole, {}, EXECUTION, run, time=0, now=0).events[-1]["outputs"]
    assert output["facets"]["columnLineage"]["fields"].keys() == {"customer", "revenue"}
    assert "columnLineage" not in output["outputFacets"]
