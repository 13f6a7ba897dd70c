"""The token with which a client authenticates: from the environment, or from a file that may be replaced.

It is never part of a command line or a message. What stays out: making tokens (upkeep/tokens.py).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from lineal import errors
from lineal.security import TOKEN_VARIABLE

_KEEP_SECONDS = 5.0
_Metadata = tuple[tuple[str, str], ...]


class TokenSource:
    """Where the token comes from: a file if one is named, else the environment variable LINEAL_TOKEN."""

    def __init__(self, file: str = "") -> None:
        self._file = file
        self._metadata: _Metadata | None = None
        self._read_at = 0.0

    @property
    def portable_file(self) -> str:
        """The name of the file as a process in another folder finds it; "" for none."""
        return os.path.abspath(self._file) if self._file else ""

    def metadata(self) -> _Metadata:
        """Return the metadata of a call; none without a token. A file is read again every few seconds.

        Raises:
            FailedPreconditionError: the file cannot be read, or holds no token.
        """
        is_old = self._file and time.monotonic() - self._read_at > _KEEP_SECONDS
        if self._metadata is None or is_old:
            token = self._token()
            self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
            self._read_at = time.monotonic()
        return self._metadata

    def _token(self) -> str:
        if not self._file:
            return _checked(os.environ.get(TOKEN_VARIABLE, ""), TOKEN_VARIABLE)
        try:
            token = Path(self._file).read_text("utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise errors.FailedPreconditionError(f"the token_file {self._file} cannot be read: {reason}") from None
        if not token.strip():
            raise errors.FailedPreconditionError(f"the token_file {self._file} is empty")
        return _checked(token, f"the token_file {self._file}")


def _checked(text: str, where: str) -> str:
    token = text.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise errors.FailedPreconditionError(f"{where} holds no token: it has blanks or odd characters")
    return token
