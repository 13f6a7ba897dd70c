"""From the words of a user to a source: a URL of a database or of an API server, or the path of a SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineal import errors, urls
from lineal.kfp_sources.records import Source

_SERVERS = ("http", "https")


def open_source(place: str, *, namespaces: Sequence[str] = ()) -> Source:
    """Open a source.

    Args:
        place: the URL of the database of Kubeflow Pipelines, the address of its API server, or a SQLite file.
        namespaces: the namespaces whose runs are wanted; none for all.

    Raises:
        InvalidArgumentError: it is none of these.
        FailedPreconditionError: a package that it needs is not installed, or it is of a version before 3.
        UnavailableError: it cannot be reached.
    """
    from lineal.importing import connecting
    from lineal.kfp_sources import database, server

    scheme, separator, _ = place.partition("://")
    engine = scheme.partition("+")[0]
    if separator and engine in connecting.SCHEMES:
        return database.DatabaseSource(place, namespaces)
    if separator and engine in _SERVERS:
        return server.ServerSource(place, namespaces)
    path = Path(place).expanduser()
    if not separator and connecting.is_sqlite_file(path):
        return database.DatabaseSource(urls.sqlite_url(path.absolute()), namespaces)
    known = ", ".join(f"{each}://" for each in (*connecting.SCHEMES, *_SERVERS))
    raise errors.InvalidArgumentError(
        f"{urls.redact_word(place)!r} is nothing that runs of Kubeflow Pipelines can be read from; give a URL that "
        f"begins with one of {known}, such as mysql://HOST/mlpipeline or http://localhost:8888"
    )
