"""Frozen settings, made from URLs, flags and the environment.

What stays out: opening anything. A setting that is wrong is an `InvalidArgumentError` that names it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineal import errors

DATABASE_SCHEMES = ("sqlite", "mysql", "postgresql")
DEFAULT_BUSY_TIMEOUT = 60.0


@dataclass(frozen=True)
class DatabaseSettings:
    """Which database to open, and how.

    Attributes:
        url: `sqlite:///path/file.db`, `sqlite://` (in memory), `mysql://...` or `postgresql://...`.
        upgrade: whether a database of an older schema version may be upgraded on opening.
        busy_timeout: seconds to wait for the write lock of another process (SQLite).
        synchronous: SQLite's durability; FULL keeps every acknowledged write through a loss of power.
    """

    url: str
    upgrade: bool = False
    busy_timeout: float = DEFAULT_BUSY_TIMEOUT
    synchronous: str = "FULL"

    def __post_init__(self) -> None:
        scheme = self.url.partition("://")[0]
        if scheme not in DATABASE_SCHEMES:
            raise errors.InvalidArgumentError(
                f"no database URL: scheme {scheme[:20]!r} is none of {', '.join(DATABASE_SCHEMES)}; "
                "write for example sqlite:///metadata.db"
            )
