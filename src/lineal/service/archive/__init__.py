"""Backups: writing a store into a file, and a file into a store (docs/operations/backup.md).

backup.py        a store → an archive, or a copy of a SQLite file
files.py         the archive as a file: members, manifest, checksums
checking.py      the form, ids and references of every record
restore.py       an archive → a store, with the ids that it has
renumbering.py   an archive → a store that holds other things, with new ids
"""

from lineal.service.archive.backing_up import backup, copy, older_version
from lineal.service.archive.files import Manifest
from lineal.service.archive.restoring import Ids, check, restore

__all__ = ["Ids", "Manifest", "backup", "check", "copy", "older_version", "restore"]
