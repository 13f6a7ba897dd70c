"""From the words of a user to a source: a URL of a database or a server, or a path."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from lineal import errors, urls
from lineal.mlflow_sources.records import Source

_SERVERS = ("http", "https")


def open_source(place: str, *, proxy: str = "") -> Source:
    """Open a source.

    Args:
        place: the URL of a database, the address of an MLflow server, or a path of a folder or of a SQLite file.
        proxy: the address of the server that keeps the files at `mlflow-artifacts:` addresses; a server is its own.

    Raises:
        InvalidArgumentError: it is none of these.
        FailedPreconditionError: a package that it needs is not installed, or its version is too old.
        UnavailableError: it cannot be reached.
    """
    from lineal.importing import connecting
    from lineal.mlflow_sources import database, folder, server

    scheme, separator, _ = place.partition("://")
    engine = scheme.partition("+")[0]
    if separator and engine in connecting.SCHEMES:
        return database.DatabaseSource(place, proxy=proxy)
    if separator and engine in _SERVERS:
        return server.ServerSource(place)
    if separator and scheme != "file":
        known = ", ".join(f"{each}://" for each in (*connecting.SCHEMES, *_SERVERS))
        raise errors.InvalidArgumentError(
            f"{urls.shown_scheme(scheme)} is none that MLflow's records can be read from; give a URL that begins with "
            f"one of {known}, or the path of a folder mlruns"
        )
    path = Path(unquote(place.removeprefix("file://")) if separator else place).expanduser()
    if path.is_dir():
        return folder.FolderSource(path, proxy=proxy)
    if connecting.is_sqlite_file(path):
        return database.DatabaseSource(urls.sqlite_url(path.absolute()), proxy=proxy)
    raise errors.InvalidArgumentError(
        f"{urls.redact_word(place)!r} is no folder, no SQLite file and no URL; give a database's URL such as "
        "sqlite:///mlflow.db, the path of a folder mlruns, or a server's address such as http://localhost:5000"
    )
