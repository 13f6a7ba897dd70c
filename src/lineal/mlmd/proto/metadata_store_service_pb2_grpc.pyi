from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import grpc

from lineal.wire import metadata_store_service_pb2 as pb

_Request = TypeVar("_Request", contravariant=True)
_Response = TypeVar("_Response", covariant=True)
_Metadata = Sequence[tuple[str, str | bytes]]

class _UnaryUnary(Protocol[_Request, _Response]):
    def __call__(
        self,
        request: _Request,
        timeout: float | None = None,
        metadata: _Metadata | None = None,
        credentials: grpc.CallCredentials | None = None,
        wait_for_ready: bool | None = None,
        compression: grpc.Compression | None = None,
    ) -> _Response: ...
    def with_call(
        self,
        request: _Request,
        timeout: float | None = None,
        metadata: _Metadata | None = None,
        credentials: grpc.CallCredentials | None = None,
        wait_for_ready: bool | None = None,
        compression: grpc.Compression | None = None,
    ) -> tuple[_Response, Any]: ...
    def future(
        self,
        request: _Request,
        timeout: float | None = None,
        metadata: _Metadata | None = None,
        credentials: grpc.CallCredentials | None = None,
        wait_for_ready: bool | None = None,
        compression: grpc.Compression | None = None,
    ) -> Any: ...

