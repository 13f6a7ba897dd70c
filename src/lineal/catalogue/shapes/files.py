"""What the catalogue answers about the files of records. Times are milliseconds since the epoch, sizes are bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecordFile:
    """A file or folder of a record.

    Attributes:
        name: its name.
        path: its path, relative to the files of the record; "" if the record is one file, and this is it.
        is_dir: whether it is a folder, which has nothing of what follows.
        size: the size of the file.
        modified: when the file was last written.
        sha256: the SHA-256 of what was uploaded, in hexadecimal digits; None if the file came in another way.
        uploaded: when the upload was complete.
        is_changed: whether the file has another size than the upload, or was written later; its digest is another one
            then, unless the files were copied.
        download: its address, relative to that of the server.
    """

    name: str
    path: str
    is_dir: bool
    size: int | None = None
    modified: int | None = None
    sha256: str | None = None
    uploaded: int | None = None
    is_changed: bool = False
    download: str | None = None


@dataclass(frozen=True)
class RecordFiles:
    """A page of a folder of the files of a record.

    Attributes:
        uri: where the files of the record are; "" if it names no place.
        is_kept: whether they are in the artifacts root of this server; if not, there are no items.
        path: the folder, relative to the files of the record, or one of them.
        items: what is directly in it, in the order of names; of a file, the file.
        total: how many there are.
        next_cursor: where the next page begins, None at the end.
        digest: one SHA-256 for all files of an artifact: of the lines that `sha256sum` writes for them in the order of
            their paths, such as `HEX  ./MLmodel`. None for executions and in folders, without a digest of each file,
            and for more than 1,000 files.
    """

    uri: str
    is_kept: bool
    path: str
    items: list[RecordFile]
    total: int
    next_cursor: str | None
    digest: str | None
