from lineal.wire import metadata_store_pb2 as _metadata_store_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NodeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NODE_KIND_UNSPECIFIED: _ClassVar[NodeKind]
    ARTIFACT: _ClassVar[NodeKind]
    EXECUTION: _ClassVar[NodeKind]
    CONTEXT: _ClassVar[NodeKind]
NODE_KIND_UNSPECIFIED: NodeKind
ARTIFACT: NodeKind
EXECUTION: NodeKind
CONTEXT: NodeKind

class ChangeNodesRequest(_message.Message):
    __slots__ = ("kind", "ids", "patch", "tags")
    KIND_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    kind: NodeKind
    ids: _containers.RepeatedScalarFieldContainer[int]
    patch: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[NodeKind, str]] = ..., ids: _Optional[_Iterable[int]] = ..., patch: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class ChangeNodesResponse(_message.Message):
    __slots__ = ("artifacts", "executions", "contexts", "tags", "changed")
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[_metadata_store_pb2.Artifact]
    executions: _containers.RepeatedCompositeFieldContainer[_metadata_store_pb2.Execution]
    contexts: _containers.RepeatedCompositeFieldContainer[_metadata_store_pb2.Context]
    tags: _containers.RepeatedScalarFieldContainer[str]
    changed: int
    def __init__(self, artifacts: _Optional[_Iterable[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]]] = ..., executions: _Optional[_Iterable[_Union[_metadata_store_pb2.Execution, _Mapping[str, _Any]]]] = ..., contexts: _Optional[_Iterable[_Union[_metadata_store_pb2.Context, _Mapping[str, _Any]]]] = ..., tags: _Optional[_Iterable[str]] = ..., changed: _Optional[int] = ...) -> None: ...

class UndoChangeRequest(_message.Message):
    __slots__ = ("audit_id",)
    AUDIT_ID_FIELD_NUMBER: _ClassVar[int]
    audit_id: int
    def __init__(self, audit_id: _Optional[int] = ...) -> None: ...

class Alias(_message.Message):
    __slots__ = ("alias", "artifact_id", "workspace", "type_name", "name", "time")
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    alias: str
    artifact_id: int
    workspace: str
    type_name: str
    name: str
    time: int
    def __init__(self, alias: _Optional[str] = ..., artifact_id: _Optional[int] = ..., workspace: _Optional[str] = ..., type_name: _Optional[str] = ..., name: _Optional[str] = ..., time: _Optional[int] = ...) -> None: ...

class PutAliasRequest(_message.Message):
    __slots__ = ("artifact_id", "alias")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    alias: str
    def __init__(self, artifact_id: _Optional[int] = ..., alias: _Optional[str] = ...) -> None: ...

class PutAliasResponse(_message.Message):
    __slots__ = ("alias", "previous_artifact_id")
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    alias: Alias
    previous_artifact_id: int
    def __init__(self, alias: _Optional[_Union[Alias, _Mapping[str, _Any]]] = ..., previous_artifact_id: _Optional[int] = ...) -> None: ...

class DeleteAliasRequest(_message.Message):
    __slots__ = ("artifact_id", "alias")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    alias: str
    def __init__(self, artifact_id: _Optional[int] = ..., alias: _Optional[str] = ...) -> None: ...

class DeleteAliasResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAliasesRequest(_message.Message):
    __slots__ = ("artifact_ids", "workspace", "type_name", "name", "alias")
    ARTIFACT_IDS_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    artifact_ids: _containers.RepeatedScalarFieldContainer[int]
    workspace: str
    type_name: str
    name: str
    alias: str
    def __init__(self, artifact_ids: _Optional[_Iterable[int]] = ..., workspace: _Optional[str] = ..., type_name: _Optional[str] = ..., name: _Optional[str] = ..., alias: _Optional[str] = ...) -> None: ...

class GetAliasesResponse(_message.Message):
    __slots__ = ("aliases",)
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    aliases: _containers.RepeatedCompositeFieldContainer[Alias]
    def __init__(self, aliases: _Optional[_Iterable[_Union[Alias, _Mapping[str, _Any]]]] = ...) -> None: ...
