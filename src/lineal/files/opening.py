"""From the setting `--artifacts-root` to a root."""

from __future__ import annotations

from pathlib import Path

from lineal import urls
from lineal.files.folder import FolderRoot
from lineal.files.nowhere import Nowhere
from lineal.files.root import ArtifactsRoot


def open_root(place: str) -> ArtifactsRoot:
    """Return the root at a folder or a URL of an object store; "" gives a root without files.

    Raises:
        InvalidArgumentError: it is neither.
        FailedPreconditionError: the package for object stores is not installed.
    """
    if not place:
        return Nowhere()
    urls.check_artifacts_root(place)
    if "://" not in place:
        return FolderRoot(Path(place))
    from lineal.files.bucket import open_bucket

    return open_bucket(place)
