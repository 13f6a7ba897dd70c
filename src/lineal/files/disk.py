"""What a disk says, as errors that name no place of this machine, and temporary files.

What stays out: which files there are (folder.py, bucket.py).
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from lineal import errors
from lineal.files.root import NoSpaceError

IN_THE_WAY = (IsADirectoryError, NotADirectoryError, FileExistsError)
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def blocked(path: str) -> errors.FailedPreconditionError:
    """Return the error of a file that cannot have its place."""
    return errors.FailedPreconditionError(
        f"{path[:1000]!r} cannot be written: a folder has this path, or it leads through a file; delete that first, or "
        "give another path"
    )


@contextmanager
def reported(path: str) -> Iterator[None]:
    """Turn what the system says inside a `with` into errors.

    Raises:
        FailedPreconditionError: a folder is where a file should be, or the other way round.
        InvalidArgumentError: the system does not take the path.
        NoSpaceError: there is no space left.
        UnavailableError: anything else.
    """
    try:
        yield
    except IN_THE_WAY:
        raise blocked(path) from None
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise NoSpaceError(
                f"there is no space left for {path[:1000]!r} ({error.strerror}); make room in the artifacts root"
            ) from error
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP):
            raise errors.InvalidArgumentError(
                f"Invalid path {path[:200]!r}: {error.strerror}", errors.Details(parameter="path")
            ) from error
        raise errors.UnavailableError(f"the artifacts root cannot be used: {error.strerror}") from error


def spool() -> tempfile._TemporaryFileWrapper[bytes]:
    """Return a temporary file, deleted when it is closed; TMPDIR says where."""
    return tempfile.NamedTemporaryFile(prefix="lineal-upload-")
