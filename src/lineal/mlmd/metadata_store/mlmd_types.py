"""The module `ml_metadata.metadata_store.mlmd_types`: the system types, as objects with a name and a number.

Their names are read from the enum options of the wire. What stays out: the stored types themselves, which every store
creates.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar, Union

from lineal.wire import metadata_store as pb

_TypeMessage = Union[type[pb.ArtifactType], type[pb.ExecutionType]]
_BaseType = TypeVar("_BaseType", bound=int)


class _SystemType(Generic[_BaseType]):
    """A type that every store holds."""

    _message: ClassVar[_TypeMessage]

    def __init__(self, system_type: _BaseType) -> None:
        values = self._message.DESCRIPTOR.enum_types_by_name["SystemDefinedBaseType"].values_by_number
        self._system_type = system_type
        self._name: str = values[system_type].GetOptions().Extensions[pb.system_type_extension].type_name

    @property
    def name(self) -> str:
        """The type's name in the store ("mlmd.Dataset")."""
        return self._name

    @property
    def system_type(self) -> _BaseType:
        """The number of the type in the enum SystemDefinedBaseType."""
        return self._system_type


class ArtifactType(_SystemType["pb.ArtifactType.SystemDefinedBaseType"]):
    """A system type of artifacts."""

    _message = pb.ArtifactType


class ExecutionType(_SystemType["pb.ExecutionType.SystemDefinedBaseType"]):
    """A system type of executions."""

    _message = pb.ExecutionType


class Dataset(ArtifactType):
    """A set of data."""

    def __init__(self) -> None:
        super().__init__(pb.ArtifactType.DATASET)


class Model(ArtifactType):
    """A trained model."""

    def __init__(self) -> None:
        super().__init__(pb.ArtifactType.MODEL)


class Metrics(ArtifactType):
    """Numbers that judge a model."""

    def __init__(self) -> None:
        super().__init__(pb.ArtifactType.METRICS)


class Statistics(ArtifactType):
    """Numbers that describe a set of data."""

    def __init__(self) -> None:
        super().__init__(pb.ArtifactType.STATISTICS)


class Train(ExecutionType):
    """The training of a model."""

    def __init__(self) -> None:
        super().__init__(pb.ExecutionType.TRAIN)


class Transform(ExecutionType):
    """Data turned into other data."""

    def __init__(self) -> None:
        super().__init__(pb.ExecutionType.TRANSFORM)


class Process(ExecutionType):
    """Work of any other kind."""

    def __init__(self) -> None:
        super().__init__(pb.ExecutionType.PROCESS)


class Evaluate(ExecutionType):
    """A model judged."""

    def __init__(self) -> None:
        super().__init__(pb.ExecutionType.EVALUATE)


class Deploy(ExecutionType):
    """A model put to use."""

    def __init__(self) -> None:
        super().__init__(pb.ExecutionType.DEPLOY)
