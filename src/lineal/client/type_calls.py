"""The client's calls for types: put, get, list.

The signatures are those of the official client. `extra_options` is accepted everywhere and has no effect. What stays
out: nodes (node_calls.py), relations and lineage (lineage_calls.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from lineal.client.calls import Calls, versioned
from lineal.client.options import ExtraOptions
from lineal.wire import metadata_store as pb


class TypeCalls(Calls):
    """Calls for artifact types, execution types and context types."""

    def put_artifact_type(
        self,
        artifact_type: pb.ArtifactType,
        can_add_fields: bool = False,
        can_omit_fields: bool = False,
        extra_options: ExtraOptions | None = None,
    ) -> int:
        """Create an artifact type, or change the one of the same name and version; return its id.

        Args:
            artifact_type: the type; `id` is ignored.
            can_add_fields: whether properties may be added to a stored type.
            can_omit_fields: whether stored properties may be left out; they stay stored.
            extra_options: without effect.

        Raises:
            AlreadyExistsError: the stored type differs in a way that the flags do not allow.

        """
        flags = {"can_add_fields": can_add_fields, "can_omit_fields": can_omit_fields}
        return int(self._call("PutArtifactType", artifact_type=artifact_type, **flags).type_id)

    def get_artifact_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> pb.ArtifactType:
        """Return the artifact type of a name and version; NotFoundError if there is none."""
        return self._only(pb.ArtifactType, "GetArtifactType", type_name=type_name, **versioned(type_version))

    def get_artifact_types(self, extra_options: ExtraOptions | None = None) -> list[pb.ArtifactType]:
        """Return all artifact types but the system's own."""
        return self._list(pb.ArtifactType, "GetArtifactTypes")

    def get_artifact_types_by_id(
        self, type_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.ArtifactType]:
        """Return the artifact types of some ids, in their order; unknown ids are skipped."""
        return self._list(pb.ArtifactType, "GetArtifactTypesByID", type_ids=type_ids)

    def get_artifact_types_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.ArtifactType]:
        """Return the artifact types of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.ArtifactType, "GetArtifactTypesByExternalIds", external_ids=external_ids)

    def put_execution_type(
        self,
        execution_type: pb.ExecutionType,
        can_add_fields: bool = False,
        can_omit_fields: bool = False,
        extra_options: ExtraOptions | None = None,
    ) -> int:
        """Create an execution type, or change the one of the same name and version; return its id.

        Args:
            execution_type: the type; `id` is ignored.
            can_add_fields: whether properties may be added to a stored type.
            can_omit_fields: whether stored properties may be left out; they stay stored.
            extra_options: without effect.

        Raises:
            AlreadyExistsError: the stored type differs in a way that the flags do not allow.

        """
        flags = {"can_add_fields": can_add_fields, "can_omit_fields": can_omit_fields}
        return int(self._call("PutExecutionType", execution_type=execution_type, **flags).type_id)

    def get_execution_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> pb.ExecutionType:
        """Return the execution type of a name and version; NotFoundError if there is none."""
        return self._only(pb.ExecutionType, "GetExecutionType", type_name=type_name, **versioned(type_version))

    def get_execution_types(self, extra_options: ExtraOptions | None = None) -> list[pb.ExecutionType]:
        """Return all execution types but the system's own."""
        return self._list(pb.ExecutionType, "GetExecutionTypes")

    def get_execution_types_by_id(
        self, type_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.ExecutionType]:
        """Return the execution types of some ids, in their order; unknown ids are skipped."""
        return self._list(pb.ExecutionType, "GetExecutionTypesByID", type_ids=type_ids)

    def get_execution_types_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.ExecutionType]:
        """Return the execution types of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.ExecutionType, "GetExecutionTypesByExternalIds", external_ids=external_ids)

    def put_context_type(
        self,
        context_type: pb.ContextType,
        can_add_fields: bool = False,
        can_omit_fields: bool = False,
        extra_options: ExtraOptions | None = None,
    ) -> int:
        """Create a context type, or change the one of the same name and version; return its id.

        Args:
            context_type: the type; `id` is ignored.
            can_add_fields: whether properties may be added to a stored type.
            can_omit_fields: whether stored properties may be left out; they stay stored.
            extra_options: without effect.

        Raises:
            AlreadyExistsError: the stored type differs in a way that the flags do not allow.

        """
        flags = {"can_add_fields": can_add_fields, "can_omit_fields": can_omit_fields}
        return int(self._call("PutContextType", context_type=context_type, **flags).type_id)

    def get_context_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> pb.ContextType:
        """Return the context type of a name and version; NotFoundError if there is none."""
        return self._only(pb.ContextType, "GetContextType", type_name=type_name, **versioned(type_version))

    def get_context_types(self, extra_options: ExtraOptions | None = None) -> list[pb.ContextType]:
        """Return all context types but the system's own."""
        return self._list(pb.ContextType, "GetContextTypes")

    def get_context_types_by_id(
        self, type_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.ContextType]:
        """Return the context types of some ids, in their order; unknown ids are skipped."""
        return self._list(pb.ContextType, "GetContextTypesByID", type_ids=type_ids)

    def get_context_types_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.ContextType]:
        """Return the context types of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.ContextType, "GetContextTypesByExternalIds", external_ids=external_ids)
