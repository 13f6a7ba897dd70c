"""What a database server says to those whom it does not let in, and what to do about it, in one place for all engines.

A server that refuses somebody was reached, and says what is wrong. MySQL says it by a number. PostgreSQL says it, while
connecting, by a text alone, in English unless the server is set up otherwise. No message shows user or password. What
stays out: servers that do not answer (server.py), databases that do not exist (the dialects).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lineal import errors, pages
from lineal.store.engine.dialects.base import NoConnectionError

_QUOTED = re.compile(r'"[^"]*"')
_DETAILS = errors.Details(page=pages.CONNECTING.name)


class Refusal(NamedTuple):
    """A way to be refused.

    Attributes:
        kind: the class of the error.
        says: what the server says and what to do, behind the words for the database.
        is_passing: whether trying again can help.
        is_lost: whether the server is of no use at the moment, so that another one of its cluster is tried.
        is_at_login: whether only those who connect hear it, and nobody who runs a statement.
    """

    kind: type[
        errors.PermissionDeniedError | errors.FailedPreconditionError | errors.UnavailableError | NoConnectionError
    ]
    says: str
    is_passing: bool = False
    is_lost: bool = False
    is_at_login: bool = True

    def error(self, place: str, code: str = "") -> errors.StatusError:
        """Return the error.

        Args:
            place: the words for the database.
            code: what the engine calls the error, such as "MySQL error 1045"; "" if it has no name for it.
        """
        what, _, cure = self.says.partition("; ")
        return self.kind(f"{place} {what}{code and f' ({code})'}; {cure}", _DETAILS)


def _denied(says: str, *, is_at_login: bool = True) -> Refusal:
    return Refusal(errors.PermissionDeniedError, says, is_at_login=is_at_login)


def _full(whose: str, cure: str) -> Refusal:
    says = f"takes no more connections: it has reached {whose}; {cure}, or use fewer (pool_size, --workers)"
    return Refusal(NoConnectionError, says, is_passing=True)


def _passing(says: str) -> Refusal:
    return Refusal(errors.UnavailableError, says, is_passing=True, is_lost=True)


_IN_URL = "in the URL (--db)"
PASSWORD = _denied(f"does not accept this user with this password; check both, {_IN_URL} or where the password is")
NO_PASSWORD = _denied(f"asks for a password; write it {_IN_URL}, or into a file that password_file names there")
NO_ROLE = _denied(f"has no role of this name; check the user {_IN_URL}, or make it with CREATE ROLE ... LOGIN")
NO_LOGIN = _denied(f"says that the role may not log in; allow it with ALTER ROLE ... LOGIN, or name another {_IN_URL}")
OTHER_USER = _denied(
    f"takes the user of this machine for the caller (peer or ident); name that user {_IN_URL}, or log in by password"
)
NO_CONNECT = _denied("does not let this user connect to it; GRANT CONNECT ON DATABASE allows it")
NO_RULE = _denied(
    "lets this user not in from this machine: its pg_hba.conf has no rule for it, or one that rejects; add one, which "
    "may also ask for TLS (sslmode)"
)
NO_DATABASE = _denied("has no database that this user can begin from; create it there")
METHOD = _denied("asks for a way to log in that this program does not have; choose another one for the user there")
CERTIFICATE = _denied(
    "and this program do not agree about a certificate of TLS; check the authority (sslrootcert), the name of the "
    "host, and the client's own certificate (sslcert)"
)
NO_TLS = Refusal(errors.FailedPreconditionError, "offers no TLS; set it up there, or use sslmode=prefer")
CLOSED = Refusal(
    errors.FailedPreconditionError, "accepts no connections; ALTER DATABASE ... ALLOW_CONNECTIONS true opens it"
)
GRANTS = _denied("refuses what this user does; check the user's grants", is_at_login=False)
FULL_SERVER = _full("the limit of the server (max_connections)", "raise it there")
FULL_ROLE = _full("the limit of this role", "raise it with ALTER ROLE ... CONNECTION LIMIT")
FULL_DATABASE = _full("the limit of this database", "raise it with ALTER DATABASE ... CONNECTION LIMIT")
FULL_USER = _full("a limit of this user, at a time or for an hour", "raise it with ALTER USER ... WITH")
STARTING = _passing("is starting, stopping or recovering; try again")
OFFLINE = _passing("is in offline mode; SET GLOBAL offline_mode = OFF there ends it")
OTHER = _passing("answers, but refuses the connection; the log of its server says why")

USER_OR_HOST = _denied(
    f"does not accept this user with this password from this machine; check both {_IN_URL}, and what CREATE USER says "
    "of the machine ('user'@'host') and of TLS"
)
NO_RIGHTS = _denied(
    f"does not exist, or this user has no rights on it; check its name {_IN_URL}, and the grants", is_at_login=False
)
HOST = _denied("lets nobody in from this machine; create the user for its address ('user'@'host')")
HOST_BLOCKED = _denied("blocks this machine after many broken connections; mysqladmin flush-hosts ends it")
USER_BLOCKED = _denied("blocks this user after many wrong passwords; FLUSH PRIVILEGES there ends it")
USER_BLOCKED_FOR_DAYS = _denied("blocks this user after many wrong passwords; ALTER USER ... ACCOUNT UNLOCK ends it")
LOCKED = _denied("has locked the account of this user; ALTER USER ... ACCOUNT UNLOCK opens it")
EXPIRED = _denied("says that the password of this user has expired; give the user another one with ALTER USER")
WANTS_TLS = Refusal(errors.FailedPreconditionError, "takes encrypted connections alone; use ssl_mode=required")

_OF_MYSQL = {
    1040: FULL_SERVER,
    1044: NO_RIGHTS,
    1045: USER_OR_HOST,
    1129: HOST_BLOCKED,
    1130: HOST,
    1142: GRANTS,
    1143: GRANTS,
    1203: FULL_USER,
    1226: FULL_USER,
    1227: GRANTS,
    1251: METHOD,
    1370: GRANTS,
    1698: USER_OR_HOST,
    1820: EXPIRED,
    1862: EXPIRED,
    2059: METHOD,
    3032: OFFLINE,
    3118: LOCKED,
    3159: WANTS_TLS,
    3955: USER_BLOCKED_FOR_DAYS,
    4150: USER_BLOCKED,
    4151: LOCKED,
}
_OF_POSTGRESQL = {"28P01": PASSWORD, "28000": PASSWORD, "42501": GRANTS, "53300": FULL_SERVER, "57P03": STARTING}
# What it says while connecting; the first that fits counts.
_TEXTS_OF_POSTGRESQL = (
    (r"no password supplied", NO_PASSWORD),
    (r"does not support SSL", NO_TLS),
    (r"certificate", CERTIFICATE),
    (r"role \"\" does not exist", NO_ROLE),
    (r"not permitted to log in", NO_LOGIN),
    (r"pg_hba\.conf", NO_RULE),
    (r"database \"\" does not exist", NO_DATABASE),
    (r"not currently accepting connections", CLOSED),
    (r"permission denied for database", NO_CONNECT),
    (r"too many connections for role", FULL_ROLE),
    (r"too many connections for database", FULL_DATABASE),
    (r"too many clients|connection slots are reserved|no more connections allowed", FULL_SERVER),
    (r"(Peer|Ident) authentication failed", OTHER_USER),
    (r"authentication failed", PASSWORD),
    (r"database system is (starting|shutting|in recovery|not yet)", STARTING),
    (r"channel binding|requires libpq|authentication .*not supported", METHOD),
    (r"failed: FATAL:", OTHER),
)


def of_mysql(code: int) -> Refusal | None:
    """Return how the server refuses somebody, by the number of its error, or None if it is another error."""
    return _OF_MYSQL.get(code)


def of_postgresql(state: str, text: str) -> Refusal | None:
    """Return how the server refuses somebody, or None if it is another error.

    Args:
        state: the SQLSTATE, "" if there is none, as while connecting.
        text: the text of the error; names in it are in quotation marks, and may be any words.
    """
    if state:
        return _OF_POSTGRESQL.get(state)
    words = _QUOTED.sub('""', text)
    return next((refusal for pattern, refusal in _TEXTS_OF_POSTGRESQL if re.search(pattern, words)), None)
