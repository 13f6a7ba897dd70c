"""The artifacts root of a server, tried when the server starts: a wrong place is noticed before the first upload.

A folder is tried at once, and the server does not start if it cannot be used. A bucket is tried beside the start, and
the log says if it does not answer, because it may do so later. What stays out: the places themselves (lineal.files).
"""

from __future__ import annotations

import logging
import threading

from lineal.config import ServerSettings
from lineal.files import ArtifactsRoot, open_root
from lineal.urls import redact

_log = logging.getLogger(__name__)


def opened_root(settings: ServerSettings) -> ArtifactsRoot:
    """Return the root; the default one, which is made beside the database when it is needed, is not tried.

    Raises:
        InvalidArgumentError: it is no place for files.
        FailedPreconditionError: the folder cannot be used, or the package for object stores is not installed.
    """
    root = open_root(settings.artifacts_place)
    if "://" in settings.artifacts_root:
        threading.Thread(target=_tell, args=[root], name="lineal-artifacts-root", daemon=True).start()
    elif settings.artifacts_root:
        _tell(root)
    return root


def _tell(root: ArtifactsRoot) -> None:
    """Try the root, and log what users should know."""
    said = root.check()
    if said:
        _log.warning("%s", redact(said))
