"""The files of a record: what is in a folder, with the digests that were recorded of uploads.

A record says where its files are: an artifact by its uri, a version of a registered model and a run of MLflow by a
property. A model or data set may also say which digest they have. What stays out: contents, which the artifact proxy
serves (server/mlflow/artifact_routes.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from lineal import conventions
from lineal.catalogue import cards, shapes
from lineal.catalogue.reading import Record
from lineal.files import Entry, path_of_uri
from lineal.kinds import ARTIFACT, Kind
from lineal.service.callers_files import CallersFiles
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.files import FileRow

_MOST_DIGESTED, _MOST_FOLDERS = 1000, 100
_DIGEST = "digest"
"""How records call it, as a property or in their JSON."""
_CLOCKS = 60_000
"""How far the clocks of the server and of the place of the files may be apart, in milliseconds."""


_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class Place(NamedTuple):
    """Where the files of a record are.

    Attributes:
        uri: "" if it names no place.
        digest: the SHA-256 that it says they have, in hexadecimal digits; None if it says none.
    """

    uri: str
    digest: str | None


class _Digest(NamedTuple):
    """The digest of all files, or why there is none, and because of which of them."""

    value: str | None
    reason: shapes.NoDigest | None = None
    path: str | None = None


def place_of(session: Session, types: KnownTypes, kind: Kind, node_id: int) -> Place:
    """Return where the files of a record are.

    Raises:
        NotFoundError: the record does not exist.
    """
    cards.require(session, kind, node_id)
    [node] = readable_messages(session, types, kind, node_rows.nodes_by_ids(session, kind, [node_id]))
    of_version, of_run = (_text(node, name) for name in (conventions.FILES_OF_VERSION, conventions.FILES_OF_RUN))
    named = [node.uri, of_version] if kind is ARTIFACT else [of_run]
    uri = next((uri for uri in named if path_of_uri(uri) is not None), named[0])
    return Place(uri, _recorded_digest(node) if kind is ARTIFACT else None)


def _text(node: Any, name: str) -> str:
    for values in (node.properties, node.custom_properties):
        if name in values:
            return str(values[name].string_value)
    return ""


def _recorded_digest(node: Any) -> str | None:
    """Return the SHA-256 that a record says its files have; a digest of another kind is none."""
    record = Record(node)
    found = _SHA256.fullmatch(str(record.texts.get(_DIGEST) or record.meta.get(_DIGEST) or ""))
    return found and found[1]


def page(files: CallersFiles, kind: Kind, place: Place, *, path: str, start: int, limit: int) -> shapes.RecordFiles:
    """Return a page of a folder.

    Args:
        files: those that the caller sees.
        kind: the kind of the record.
        place: where its files are.
        path: the folder, or a single file, relative to them.
        start: how many entries come before the page.
        limit: the most that it has.

    Raises:
        StatusError: the path is not allowed, or the place cannot be reached.
    """
    below = path_of_uri(place.uri)
    if not below:  # all files of everybody are nobody's
        return _answer(kind, place, shapes.RecordFiles(place.uri, False, path, [], 0, None, None), _Digest(None))
    folder = "/".join(filter(None, (below.strip("/"), path)))
    entries = files.list(folder)
    shown = entries[start : start + limit]
    items = [] if entries else _single(files, folder, path)
    is_whole = kind is ARTIFACT and not path and not start
    digest = _digest(files, folder, items) if is_whole else _Digest(None, "part")
    if not items:
        rows = files.recorded([f"{folder}/{each.path}" for each in shown if not each.is_dir])
        items = [_file(each, folder, path, rows.get(f"{folder}/{each.path}")) for each in shown]
    following = str(start + limit) if start + limit < len(entries) else None
    found = shapes.RecordFiles(place.uri, True, path, items, len(entries) or len(items), following, digest.value)
    return _answer(kind, place, found, digest)


def _answer(kind: Kind, place: Place, found: shapes.RecordFiles, digest: _Digest) -> shapes.RecordFiles:
    """Return a page with what is known of the digest, and whether it is the recorded one."""
    reason = digest.reason or ("no_files" if digest.value is None else None)
    is_known = place.digest is not None and digest.value is not None
    return replace(
        found,
        no_digest="execution" if kind is not ARTIFACT else reason,
        no_digest_of=digest.path,
        recorded_digest=place.digest,
        is_as_recorded=digest.value == place.digest if is_known else None,
    )


def _single(files: CallersFiles, place: str, path: str) -> list[shapes.RecordFile]:
    """Return the file of a place, if there is one."""
    folder, _, name = place.rpartition("/")
    found = [each for each in files.list(folder) if each.path == name and not each.is_dir]
    return [_file(each, folder, "", files.recorded([place]).get(place), own_path=path) for each in found]


def _file(
    entry: Entry, folder: str, path: str, row: FileRow | None, *, own_path: str | None = None
) -> shapes.RecordFile:
    relative = "/".join(filter(None, (path, entry.path))) if own_path is None else own_path
    if entry.is_dir:
        return shapes.RecordFile(entry.path, relative, True)
    modified = None if entry.modified is None else int(entry.modified * 1000)
    return shapes.RecordFile(
        entry.path,
        relative,
        False,
        size=entry.file_size,
        modified=modified,
        sha256=row.sha256 if row else None,
        uploaded=row.time if row else None,
        is_changed=row is not None and _is_changed(entry, row),
        download="/".join(filter(None, (conventions.ARTIFACT_PROXY, quote(folder), quote(entry.path)))),
    )


def _is_changed(entry: Entry, row: FileRow) -> bool:
    is_later = entry.modified is not None and entry.modified * 1000 > row.time + _CLOCKS
    return is_later or entry.file_size != row.size


def _digest(files: CallersFiles, folder: str, single: Sequence[shapes.RecordFile]) -> _Digest:
    """Return the digest of all files below a folder, or of the one file that is at this path."""
    if single:
        [only] = single
        if only.sha256 is None or only.is_changed:
            return _Digest(None, "changed" if only.is_changed else "not_uploaded", only.path)
        return _Digest(only.sha256)
    found = _all_below(files, folder)
    if not found:
        return _Digest(None, "too_many" if found is None else "no_files")
    rows = files.recorded([f"{folder}/{path}" for path, _ in found])
    lines = []
    for path, entry in sorted(found, key=lambda pair: pair[0].encode()):
        row = rows.get(f"{folder}/{path}")
        if row is None or _is_changed(entry, row):
            return _Digest(None, "not_uploaded" if row is None else "changed", path)
        lines.append(f"{row.sha256}  ./{path}\n")
    return _Digest(hashlib.sha256("".join(lines).encode()).hexdigest())


def _all_below(files: CallersFiles, folder: str) -> Sequence[tuple[str, Entry]] | None:
    """Return all files below a folder with their paths relative to it; None if they, or the folders, are too many."""
    found: list[tuple[str, Entry]] = []
    waiting = [""]
    for _ in range(_MOST_FOLDERS):
        if not waiting or len(found) > _MOST_DIGESTED:
            break
        inner = waiting.pop()
        for entry in files.list("/".join(filter(None, (folder, inner)))):
            path = "/".join(filter(None, (inner, entry.path)))
            if entry.is_dir:
                waiting.append(path)
            else:
                found.append((path, entry))
    return None if waiting or len(found) > _MOST_DIGESTED else found
