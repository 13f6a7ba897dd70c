from google.protobuf import field_mask_pb2 as _field_mask_pb2
from lineal.wire import metadata_store_pb2 as _metadata_store_pb2
from lineal.wire import metadata_store_service_pb2 as _metadata_store_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LogArtifactRequest(_message.Message):
    __slots__ = ("artifact", "event", "context", "same_version", "judged", "at_location")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SAME_VERSION_FIELD_NUMBER: _ClassVar[int]
    JUDGED_FIELD_NUMBER: _ClassVar[int]
    AT_LOCATION_FIELD_NUMBER: _ClassVar[int]
    artifact: _metadata_store_pb2.Artifact
    event: _metadata_store_pb2.Event
    context: _metadata_store_pb2.Context
    same_version: SameVersion
    judged: Judged
    at_location: Judged
    def __init__(self, artifact: _Optional[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]] = ..., event: _Optional[_Union[_metadata_store_pb2.Event, _Mapping[str, _Any]]] = ..., context: _Optional[_Union[_metadata_store_pb2.Context, _Mapping[str, _Any]]] = ..., same_version: _Optional[_Union[SameVersion, _Mapping[str, _Any]]] = ..., judged: _Optional[_Union[Judged, _Mapping[str, _Any]]] = ..., at_location: _Optional[_Union[Judged, _Mapping[str, _Any]]] = ...) -> None: ...

class SameVersion(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Judged(_message.Message):
    __slots__ = ("uri", "seen_ids")
    URI_FIELD_NUMBER: _ClassVar[int]
    SEEN_IDS_FIELD_NUMBER: _ClassVar[int]
    uri: str
    seen_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, uri: _Optional[str] = ..., seen_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class LogArtifactResponse(_message.Message):
    __slots__ = ("artifact_id", "stored", "candidates")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    stored: _metadata_store_pb2.Artifact
    candidates: _containers.RepeatedCompositeFieldContainer[_metadata_store_pb2.Artifact]
    def __init__(self, artifact_id: _Optional[int] = ..., stored: _Optional[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]] = ..., candidates: _Optional[_Iterable[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]]] = ...) -> None: ...

class LogExecutionRequest(_message.Message):
    __slots__ = ("execution", "update_mask", "context", "artifacts")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    execution: _metadata_store_pb2.Execution
    update_mask: _field_mask_pb2.FieldMask
    context: _metadata_store_pb2.Context
    artifacts: _containers.RepeatedCompositeFieldContainer[LoggedArtifact]
    def __init__(self, execution: _Optional[_Union[_metadata_store_pb2.Execution, _Mapping[str, _Any]]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, _Any]]] = ..., context: _Optional[_Union[_metadata_store_pb2.Context, _Mapping[str, _Any]]] = ..., artifacts: _Optional[_Iterable[_Union[LoggedArtifact, _Mapping[str, _Any]]]] = ...) -> None: ...

class LoggedArtifact(_message.Message):
    __slots__ = ("artifact", "artifact_id", "event")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    artifact: _metadata_store_pb2.Artifact
    artifact_id: int
    event: _metadata_store_pb2.Event
    def __init__(self, artifact: _Optional[_Union[_metadata_store_pb2.Artifact, _Mapping[str, _Any]]] = ..., artifact_id: _Optional[int] = ..., event: _Optional[_Union[_metadata_store_pb2.Event, _Mapping[str, _Any]]] = ...) -> None: ...

class LogExecutionResponse(_message.Message):
    __slots__ = ("execution_id", "artifacts")
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    execution_id: int
    artifacts: _containers.RepeatedCompositeFieldContainer[LogArtifactResponse]
    def __init__(self, execution_id: _Optional[int] = ..., artifacts: _Optional[_Iterable[_Union[LogArtifactResponse, _Mapping[str, _Any]]]] = ...) -> None: ...
