"""The root of a server without one: nothing is there, and uploads are refused with what to set."""

from __future__ import annotations

from collections.abc import Sequence

from lineal import errors
from lineal.files.paths import parts_of
from lineal.files.root import ArtifactsRoot, Content, Entry, Upload, not_found
from lineal.urls import ARTIFACTS_FLAG


class Nowhere(ArtifactsRoot):
    """No root."""

    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Find nothing."""
        parts_of(path)
        raise not_found(path)

    def tag(self, path: str) -> str:
        """Find nothing."""
        parts_of(path)
        return ""

    def write(self, path: str) -> Upload:
        """Refuse, and say what to set."""
        parts_of(path)
        raise errors.FailedPreconditionError(
            f"this server has no place for files; start it with {ARTIFACTS_FLAG} and a folder or a bucket, such as "
            f"{ARTIFACTS_FLAG} /var/lib/lineal/artifacts or {ARTIFACTS_FLAG} s3://bucket/folder",
            errors.Details(limit=ARTIFACTS_FLAG),
        )

    def list(self, path: str) -> Sequence[Entry]:
        """Find nothing."""
        parts_of(path)
        return []

    def delete(self, path: str) -> None:
        """Find nothing."""
        parts_of(path)
