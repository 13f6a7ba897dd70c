"""The client's calls for nodes: put, get, find, list.

The signatures are those of the official client. `extra_options` is accepted everywhere and has no effect. What stays
out: types (type_calls.py), relations and lineage (lineage_calls.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineal.client.calls import Calls, masked, versioned
from lineal.client.options import ExtraOptions, ListOptions
from lineal.wire import metadata_store as pb


class NodeCalls(Calls):
    """Calls for artifacts, executions and contexts."""

    def put_artifacts(
        self,
        artifacts: Sequence[pb.Artifact],
        field_mask_paths: Sequence[str] | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> list[int]:
        """Create artifacts, or change the ones that have an id; return the ids in the order given.

        Args:
            artifacts: the artifacts; all are stored, or none.
            field_mask_paths: what to change ("properties.rows", "external_id"); nothing for the whole artifact.
            extra_options: without effect.

        Raises:
            InvalidArgumentError: an artifact does not fit its type, or has an unknown id.
            NotFoundError: a type id is unknown.
            AlreadyExistsError: a name or an external id is taken.

        """
        return list(self._call("PutArtifacts", artifacts=artifacts, **masked(field_mask_paths)).artifact_ids)

    def get_artifacts(
        self, list_options: ListOptions | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Artifact]:
        """Return the artifacts that the options ask for; all of them without options."""
        return self._pages(pb.Artifact, "GetArtifacts", list_options)

    def get_artifacts_by_id(
        self, artifact_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.Artifact]:
        """Return the artifacts of some ids, each once; unknown ids are skipped."""
        return self._list(pb.Artifact, "GetArtifactsByID", artifact_ids=artifact_ids)

    def get_artifacts_by_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Artifact]:
        """Return all artifacts of a type."""
        return self._list(pb.Artifact, "GetArtifactsByType", type_name=type_name, **versioned(type_version))

    def get_artifact_by_type_and_name(
        self,
        type_name: str,
        artifact_name: str,
        type_version: str | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> pb.Artifact | None:
        """Return the artifact of a type and a name, None if there is none."""
        names = {"type_name": type_name, "artifact_name": artifact_name, **versioned(type_version)}
        return self._found(pb.Artifact, "GetArtifactByTypeAndName", **names)

    def get_artifacts_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.Artifact]:
        """Return the artifacts of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.Artifact, "GetArtifactsByExternalIds", external_ids=external_ids)

    def put_executions(
        self,
        executions: Sequence[pb.Execution],
        field_mask_paths: Sequence[str] | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> list[int]:
        """Create executions, or change the ones that have an id; return the ids in the order given.

        Args:
            executions: the executions; all are stored, or none.
            field_mask_paths: what to change ("properties.rows", "external_id"); nothing for the whole execution.
            extra_options: without effect.

        Raises:
            InvalidArgumentError: an execution does not fit its type, or has an unknown id.
            NotFoundError: a type id is unknown.
            AlreadyExistsError: a name or an external id is taken.

        """
        return list(self._call("PutExecutions", executions=executions, **masked(field_mask_paths)).execution_ids)

    def get_executions(
        self, list_options: ListOptions | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Execution]:
        """Return the executions that the options ask for; all of them without options."""
        return self._pages(pb.Execution, "GetExecutions", list_options)

    def get_executions_by_id(
        self, execution_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.Execution]:
        """Return the executions of some ids, each once; unknown ids are skipped."""
        return self._list(pb.Execution, "GetExecutionsByID", execution_ids=execution_ids)

    def get_executions_by_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Execution]:
        """Return all executions of a type."""
        return self._list(pb.Execution, "GetExecutionsByType", type_name=type_name, **versioned(type_version))

    def get_execution_by_type_and_name(
        self,
        type_name: str,
        execution_name: str,
        type_version: str | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> pb.Execution | None:
        """Return the execution of a type and a name, None if there is none."""
        names = {"type_name": type_name, "execution_name": execution_name, **versioned(type_version)}
        return self._found(pb.Execution, "GetExecutionByTypeAndName", **names)

    def get_executions_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.Execution]:
        """Return the executions of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.Execution, "GetExecutionsByExternalIds", external_ids=external_ids)

    def put_contexts(
        self,
        contexts: Sequence[pb.Context],
        field_mask_paths: Sequence[str] | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> list[int]:
        """Create contexts, or change the ones that have an id; return the ids in the order given.

        Args:
            contexts: the contexts; all are stored, or none.
            field_mask_paths: what to change ("properties.rows", "external_id"); nothing for the whole context.
            extra_options: without effect.

        Raises:
            InvalidArgumentError: a context does not fit its type, or has an unknown id.
            NotFoundError: a type id is unknown.
            AlreadyExistsError: a name or an external id is taken.

        """
        return list(self._call("PutContexts", contexts=contexts, **masked(field_mask_paths)).context_ids)

    def get_contexts(
        self, list_options: ListOptions | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the contexts that the options ask for; all of them without options."""
        return self._pages(pb.Context, "GetContexts", list_options)

    def get_contexts_by_id(
        self, context_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the contexts of some ids, each once; unknown ids are skipped."""
        return self._list(pb.Context, "GetContextsByID", context_ids=context_ids)

    def get_contexts_by_type(
        self, type_name: str, type_version: str | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return all contexts of a type."""
        return self._list(pb.Context, "GetContextsByType", type_name=type_name, **versioned(type_version))

    def get_context_by_type_and_name(
        self,
        type_name: str,
        context_name: str,
        type_version: str | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> pb.Context | None:
        """Return the context of a type and a name, None if there is none."""
        names = {"type_name": type_name, "context_name": context_name, **versioned(type_version)}
        return self._found(pb.Context, "GetContextByTypeAndName", **names)

    def get_contexts_by_external_ids(
        self, external_ids: Iterable[str], extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the contexts of some external ids; NotFoundError if there is none of them."""
        return self._list(pb.Context, "GetContextsByExternalIds", external_ids=external_ids)

    def get_artifacts_by_uri(self, uri: str, extra_options: ExtraOptions | None = None) -> list[pb.Artifact]:
        """Return the artifacts of a uri; "" finds those without one."""
        return self._list(pb.Artifact, "GetArtifactsByURI", uris=[uri])

    def _get_artifacts_by_uris(self, uris: Iterable[str]) -> list[pb.Artifact]:
        """Return the artifacts of some uris; the official client asks for one at a time."""
        return self._list(pb.Artifact, "GetArtifactsByURI", uris=uris)

    def get_artifacts_and_types_by_artifact_ids(
        self, artifact_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> tuple[list[pb.Artifact], list[pb.ArtifactType]]:
        """Return the artifacts of some ids, and their types, each once; unknown ids are skipped."""
        response = self._call("GetArtifactsByID", artifact_ids=artifact_ids, populate_artifact_types=True)
        return list(response.artifacts), list(response.artifact_types)
