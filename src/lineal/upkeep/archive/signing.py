"""The key with which the manifest of an archive is signed: HMAC-SHA256 with the content of a file.

The key never appears in an archive, a message or a log. What stays out: what is signed (files.py).
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from lineal import errors

SHORTEST = 32
LONGEST = 1 << 20


class SignKey:
    """A key."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def signature(self, text: bytes) -> bytes:
        """Return the signature of a text, as hexadecimal digits."""
        return hmac.new(self._content, text, hashlib.sha256).hexdigest().encode()

    def fits(self, text: bytes, signature: bytes) -> bool:
        """Say whether a signature is that of a text, in constant time."""
        return hmac.compare_digest(self.signature(text), signature.strip())


def read_key(path: Path) -> SignKey:
    """Return the key in a file: all its bytes.

    Raises:
        InvalidArgumentError: the file cannot be read, or is too short or too long for a key.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise errors.InvalidArgumentError(f"--sign-key {path} cannot be read: {reason}") from None
    if not SHORTEST <= len(content) <= LONGEST:
        size = "short" if len(content) < SHORTEST else "long"
        raise errors.InvalidArgumentError(
            f"--sign-key {path} is too {size}: a key has {SHORTEST} to {LONGEST} bytes; make one with: head -c 32 "
            "/dev/urandom > FILE"
        )
    return SignKey(content)
