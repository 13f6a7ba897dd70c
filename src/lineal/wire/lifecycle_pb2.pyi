from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OnReference(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_REFERENCE_UNSPECIFIED: _ClassVar[OnReference]
    PROTECT: _ClassVar[OnReference]
    TOMBSTONE: _ClassVar[OnReference]
ON_REFERENCE_UNSPECIFIED: OnReference
PROTECT: OnReference
TOMBSTONE: OnReference

class NodeIds(_message.Message):
    __slots__ = ("artifact_ids", "execution_ids", "context_ids")
    ARTIFACT_IDS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_IDS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_IDS_FIELD_NUMBER: _ClassVar[int]
    artifact_ids: _containers.RepeatedScalarFieldContainer[int]
    execution_ids: _containers.RepeatedScalarFieldContainer[int]
    context_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, artifact_ids: _Optional[_Iterable[int]] = ..., execution_ids: _Optional[_Iterable[int]] = ..., context_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class DeleteNodesRequest(_message.Message):
    __slots__ = ("nodes", "on_reference", "dry_run")
    NODES_FIELD_NUMBER: _ClassVar[int]
    ON_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    nodes: NodeIds
    on_reference: OnReference
    dry_run: bool
    def __init__(self, nodes: _Optional[_Union[NodeIds, _Mapping[str, _Any]]] = ..., on_reference: _Optional[_Union[OnReference, str]] = ..., dry_run: bool = ...) -> None: ...

class DeleteNodesResponse(_message.Message):
    __slots__ = ("deleted", "tombstones")
    DELETED_FIELD_NUMBER: _ClassVar[int]
    TOMBSTONES_FIELD_NUMBER: _ClassVar[int]
    deleted: NodeIds
    tombstones: NodeIds
    def __init__(self, deleted: _Optional[_Union[NodeIds, _Mapping[str, _Any]]] = ..., tombstones: _Optional[_Union[NodeIds, _Mapping[str, _Any]]] = ...) -> None: ...

class ApplyRetentionRequest(_message.Message):
    __slots__ = ("updated_before", "states", "workspace", "types", "include_deployed", "on_reference", "dry_run", "limit")
    UPDATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DEPLOYED_FIELD_NUMBER: _ClassVar[int]
    ON_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    updated_before: int
    states: _containers.RepeatedScalarFieldContainer[str]
    workspace: str
    types: _containers.RepeatedScalarFieldContainer[str]
    include_deployed: bool
    on_reference: OnReference
    dry_run: bool
    limit: int
    def __init__(self, updated_before: _Optional[int] = ..., states: _Optional[_Iterable[str]] = ..., workspace: _Optional[str] = ..., types: _Optional[_Iterable[str]] = ..., include_deployed: bool = ..., on_reference: _Optional[_Union[OnReference, str]] = ..., dry_run: bool = ..., limit: _Optional[int] = ...) -> None: ...

class ApplyRetentionResponse(_message.Message):
    __slots__ = ("deleted", "tombstones", "kept_deployed", "kept_referenced", "more")
    DELETED_FIELD_NUMBER: _ClassVar[int]
    TOMBSTONES_FIELD_NUMBER: _ClassVar[int]
    KEPT_DEPLOYED_FIELD_NUMBER: _ClassVar[int]
    KEPT_REFERENCED_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    deleted: NodeIds
    tombstones: NodeIds
    kept_deployed: int
    kept_referenced: int
    more: bool
    def __init__(self, deleted: _Optional[_Union[NodeIds, _Mapping[str, _Any]]] = ..., tombstones: _Optional[_Union[NodeIds, _Mapping[str, _Any]]] = ..., kept_deployed: _Optional[int] = ..., kept_referenced: _Optional[int] = ..., more: bool = ...) -> None: ...
