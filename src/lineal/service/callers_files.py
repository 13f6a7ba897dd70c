"""The files of runs as a caller may use them: readers read, writers write, each within their workspaces.

The files of a workspace lie in one folder below the artifacts root (`files.workspace_folder`). A caller with a scope
sees the folders of their workspaces and nothing that shows whether there are others. What stays out: where files are
(lineal/files), and what is recorded of them (file_records.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineal import errors
from lineal.files import ArtifactsRoot, Content, Entry, Upload, parts_of, workspace_folder
from lineal.files.root import not_found
from lineal.service.access import Caller, Role, Scope, require
from lineal.service.clock import now
from lineal.service.file_records import FileRecords
from lineal.store.rows.files import FileRow


class CallersFiles:
    """The files below a root that a caller may use.

    Every function raises a `PermissionDeniedError` if the caller's role does not allow it, and otherwise what the
    function of `ArtifactsRoot` with the same name raises.
    """

    def __init__(self, root: ArtifactsRoot, caller: Caller, records: FileRecords) -> None:
        self._root = root
        self._caller = caller
        self._records = records

    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Open a file; one of a workspace that the caller does not see is not found."""
        require(self._caller, Role.READER, "reading files")
        if not self._is_shown(path) and path:
            raise not_found(path)
        return self._root.read(path, first=first, length=length)

    def list(self, path: str) -> Sequence[Entry]:
        """Return what the caller sees directly below a folder."""
        require(self._caller, Role.READER, "listing files")
        folders = self._folders(self._caller.scope)
        if not path and folders is not None:
            return [entry for entry in self._root.list("") if entry.path in folders]
        return self._root.list(path) if self._is_shown(path) else []

    def recorded(self, paths: Sequence[str]) -> Mapping[str, FileRow]:
        """Return what was recorded of uploads to those of the paths that the caller sees, by path."""
        require(self._caller, Role.READER, "reading files")
        return self._records.of([path for path in paths if self._is_shown(path)])

    def write(self, path: str) -> Upload:
        """Begin to write a file, whose size and SHA-256 are recorded when it is complete.

        Raises:
            PermissionDeniedError: it is not in a workspace of the caller.
        """
        self.require_write(path)
        replaces = bool(path) and bool(self._root.tag(path))
        upload = self._root.write(path)
        upload.committed = lambda stored: self._records.put(self._root, path, stored, self._caller, replaces=replaces)
        return upload

    def delete(self, path: str) -> None:
        """Delete a file or folder, and what is recorded of the files.

        Raises:
            PermissionDeniedError: it is not in a workspace of the caller.
            StatusError: the records could not be deleted; the files are gone.
        """
        self._require_own(path, "deleting files")
        time = now()
        self._root.delete(path)
        self._records.forget(path, self._caller, until=time)

    def require_read(self, path: str) -> None:
        """Refuse a path that nobody may read, and a caller who may not.

        Raises:
            StatusError: as `list`.
        """
        require(self._caller, Role.READER, "reading files")
        parts_of(path)

    def require_write(self, path: str) -> None:
        """Refuse a path that the caller may not write.

        Raises:
            StatusError: as `write`.
        """
        self._require_own(path, "uploading files")

    def _folders(self, scope: Scope | None) -> frozenset[str] | None:
        """Return the folders of workspaces, or None for all."""
        return None if scope is None else frozenset(workspace_folder(name) for name in scope.names)

    def _is_shown(self, path: str) -> bool:
        """Tell whether a path is in a workspace that the caller sees.

        Raises:
            InvalidArgumentError: it is not allowed.
        """
        return self._is_inside(path, self._caller.scope)

    def _is_inside(self, path: str, scope: Scope | None) -> bool:
        parts, folders = parts_of(path), self._folders(scope)
        return folders is None or (bool(parts) and parts[0] in folders)

    def _require_own(self, path: str, what: str) -> None:
        scope = require(self._caller, Role.WRITER, what).scope
        if not self._is_inside(path, scope) and path:
            raise errors.PermissionDeniedError(
                f"these credentials use the files of {scope.shown if scope else 'nothing'} alone, and a path begins "
                "with the name of the workspace; use such a path, or other credentials"
            )
