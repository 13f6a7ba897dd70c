"""The watcher's use of the store: open it with a time limit for each call, and read the objects of a cluster in it.

What stays out: writing records (`recorder.py`).
"""

from __future__ import annotations

from typing import Any

from lineal import errors, json_text
from lineal.client import ListOptions, MetadataStore
from lineal.client.connection import ChannelSettings, settings_of_url
from lineal.config import LIMITS_OF_MESSAGES
from lineal.watch import names
from lineal.watch.objects import OBJECT_PROPERTY
from lineal.watch.queue import Source
from lineal.watch.redaction import Redaction
from lineal.watch.resources import Resource
from lineal.watch.writing.additions import quoted
from lineal.wire import metadata_store as pb

CALL_TIMEOUT = 60.0
LARGEST_ANSWER = 16 << 20
FIRST_PAGE = 10
LARGEST_PAGE = 100
PAGE_BYTES = 2 << 20
_PASSING = (
    errors.UnavailableError,
    errors.DeadlineExceededError,
    errors.AbortedError,
    errors.CancelledError,
    errors.ResourceExhaustedError,
)
_CREDENTIALS = (errors.UnauthenticatedError, errors.PermissionDeniedError, errors.FailedPreconditionError)
_CHANNEL = {
    # An answer is in memory several times. A page that would be larger is asked for again in smaller ones.
    "grpc.max_receive_message_length": LARGEST_ANSWER,
    # After the server was away, gRPC would wait up to two minutes before it connects again.
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2000,
    # This detects a server that is gone without closing the connection.
    "grpc.keepalive_time_ms": 60000,
    "grpc.keepalive_timeout_ms": 20000,
}


def open_store(url: str) -> MetadataStore:
    """Open the store of a URL.

    Raises:
        StatusError: the URL is of no known form, or the database cannot be opened.

    """
    settings = settings_of_url(url)
    if not isinstance(settings, ChannelSettings):
        return MetadataStore.from_url(url)
    from lineal.client.grpc_transport import GrpcTransport

    options = [*_CHANNEL.items(), *settings.options]
    transport = GrpcTransport(
        settings.target,
        credentials=settings.credentials,
        options=options,
        timeout=CALL_TIMEOUT,
        token_file=settings.token_file,
    )
    return MetadataStore.from_transport(transport)


def is_too_large(error: Exception) -> bool:
    """Tell a message over the limit from the other things that servers run out of: room, connections, a rate."""
    return isinstance(error, errors.StatusError) and error.limit in LIMITS_OF_MESSAGES


def is_passing(error: Exception) -> bool:
    """Tell whether the store may take the same call later."""
    return isinstance(error, _PASSING) and not is_too_large(error)


def is_about_credentials(error: Exception) -> bool:
    """Tell whether the token is missing or refused, or the database behind the server not ready for anybody."""
    return isinstance(error, _CREDENTIALS)


def live_versions(store: MetadataStore, source: Source, *, cluster: str) -> dict[str, str]:
    """Return the resource versions, by uid, of a source's objects that the store holds as LIVE.

    Raises:
        StatusError: the store cannot be read.

    """
    conditions = [
        f"type = {quoted(source.served.resource.type_name)}",
        "state = LIVE",
        f"properties.cluster.string_value = {quoted(cluster)}",
    ]
    if source.namespace:
        conditions.append(f"properties.namespace.string_value = {quoted(source.namespace)}")
    versions: dict[str, str] = {}
    last, limit = 0, FIRST_PAGE
    while True:
        query = " AND ".join([*conditions, f"id > {last}"])
        page, limit = _page(store, query, limit)
        for artifact in page:
            versions[_text(artifact, "version")] = _text(artifact, "resource_version")
            last = artifact.id
        if len(page) < limit:
            return versions
        limit = _next_limit(page)


def _page(store: MetadataStore, query: str, limit: int) -> tuple[list[pb.Artifact], int]:
    """Return at most so many artifacts, which hold their objects, and how many were asked for in the end."""
    while True:
        try:
            return list(store.get_artifacts(ListOptions(limit=limit, filter_query=query))), limit
        except errors.StatusError as error:
            if limit == 1 or not is_too_large(error):
                raise
        limit = max(1, limit // 4)


def _next_limit(page: list[pb.Artifact]) -> int:
    """Return how many artifacts to ask for after a page."""
    size = sum(artifact.ByteSize() for artifact in page)
    return max(1, min(LARGEST_PAGE, PAGE_BYTES * len(page) // max(1, size)))


def stored_object(store: MetadataStore, resource: Resource, *, cluster: str, uid: str) -> tuple[dict[str, Any], str]:
    """Return the last state of an object that the store holds, as far as it holds it, and its path at the API server.

    Raises:
        StatusError: the store cannot be read.

    """
    try:
        [artifact] = store.get_artifacts_by_external_ids([names.external_id(cluster, uid)])
    except errors.NotFoundError:
        artifact = pb.Artifact()
    text = _text(artifact, OBJECT_PROPERTY)
    if text:
        return Redaction().apply(dict(json_text.loads(text))), artifact.uri  # an older Lineal hid less
    metadata = {"uid": uid, "name": _text(artifact, "name"), "namespace": _text(artifact, "namespace")}
    created = _text(artifact, "create_time")
    found = {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {key: value for key, value in {**metadata, "creationTimestamp": created}.items() if value},
    }
    return found, artifact.uri


def _text(artifact: pb.Artifact, name: str) -> str:
    return artifact.properties[name].string_value if name in artifact.properties else ""
