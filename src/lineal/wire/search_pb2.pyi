from lineal.wire import metadata_store_pb2 as _metadata_store_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SearchNodesRequest(_message.Message):
    __slots__ = ("kind", "search", "filter_query", "type_names", "order_by", "limit", "cursor", "ids_only", "with_count", "wait_seconds")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[SearchNodesRequest.Kind]
        ARTIFACT: _ClassVar[SearchNodesRequest.Kind]
        EXECUTION: _ClassVar[SearchNodesRequest.Kind]
        CONTEXT: _ClassVar[SearchNodesRequest.Kind]
    KIND_UNSPECIFIED: SearchNodesRequest.Kind
    ARTIFACT: SearchNodesRequest.Kind
    EXECUTION: SearchNodesRequest.Kind
    CONTEXT: SearchNodesRequest.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    FILTER_QUERY_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAMES_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    IDS_ONLY_FIELD_NUMBER: _ClassVar[int]
    WITH_COUNT_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    kind: SearchNodesRequest.Kind
    search: str
    filter_query: str
    type_names: _containers.RepeatedScalarFieldContainer[str]
    order_by: str
    limit: int
    cursor: str
    ids_only: bool
    with_count: bool
    wait_seconds: float
    def __init__(self, kind: _Optional[_Union[SearchNodesRequest.Kind, str]] = ..., search: _Optional[str] = ..., filter_query: _Optional[str] = ..., type_names: _Optional[_Iterable[str]] = ..., order_by: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., ids_only: bool = ..., with_count: bool = ..., wait_seconds: _Optional[float] = ...) -> None: ...

class FoundNode(_message.Message):
    __slots__ = ("id", "artifact", "execution", "context", "name", "version", "workspace", "run", "labels", "metrics")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    id: int
    artifact: _metadata_store_pb2.Artifact
    execution: _metadata_store_pb2.Execution
    context: _metadata_store_pb2.Context
    name: str
    version: str
    workspace: str
    run: str
    labels: _containers.ScalarMap[str, str]
    metrics: _containers.ScalarMap[str, float]
    def __init__(self, id: _Optional[int] = ..., artifact: _Optional[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]] = ..., execution: _Optional[_Union[_metadata_store_pb2.Execution, _Mapping[str, _Any]]] = ..., context: _Optional[_Union[_metadata_store_pb2.Context, _Mapping[str, _Any]]] = ..., name: _Optional[str] = ..., version: _Optional[str] = ..., workspace: _Optional[str] = ..., run: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., metrics: _Optional[_Mapping[str, float]] = ...) -> None: ...

class SearchNodesResponse(_message.Message):
    __slots__ = ("nodes", "next_cursor", "count", "complete", "unknown", "meant")
    NODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    MEANT_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[FoundNode]
    next_cursor: str
    count: int
    complete: bool
    unknown: _containers.RepeatedCompositeFieldContainer[UnknownName]
    meant: str
    def __init__(self, nodes: _Optional[_Iterable[_Union[FoundNode, _Mapping[str, _Any]]]] = ..., next_cursor: _Optional[str] = ..., count: _Optional[int] = ..., complete: bool = ..., unknown: _Optional[_Iterable[_Union[UnknownName, _Mapping[str, _Any]]]] = ..., meant: _Optional[str] = ...) -> None: ...

class UnknownName(_message.Message):
    __slots__ = ("key", "name", "nearest", "examples", "elsewhere")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEAREST_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    ELSEWHERE_FIELD_NUMBER: _ClassVar[int]
    key: str
    name: str
    nearest: str
    examples: _containers.RepeatedScalarFieldContainer[str]
    elsewhere: str
    def __init__(self, key: _Optional[str] = ..., name: _Optional[str] = ..., nearest: _Optional[str] = ..., examples: _Optional[_Iterable[str]] = ..., elsewhere: _Optional[str] = ...) -> None: ...

class SearchRunsRequest(_message.Message):
    __slots__ = ("search", "limit", "cursor")
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    search: str
    limit: int
    cursor: str
    def __init__(self, search: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ...) -> None: ...

class FoundRun(_message.Message):
    __slots__ = ("id", "name", "workspace", "context_id", "created", "updated", "artifacts", "executions", "states")
    class StatesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    id: int
    name: str
    workspace: str
    context_id: int
    created: int
    updated: int
    artifacts: int
    executions: int
    states: _containers.ScalarMap[str, int]
    def __init__(self, id: _Optional[int] = ..., name: _Optional[str] = ..., workspace: _Optional[str] = ..., context_id: _Optional[int] = ..., created: _Optional[int] = ..., updated: _Optional[int] = ..., artifacts: _Optional[int] = ..., executions: _Optional[int] = ..., states: _Optional[_Mapping[str, int]] = ...) -> None: ...

class SearchRunsResponse(_message.Message):
    __slots__ = ("runs", "next_cursor", "unknown", "meant")
    RUNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    MEANT_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[FoundRun]
    next_cursor: str
    unknown: _containers.RepeatedCompositeFieldContainer[UnknownName]
    meant: str
    def __init__(self, runs: _Optional[_Iterable[_Union[FoundRun, _Mapping[str, _Any]]]] = ..., next_cursor: _Optional[str] = ..., unknown: _Optional[_Iterable[_Union[UnknownName, _Mapping[str, _Any]]]] = ..., meant: _Optional[str] = ...) -> None: ...
