"""The types that the SDK's records need, registered once for each connection.

The original SDK found its types registered by its own server; this one registers them itself, also those of custom
artifacts. A type that exists is extended where properties are missing, never narrowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import stored_form
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


def types_request() -> rpc.PutTypesRequest:
    """Return the request that registers all types that the SDK brings."""

    def properties(names: Iterable[str]) -> dict[str, int]:
        return dict.fromkeys(names, pb.STRING)

    kinds = {
        "artifact_types": stored_form.ARTIFACT_PROPERTIES,
        "execution_types": {stored_form.EXECUTION_TYPE_NAME: stored_form.EXECUTION_PROPERTIES},
        "context_types": {stored_form.WORKSPACE_TYPE_NAME: stored_form.WORKSPACE_PROPERTIES},
    }
    request = rpc.PutTypesRequest(can_add_fields=True, can_omit_fields=True)
    for field, types in kinds.items():
        for name, names in types.items():
            getattr(request, field).add(name=name, properties=properties(names))
    return request


class TypeRegistry:
    """Knows the ids of types, and registers a type when it is first needed."""

    def __init__(self, client: MetadataStore) -> None:
        self._client = client
        self._artifact_types: dict[str, tuple[int, dict[str, int]]] = {}
        self._execution_type_id: int | None = None

    def artifact_type_id(self, name: str, properties: Mapping[str, int]) -> int:
        """Return the id of an artifact type that has (at least) these properties.

        Raises:
            ValueError: the store has the type with a property of another kind, or refuses its name.

        """
        type_id, registered = self._artifact_types.get(name, (None, {}))
        if type_id is not None and properties.items() <= registered.items():
            return type_id
        type_id = self._put_artifact_type(name, properties)
        self._artifact_types[name] = (type_id, {**registered, **properties})
        return type_id

    def execution_type_id(self) -> int:
        """Return the id of the execution type; on first use all types that the SDK brings are registered."""
        if self._execution_type_id is None:
            for name, properties in stored_form.ARTIFACT_PROPERTIES.items():
                self.artifact_type_id(name, dict.fromkeys(properties, pb.STRING))
            self._execution_type_id = self._put_execution_type()
        return self._execution_type_id

    def workspace_type_id(self) -> int:
        """Register the context type of workspaces and return its id."""
        properties = dict.fromkeys(stored_form.WORKSPACE_PROPERTIES, pb.STRING)
        context_type = pb.ContextType(name=stored_form.WORKSPACE_TYPE_NAME, properties=properties)
        return retrying(lambda: self._client.put_context_type(context_type, can_add_fields=True, can_omit_fields=True))

    def _put_execution_type(self) -> int:
        properties = dict.fromkeys(stored_form.EXECUTION_PROPERTIES, pb.STRING)
        execution_type = pb.ExecutionType(name=stored_form.EXECUTION_TYPE_NAME, properties=properties)
        return retrying(
            lambda: self._client.put_execution_type(execution_type, can_add_fields=True, can_omit_fields=True)
        )

    def _put_artifact_type(self, name: str, properties: Mapping[str, int]) -> int:
        artifact_type = pb.ArtifactType(name=name, properties=properties)  # type: ignore[arg-type]
        try:
            return retrying(
                lambda: self._client.put_artifact_type(artifact_type, can_add_fields=True, can_omit_fields=True)
            )
        except (errors.AlreadyExistsError, errors.InvalidArgumentError) as error:
            raise ValueError(f"invalid artifact type {name!r}: {error.message}") from error
