"""Backups: writing a store into a file, and a file into a store (docs/operations/backup.md).

backup.py        a store → an archive, or a copy of a SQLite file
files.py         the archive as a file: members, manifest, checksums
signing.py       the key that signs the manifest
checking.py      the form, ids and references of every record
restore.py       an archive → a store, with the ids that it has
renumbering.py   an archive → a store that holds other things, with new ids
"""

from lineal.upkeep.archive.backing_up import backup, copy, older_version
from lineal.upkeep.archive.files import Manifest
from lineal.upkeep.archive.restoring import Ids, check, is_signed, restore
from lineal.upkeep.archive.signing import SignKey, read_key

__all__ = [
    "Ids",
    "Manifest",
    "SignKey",
    "backup",
    "check",
    "copy",
    "is_signed",
    "older_version",
    "read_key",
    "restore",
]
