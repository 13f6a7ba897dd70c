from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MetricSeries(_message.Message):
    __slots__ = ("name", "steps", "times", "values")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    steps: _containers.RepeatedScalarFieldContainer[int]
    times: _containers.RepeatedScalarFieldContainer[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, name: _Optional[str] = ..., steps: _Optional[_Iterable[int]] = ..., times: _Optional[_Iterable[int]] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class MetricPoint(_message.Message):
    __slots__ = ("step", "time", "value")
    STEP_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    step: int
    time: int
    value: float
    def __init__(self, step: _Optional[int] = ..., time: _Optional[int] = ..., value: _Optional[float] = ...) -> None: ...

class LogMetricsRequest(_message.Message):
    __slots__ = ("artifact_id", "execution_id", "context_id", "series")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ID_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    execution_id: int
    context_id: int
    series: _containers.RepeatedCompositeFieldContainer[MetricSeries]
    def __init__(self, artifact_id: _Optional[int] = ..., execution_id: _Optional[int] = ..., context_id: _Optional[int] = ..., series: _Optional[_Iterable[_Union[MetricSeries, _Mapping[str, _Any]]]] = ...) -> None: ...

class LogMetricsResponse(_message.Message):
    __slots__ = ("latest", "left_out")
    LATEST_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    latest: _containers.RepeatedCompositeFieldContainer[LatestPoint]
    left_out: int
    def __init__(self, latest: _Optional[_Iterable[_Union[LatestPoint, _Mapping[str, _Any]]]] = ..., left_out: _Optional[int] = ...) -> None: ...

class LatestPoint(_message.Message):
    __slots__ = ("name", "point")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    name: str
    point: MetricPoint
    def __init__(self, name: _Optional[str] = ..., point: _Optional[_Union[MetricPoint, _Mapping[str, _Any]]] = ...) -> None: ...

class GetMetricsRequest(_message.Message):
    __slots__ = ("artifact_id", "execution_id", "context_id", "names", "latest_only", "page_size", "page_token")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ID_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    LATEST_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    execution_id: int
    context_id: int
    names: _containers.RepeatedScalarFieldContainer[str]
    latest_only: bool
    page_size: int
    page_token: str
    def __init__(self, artifact_id: _Optional[int] = ..., execution_id: _Optional[int] = ..., context_id: _Optional[int] = ..., names: _Optional[_Iterable[str]] = ..., latest_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetMetricsResponse(_message.Message):
    __slots__ = ("metrics", "next_page_token")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    next_page_token: str
    def __init__(self, metrics: _Optional[_Iterable[_Union[Metric, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ("name", "latest", "count", "first", "least", "greatest")
    NAME_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    GREATEST_FIELD_NUMBER: _ClassVar[int]
    name: str
    latest: MetricPoint
    count: int
    first: MetricPoint
    least: float
    greatest: float
    def __init__(self, name: _Optional[str] = ..., latest: _Optional[_Union[MetricPoint, _Mapping[str, _Any]]] = ..., count: _Optional[int] = ..., first: _Optional[_Union[MetricPoint, _Mapping[str, _Any]]] = ..., least: _Optional[float] = ..., greatest: _Optional[float] = ...) -> None: ...

class GetMetricHistoryRequest(_message.Message):
    __slots__ = ("artifact_id", "execution_id", "context_id", "name", "first_step", "last_step", "page_size", "page_token")
    ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_STEP_FIELD_NUMBER: _ClassVar[int]
    LAST_STEP_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artifact_id: int
    execution_id: int
    context_id: int
    name: str
    first_step: int
    last_step: int
    page_size: int
    page_token: str
    def __init__(self, artifact_id: _Optional[int] = ..., execution_id: _Optional[int] = ..., context_id: _Optional[int] = ..., name: _Optional[str] = ..., first_step: _Optional[int] = ..., last_step: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetMetricHistoryResponse(_message.Message):
    __slots__ = ("series", "next_page_token")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    series: MetricSeries
    next_page_token: str
    def __init__(self, series: _Optional[_Union[MetricSeries, _Mapping[str, _Any]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