class MetadataStoreServiceStub:
    def __init__(self, channel: grpc.Channel) -> None: ...
    PutArtifactType: _UnaryUnary[pb.PutArtifactTypeRequest, pb.PutArtifactTypeResponse]
    PutExecutionType: _UnaryUnary[pb.PutExecutionTypeRequest, pb.PutExecutionTypeResponse]
    PutContextType: _UnaryUnary[pb.PutContextTypeRequest, pb.PutContextTypeResponse]
    PutTypes: _UnaryUnary[pb.PutTypesRequest, pb.PutTypesResponse]
    PutArtifacts: _UnaryUnary[pb.PutArtifactsRequest, pb.PutArtifactsResponse]
    PutExecutions: _UnaryUnary[pb.PutExecutionsRequest, pb.PutExecutionsResponse]
    PutEvents: _UnaryUnary[pb.PutEventsRequest, pb.PutEventsResponse]
    PutExecution: _UnaryUnary[pb.PutExecutionRequest, pb.PutExecutionResponse]
    PutLineageSubgraph: _UnaryUnary[pb.PutLineageSubgraphRequest, pb.PutLineageSubgraphResponse]
    PutContexts: _UnaryUnary[pb.PutContextsRequest, pb.PutContextsResponse]
    PutAttributionsAndAssociations: _UnaryUnary[
        pb.PutAttributionsAndAssociationsRequest, pb.PutAttributionsAndAssociationsResponse
    ]
    PutParentContexts: _UnaryUnary[pb.PutParentContextsRequest, pb.PutParentContextsResponse]
    GetArtifactType: _UnaryUnary[pb.GetArtifactTypeRequest, pb.GetArtifactTypeResponse]
    GetArtifactTypesByID: _UnaryUnary[pb.GetArtifactTypesByIDRequest, pb.GetArtifactTypesByIDResponse]
    GetArtifactTypes: _UnaryUnary[pb.GetArtifactTypesRequest, pb.GetArtifactTypesResponse]
    GetExecutionType: _UnaryUnary[pb.GetExecutionTypeRequest, pb.GetExecutionTypeResponse]
    GetExecutionTypesByID: _UnaryUnary[pb.GetExecutionTypesByIDRequest, pb.GetExecutionTypesByIDResponse]
    GetExecutionTypes: _UnaryUnary[pb.GetExecutionTypesRequest, pb.GetExecutionTypesResponse]
    GetContextType: _UnaryUnary[pb.GetContextTypeRequest, pb.GetContextTypeResponse]
    GetContextTypesByID: _UnaryUnary[pb.GetContextTypesByIDRequest, pb.GetContextTypesByIDResponse]
    GetContextTypes: _UnaryUnary[pb.GetContextTypesRequest, pb.GetContextTypesResponse]
    GetArtifacts: _UnaryUnary[pb.GetArtifactsRequest, pb.GetArtifactsResponse]
    GetExecutions: _UnaryUnary[pb.GetExecutionsRequest, pb.GetExecutionsResponse]
    GetContexts: _UnaryUnary[pb.GetContextsRequest, pb.GetContextsResponse]
    GetArtifactsByID: _UnaryUnary[pb.GetArtifactsByIDRequest, pb.GetArtifactsByIDResponse]
    GetExecutionsByID: _UnaryUnary[pb.GetExecutionsByIDRequest, pb.GetExecutionsByIDResponse]
    GetContextsByID: _UnaryUnary[pb.GetContextsByIDRequest, pb.GetContextsByIDResponse]
    GetArtifactsByType: _UnaryUnary[pb.GetArtifactsByTypeRequest, pb.GetArtifactsByTypeResponse]
    GetExecutionsByType: _UnaryUnary[pb.GetExecutionsByTypeRequest, pb.GetExecutionsByTypeResponse]
    GetContextsByType: _UnaryUnary[pb.GetContextsByTypeRequest, pb.GetContextsByTypeResponse]
    GetArtifactByTypeAndName: _UnaryUnary[pb.GetArtifactByTypeAndNameRequest, pb.GetArtifactByTypeAndNameResponse]
    GetExecutionByTypeAndName: _UnaryUnary[pb.GetExecutionByTypeAndNameRequest, pb.GetExecutionByTypeAndNameResponse]
    GetContextByTypeAndName: _UnaryUnary[pb.GetContextByTypeAndNameRequest, pb.GetContextByTypeAndNameResponse]
    GetArtifactsByURI: _UnaryUnary[pb.GetArtifactsByURIRequest, pb.GetArtifactsByURIResponse]
    GetEventsByExecutionIDs: _UnaryUnary[pb.GetEventsByExecutionIDsRequest, pb.GetEventsByExecutionIDsResponse]
    GetEventsByArtifactIDs: _UnaryUnary[pb.GetEventsByArtifactIDsRequest, pb.GetEventsByArtifactIDsResponse]
    GetArtifactsByExternalIds: _UnaryUnary[pb.GetArtifactsByExternalIdsRequest, pb.GetArtifactsByExternalIdsResponse]
    GetExecutionsByExternalIds: _UnaryUnary[pb.GetExecutionsByExternalIdsRequest, pb.GetExecutionsByExternalIdsResponse]
    GetContextsByExternalIds: _UnaryUnary[pb.GetContextsByExternalIdsRequest, pb.GetContextsByExternalIdsResponse]
    GetArtifactTypesByExternalIds: _UnaryUnary[
        pb.GetArtifactTypesByExternalIdsRequest, pb.GetArtifactTypesByExternalIdsResponse
    ]
    GetExecutionTypesByExternalIds: _UnaryUnary[
        pb.GetExecutionTypesByExternalIdsRequest, pb.GetExecutionTypesByExternalIdsResponse
    ]
    GetContextTypesByExternalIds: _UnaryUnary[
        pb.GetContextTypesByExternalIdsRequest, pb.GetContextTypesByExternalIdsResponse
    ]
    GetContextsByArtifact: _UnaryUnary[pb.GetContextsByArtifactRequest, pb.GetContextsByArtifactResponse]
    GetContextsByExecution: _UnaryUnary[pb.GetContextsByExecutionRequest, pb.GetContextsByExecutionResponse]
    GetParentContextsByContext: _UnaryUnary[pb.GetParentContextsByContextRequest, pb.GetParentContextsByContextResponse]
    GetChildrenContextsByContext: _UnaryUnary[
        pb.GetChildrenContextsByContextRequest, pb.GetChildrenContextsByContextResponse
    ]
    GetParentContextsByContexts: _UnaryUnary[
        pb.GetParentContextsByContextsRequest, pb.GetParentContextsByContextsResponse
    ]
    GetChildrenContextsByContexts: _UnaryUnary[
        pb.GetChildrenContextsByContextsRequest, pb.GetChildrenContextsByContextsResponse
    ]
    GetArtifactsByContext: _UnaryUnary[pb.GetArtifactsByContextRequest, pb.GetArtifactsByContextResponse]
    GetExecutionsByContext: _UnaryUnary[pb.GetExecutionsByContextRequest, pb.GetExecutionsByContextResponse]
    GetLineageGraph: _UnaryUnary[pb.GetLineageGraphRequest, pb.GetLineageGraphResponse]
    GetLineageSubgraph: _UnaryUnary[pb.GetLineageSubgraphRequest, pb.GetLineageSubgraphResponse]

