"""From the setting `--artifacts-root` to a root, and the root of a server without that setting."""

from __future__ import annotations

from pathlib import Path

from lineal import errors, urls
from lineal.files.folder import FolderRoot
from lineal.files.nowhere import FLAG, Nowhere
from lineal.files.root import ArtifactsRoot

BUCKETS = ("s3", "gs", "abfs", "abfss", "az")
"""The schemes of object stores."""
SUFFIX = ".artifacts"
"""What the name of a SQLite file gets at its end to become the name of its folder of files."""


def check_root(place: str) -> None:
    """Check the form of a setting; nothing is opened.

    Raises:
        InvalidArgumentError: it is neither a folder nor the URL of an object store.
    """
    scheme, separator, rest = place.partition("://")
    if not separator:
        return
    if scheme not in BUCKETS:
        schemes = ", ".join(f"{each}://" for each in BUCKETS)
        raise errors.InvalidArgumentError(f"{FLAG} is {urls.described(place)}; give a folder or a URL with {schemes}")
    authority = rest.partition("/")[0]
    if ":" in authority.partition("@")[0] and "@" in authority:
        raise errors.InvalidArgumentError(
            f"{FLAG} holds a password; give credentials in the environment, as docs/operations/server.md says"
        )


def default_root(database_url: str) -> str:
    """Return the root of a server without the setting: a folder beside a SQLite file, or "" for no root."""
    if not database_url.startswith("sqlite:") or urls.is_in_memory(database_url):
        return ""
    path, _ = urls.sqlite_parts(database_url)
    return path + SUFFIX


def open_root(place: str) -> ArtifactsRoot:
    """Return the root at a folder or a URL of an object store; "" gives a root without files.

    Raises:
        InvalidArgumentError: it is neither.
        FailedPreconditionError: the package for object stores is not installed.
    """
    if not place:
        return Nowhere()
    check_root(place)
    if "://" not in place:
        return FolderRoot(Path(place))
    from lineal.files.bucket import open_bucket

    return open_bucket(place)
