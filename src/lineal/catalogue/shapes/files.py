"""What the catalogue answers about the files of records. Times are milliseconds since the epoch, sizes are bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoDigest = Literal["changed", "not_uploaded", "too_many", "no_files", "execution", "part"]


@dataclass(frozen=True)
class RecordFile:
    """A file or folder of a record.

    Attributes:
        name: its name.
        path: its path, relative to the files of the record; "" if the record is one file, and this is it.
        is_dir: whether it is a folder, which has nothing of what follows.
        size: the size of the file.
        modified: when the file was last written.
        sha256: the SHA-256 of what was uploaded, in hexadecimal digits; null if the file came in another way.
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
        digest: one SHA-256 for all files of an artifact, as they were uploaded: of the lines that `sha256sum` writes
            for them in the order of their paths, such as `HEX  ./MLmodel`. An artifact that is one file, and no
            folder, has that of the file. null if there is none, and `no_digest` says why.
        no_digest: why there is no digest: `changed` (a file has another size than its upload, or was written later),
            `not_uploaded` (a file came in another way), `too_many` (there are more than 1,000 files or 100 folders),
            `no_files` (there are none, or they are elsewhere), `execution` (only artifacts have one), `part` (a folder
            or a later page was asked for).
        no_digest_of: the file because of which there is none, relative to the files of the record; the first, if there
            are several.
        recorded_digest: the SHA-256 that the record of the model or data set has now, in hexadecimal digits; null if it
            has none.
        is_digest_changed: whether the audit log shows that the record had another digest before; null if the caller
            sees no changes by others, or the record never had a digest.
        is_as_recorded: whether `digest` is the one that the record has now. False: other files were uploaded since it
            was recorded, or the digest is of data in memory, which has another one than a file with the same data. null
            if one of both is not known. Nobody has read the files for this: to be sure, download and compare them.
    """

    uri: str
    is_kept: bool
    path: str
    items: list[RecordFile]
    total: int
    next_cursor: str | None
    digest: str | None
    no_digest: NoDigest | None = None
    no_digest_of: str | None = None
    recorded_digest: str | None = None
    is_digest_changed: bool | None = None
    is_as_recorded: bool | None = None
