"""Turn a store's URL into the official library's configuration message."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit


def official_config(url: str, pb: Any) -> Any:
    """Return the ConnectionConfig or MetadataStoreClientConfig for a URL."""
    parts = urlsplit(url)
    if parts.scheme == "grpc":
        return pb.MetadataStoreClientConfig(host=parts.hostname, port=parts.port)
    config = pb.ConnectionConfig()
    if parts.scheme == "sqlite":
        config.sqlite.filename_uri = parts.path[1:]
        config.sqlite.connection_mode = config.sqlite.READWRITE_OPENCREATE
        return config
    server = config.mysql if parts.scheme.startswith("mysql") else config.postgresql
    server.host, server.user, server.password = (
        parts.hostname or "",
        parts.username or "",
        unquote(parts.password or ""),
    )
    if parts.scheme.startswith("mysql"):
        server.port, server.database = parts.port or 3306, parts.path[1:]
    else:
        server.port, server.dbname = str(parts.port or 5432), parts.path[1:]
    return config