class MetadataStoreServiceServicer:
    def PutArtifactType(
        self, request: pb.PutArtifactTypeRequest, context: grpc.ServicerContext
    ) -> pb.PutArtifactTypeResponse: ...
    def PutExecutionType(
        self, request: pb.PutExecutionTypeRequest, context: grpc.ServicerContext
    ) -> pb.PutExecutionTypeResponse: ...
    def PutContextType(
        self, request: pb.PutContextTypeRequest, context: grpc.ServicerContext
    ) -> pb.PutContextTypeResponse: ...
    def PutTypes(self, request: pb.PutTypesRequest, context: grpc.ServicerContext) -> pb.PutTypesResponse: ...
    def PutArtifacts(
        self, request: pb.PutArtifactsRequest, context: grpc.ServicerContext
    ) -> pb.PutArtifactsResponse: ...
    def PutExecutions(
        self, request: pb.PutExecutionsRequest, context: grpc.ServicerContext
    ) -> pb.PutExecutionsResponse: ...
    def PutEvents(self, request: pb.PutEventsRequest, context: grpc.ServicerContext) -> pb.PutEventsResponse: ...
    def PutExecution(
        self, request: pb.PutExecutionRequest, context: grpc.ServicerContext
    ) -> pb.PutExecutionResponse: ...
    def PutLineageSubgraph(
        self, request: pb.PutLineageSubgraphRequest, context: grpc.ServicerContext
    ) -> pb.PutLineageSubgraphResponse: ...
    def PutContexts(self, request: pb.PutContextsRequest, context: grpc.ServicerContext) -> pb.PutContextsResponse: ...
    def PutAttributionsAndAssociations(
        self, request: pb.PutAttributionsAndAssociationsRequest, context: grpc.ServicerContext
    ) -> pb.PutAttributionsAndAssociationsResponse: ...
    def PutParentContexts(
        self, request: pb.PutParentContextsRequest, context: grpc.ServicerContext
    ) -> pb.PutParentContextsResponse: ...
    def GetArtifactType(
        self, request: pb.GetArtifactTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactTypeResponse: ...
    def GetArtifactTypesByID(
        self, request: pb.GetArtifactTypesByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactTypesByIDResponse: ...
    def GetArtifactTypes(
        self, request: pb.GetArtifactTypesRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactTypesResponse: ...
    def GetExecutionType(
        self, request: pb.GetExecutionTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionTypeResponse: ...
    def GetExecutionTypesByID(
        self, request: pb.GetExecutionTypesByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionTypesByIDResponse: ...
    def GetExecutionTypes(
        self, request: pb.GetExecutionTypesRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionTypesResponse: ...
    def GetContextType(
        self, request: pb.GetContextTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetContextTypeResponse: ...
    def GetContextTypesByID(
        self, request: pb.GetContextTypesByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetContextTypesByIDResponse: ...
    def GetContextTypes(
        self, request: pb.GetContextTypesRequest, context: grpc.ServicerContext
    ) -> pb.GetContextTypesResponse: ...
    def GetArtifacts(
        self, request: pb.GetArtifactsRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsResponse: ...
    def GetExecutions(
        self, request: pb.GetExecutionsRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionsResponse: ...
    def GetContexts(self, request: pb.GetContextsRequest, context: grpc.ServicerContext) -> pb.GetContextsResponse: ...
    def GetArtifactsByID(
        self, request: pb.GetArtifactsByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsByIDResponse: ...
    def GetExecutionsByID(
        self, request: pb.GetExecutionsByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionsByIDResponse: ...
    def GetContextsByID(
        self, request: pb.GetContextsByIDRequest, context: grpc.ServicerContext
    ) -> pb.GetContextsByIDResponse: ...
    def GetArtifactsByType(
        self, request: pb.GetArtifactsByTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsByTypeResponse: ...
    def GetExecutionsByType(
        self, request: pb.GetExecutionsByTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionsByTypeResponse: ...
    def GetContextsByType(
        self, request: pb.GetContextsByTypeRequest, context: grpc.ServicerContext
    ) -> pb.GetContextsByTypeResponse: ...
    def GetArtifactByTypeAndName(
        self, request: pb.GetArtifactByTypeAndNameRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactByTypeAndNameResponse: ...
    def GetExecutionByTypeAndName(
        self, request: pb.GetExecutionByTypeAndNameRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionByTypeAndNameResponse: ...
    def GetContextByTypeAndName(
        self, request: pb.GetContextByTypeAndNameRequest, context: grpc.ServicerContext
    ) -> pb.GetContextByTypeAndNameResponse: ...
    def GetArtifactsByURI(
        self, request: pb.GetArtifactsByURIRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsByURIResponse: ...
    def GetEventsByExecutionIDs(
        self, request: pb.GetEventsByExecutionIDsRequest, context: grpc.ServicerContext
    ) -> pb.GetEventsByExecutionIDsResponse: ...
    def GetEventsByArtifactIDs(
        self, request: pb.GetEventsByArtifactIDsRequest, context: grpc.ServicerContext
    ) -> pb.GetEventsByArtifactIDsResponse: ...
    def GetArtifactsByExternalIds(
        self, request: pb.GetArtifactsByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsByExternalIdsResponse: ...
    def GetExecutionsByExternalIds(
        self, request: pb.GetExecutionsByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionsByExternalIdsResponse: ...
    def GetContextsByExternalIds(
        self, request: pb.GetContextsByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetContextsByExternalIdsResponse: ...
    def GetArtifactTypesByExternalIds(
        self, request: pb.GetArtifactTypesByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactTypesByExternalIdsResponse: ...
    def GetExecutionTypesByExternalIds(
        self, request: pb.GetExecutionTypesByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionTypesByExternalIdsResponse: ...
    def GetContextTypesByExternalIds(
        self, request: pb.GetContextTypesByExternalIdsRequest, context: grpc.ServicerContext
    ) -> pb.GetContextTypesByExternalIdsResponse: ...
    def GetContextsByArtifact(
        self, request: pb.GetContextsByArtifactRequest, context: grpc.ServicerContext
    ) -> pb.GetContextsByArtifactResponse: ...
    def GetContextsByExecution(
        self, request: pb.GetContextsByExecutionRequest, context: grpc.ServicerContext
    ) -> pb.GetContextsByExecutionResponse: ...
    def GetParentContextsByContext(
        self, request: pb.GetParentContextsByContextRequest, context: grpc.ServicerContext
    ) -> pb.GetParentContextsByContextResponse: ...
    def GetChildrenContextsByContext(
        self, request: pb.GetChildrenContextsByContextRequest, context: grpc.ServicerContext
    ) -> pb.GetChildrenContextsByContextResponse: ...
    def GetParentContextsByContexts(
        self, request: pb.GetParentContextsByContextsRequest, context: grpc.ServicerContext
    ) -> pb.GetParentContextsByContextsResponse: ...
    def GetChildrenContextsByContexts(
        self, request: pb.GetChildrenContextsByContextsRequest, context: grpc.ServicerContext
    ) -> pb.GetChildrenContextsByContextsResponse: ...
    def GetArtifactsByContext(
        self, request: pb.GetArtifactsByContextRequest, context: grpc.ServicerContext
    ) -> pb.GetArtifactsByContextResponse: ...
    def GetExecutionsByContext(
        self, request: pb.GetExecutionsByContextRequest, context: grpc.ServicerContext
    ) -> pb.GetExecutionsByContextResponse: ...
    def GetLineageGraph(
        self, request: pb.GetLineageGraphRequest, context: grpc.ServicerContext
    ) -> pb.GetLineageGraphResponse: ...
    def GetLineageSubgraph(
        self, request: pb.GetLineageSubgraphRequest, context: grpc.ServicerContext
    ) -> pb.GetLineageSubgraphResponse: ...

def add_MetadataStoreServiceServicer_to_server(servicer: MetadataStoreServiceServicer, server: grpc.Server) -> None: ...
