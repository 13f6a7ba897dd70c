"""Drafts of files that are being written, and drafts that killed programs left behind.

The program that writes a draft locks it, and the system releases the lock when the program ends. So nobody uses a draft
without a lock. What stays out: systems without such locks, where drafts of killed programs stay.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def new_name(path: Path) -> Path:
    """Return a unique name for a draft of a file: process ids in containers are not unique."""
    return path.with_name(f"{path.name}.{secrets.randbelow(10**12)}.part")


@contextmanager
def locked(draft: Path) -> Iterator[None]:
    """Make a draft that others do not remove; at the end, remove it and the files beside it, unless it was renamed."""
    handle = _made(draft)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
        with suppress(OSError):
            _remove_beside(draft)
            draft.unlink(missing_ok=True)


def _made(draft: Path) -> int | None:
    """Make a draft and return it open and locked; None where there are no locks, as no file can be renamed while open.

    Another program may remove the draft just before it is locked; then it is made again.
    """
    if fcntl is None:
        draft.touch()
        return None
    while True:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), os.stat(draft)):
                return handle
        os.close(handle)


def remove_stale(path: Path) -> None:
    """Remove the drafts of a file whose programs have ended, with the files beside them."""
    for draft in path.absolute().parent.glob(f"{_plain(path.name)}.*.part"):
        if _is_stale(draft):
            _remove_beside(draft)
            draft.unlink(missing_ok=True)


def _remove_beside(draft: Path) -> None:
    """Remove the files beside a draft: work folders, and journals of SQLite."""
    for beside in draft.absolute().parent.glob(f"{_plain(draft.name)}?*"):
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)


def _is_stale(draft: Path) -> bool:
    """Say whether nobody writes a draft any more."""
    if fcntl is None or not draft.is_file():
        return False
    try:
        handle = os.open(draft, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _plain(name: str) -> str:
    """Return a name as a pattern in which no character has a special meaning."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
