"""Limits of what a call may ask for; each refusal names the setting that allows more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.catalogue import Asked, Catalogue
from lineal.kinds import ARTIFACT
from lineal.security import LimitSettings
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_chain

_DEEP = "(id > 1 AND (id > 2 OR (id > 3 AND (id > 4 OR (id > 5 AND id > 6)))))"


@pytest.fixture
def service() -> Iterator[MetadataService]:
    """A service with narrow limits."""
    with open_service("sqlite://") as opened:
        opened.database.limits = LimitSettings(max_page_size=2, max_filter_depth=7, max_lineage_nodes=10)
        yield opened


def listed(service: MetadataService, **options: object) -> rpc.GetArtifactsResponse:
    """Return a page of artifacts."""
    return service.call("GetArtifacts", rpc.GetArtifactsRequest(options=pb.ListOperationOptions(**options)))


def test_a_longer_page_is_cut_and_goes_on(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, *[artifact(type_id) for _ in range(3)])
    page = listed(service, max_result_size=100)
    assert len(page.artifacts) == 2
    assert len(listed(service, max_result_size=100, next_page_token=page.next_page_token).artifacts) == 1


def test_a_deeper_filter_is_refused(service: MetadataService) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--max-filter-depth"):
        listed(service, max_result_size=1, filter_query=_DEEP)
    listed(service, max_result_size=1, filter_query="id > 1 AND (id < 2 OR id = 3)")
    with pytest.raises(errors.InvalidArgumentError, match="--max-filter-depth"):
        Catalogue(service).count(Asked(ARTIFACT, filter_query=_DEEP), exact=True)


def test_a_larger_lineage_graph_is_refused(service: MetadataService) -> None:
    put_chain(service, 20)
    options = pb.LineageSubgraphQueryOptions()
    options.starting_artifacts.filter_query = "id > 0"
    with pytest.raises(errors.ResourceExhaustedError, match="--max-lineage-nodes"):
        service.call("GetLineageSubgraph", rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=options))
    options.starting_artifacts.filter_query = "name = 'a0'"
    options.max_num_hops = 3
    service.call("GetLineageSubgraph", rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=options))


@pytest.mark.parametrize("name", sorted(name for name, value in vars(LimitSettings()).items() if value is not False))
def test_a_limit_out_of_range_is_refused_by_its_flag(name: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=f"--{name.replace('_', '-')} is -1"):
        LimitSettings(**{name: -1})
