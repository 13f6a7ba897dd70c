"""The text of URLs: paths that become URLs, the parts of a URL, and how a URL is shown without its secrets.

A part of a URL that would have no effect is refused, and so is a character that could belong to several parts. No error
of this module shows the part between `://` and the last `@`. What stays out: the options of an
engine (store/engine/dialects), the URLs of servers (client/connection.py), and opening anything.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl, quote_from_bytes, unquote, unquote_to_bytes

from lineal import errors, pages

PlaceOfStore: TypeAlias = "str | os.PathLike[str]"
ENCODING_ADVICE = (
    "percent-encode special characters in the user, the password and the names: "
    "@ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25"
)
_DATABASES = {
    "sqlite": ("sqlite", ""),
    "mysql": ("mysql", ""),
    "mysql+mysqldb": ("mysql", "mysqldb"),
    "mysql+pymysql": ("mysql", "pymysql"),
    "postgresql": ("postgresql", ""),
    "postgresql+psycopg": ("postgresql", "psycopg"),
    "postgres": ("postgresql", ""),
}
"""The engine and the driver of each scheme of a database's URL; without a driver Lineal chooses one."""
DATABASE_SCHEMES = tuple(_DATABASES)
SERVER_SCHEMES = ("grpc", "grpcs")
_MEMORY = ":memory:"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}")
_HARMLESS = re.compile(r"[\w./ ~-]{1,200}")
_OPTION = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
FILE_ENDINGS = (".db", ".sqlite", ".sqlite3")
"""How the names of SQLite files end."""
_FILE_NAME = re.compile(rf"[\w./ ~-]{{1,200}}({'|'.join(map(re.escape, FILE_ENDINGS))})")

# Text around URLs: a web address needs a colon to hold a password, and a database's URL is taken to the line's last @.
_DATABASE_USERINFO = re.compile(r"(?i)((?:mysql|mariadb|postgres(?:ql)?|sqlite|grpcs?)(?:\+\w+)?://)(?!/).*@")
_USERINFO = re.compile(r"(://)[^/?#\s]*:[^\s]*@")
_ANY_USERINFO = re.compile(r"(://)(?!/).*@", re.DOTALL)
_SECRET_PARAMETER = re.compile(r"([?&][^=&\s]*(?:pass|secret|token)[^=&\s]*=)[^&\s]*", re.IGNORECASE)
_LONG_SECRET_PARAMETER = re.compile(r"([?&][^=&]*(?:pass|secret|token)[^=&]*=)[^&]*", re.IGNORECASE)


# ---- what may be shown


def redact(text: str) -> str:
    """Return a text, such as a line of a log, with users, passwords and secret parameters of URLs in it as `***`."""
    text = _DATABASE_USERINFO.sub(r"\1***@", text)
    return _SECRET_PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1***@", text))


def redact_message(text: str) -> str:
    """Return an error's text without the part between the first `://` and the last `@`, whatever it is."""
    return redact(_ANY_USERINFO.sub(r"\1***@", text))


def redact_url(url: str) -> str:
    """Return a text that is one URL, and nothing else, without its secrets."""
    return _LONG_SECRET_PARAMETER.sub(r"\1***", _ANY_USERINFO.sub(r"\1***@", url))


def redact_word(word: str) -> str:
    """Return a word of a command line in the form for errors: a URL keeps only the part after its last `@`."""
    scheme, separator, rest = word.partition("://")
    if separator and "@" not in rest and ":" in rest and not rest.startswith("/"):
        return f"{scheme}://***"  # perhaps a user and a password whose host was forgotten
    if not separator and ":" in word and "@" in word:
        return f"***@{word.rpartition('@')[2]}"
    return redact_url(word)


def shown_scheme(scheme: str) -> str:
    """Return the name of a scheme in errors; it may be anything before `://`."""
    return f"the scheme {scheme!r}" if _SCHEME.fullmatch(scheme) else "the part before '://'"


def described(url: str) -> str:
    """Return the name in errors of a text that is not the URL of a store, without a password in it."""
    scheme, separator, _ = url.partition("://")
    if separator:
        return shown_scheme(scheme)
    if _FILE_NAME.fullmatch(url):
        return f"{url!r} (sqlite:///{url} would be, if it is a file)"
    return "a text without '://'"


# ---- paths


def url_of(place: PlaceOfStore) -> str:
    """Return the URL of a store: a text as it is, a path as the URL of a SQLite file.

    Raises:
        InvalidArgumentError: it is neither, or holds a character that no URL can.
    """
    if isinstance(place, os.PathLike):
        return sqlite_url(place)
    if not isinstance(place, str):
        kind = type(place).__name__
        raise errors.InvalidArgumentError(f"a store is named by a URL or a path, and this is of type {kind}")
    if _CONTROL.search(place) or any("\ud800" <= character <= "\udfff" for character in place):
        raise errors.InvalidArgumentError(
            "the URL holds a line break, another control character or half of a surrogate pair; take it out, or "
            "percent-encode it"
        )
    return place


def sqlite_url(path: PlaceOfStore, query: str = "") -> str:
    """Return the URL of a SQLite file, with every special character encoded; `~` is the home directory."""
    expanded = os.path.expanduser(os.fspath(path))
    encoded = quote_from_bytes(os.fsencode(expanded.replace(os.sep, "/")))
    return f"sqlite:///{encoded}" + (f"?{query}" if query else "")


def sqlite_parts(url: str) -> tuple[str, dict[str, str]]:
    """Return the path of a SQLite URL, "" for a database in memory, and its options.

    Raises:
        InvalidArgumentError: it has a part that SQLite has no use for.
    """
    place, mark, query = url.partition("://")[2].partition("?")
    if mark and not query:
        raise errors.InvalidArgumentError("nothing follows the '?' in the URL; write a '?' in a file's name as %3F")
    if place and not place.startswith("/"):
        raise errors.InvalidArgumentError(_no_host(place))
    if "@" in query:
        raise errors.InvalidArgumentError(f"the database URL has an '@' in its options; {ENCODING_ADVICE}")
    options = options_of(query)
    if place in ("", f"/{_MEMORY}"):
        if options.get("mode", "rwc") != "rwc":
            raise errors.InvalidArgumentError("mode has no meaning for a database in memory; leave it out")
        return "", options
    return _sqlite_path(place[1:]), options


def _no_host(place: str) -> str:
    """Say that two slashes are one too few."""
    if place == _MEMORY:
        return f"sqlite://{_MEMORY} names a host; write sqlite:// for a database in memory, sqlite:///FILE for a file"
    given, cure = "a SQLite URL with two slashes", "sqlite:///metadata.db"
    if _HARMLESS.fullmatch(place):
        given, cure = f"sqlite://{place}", f"sqlite:///{place}"
    return (
        f"{given} names a host, and SQLite has none; write {cure} for a file (four slashes for an absolute path), "
        "sqlite:// for a database in memory"
    )


def _sqlite_path(text: str) -> str:
    """Return the path, with the home directory for a `~` at its start."""
    if not text:
        raise errors.InvalidArgumentError(
            "sqlite:/// names no file; write sqlite:///metadata.db, or sqlite:// for a database in memory"
        )
    if text.startswith("file:"):
        raise errors.InvalidArgumentError(
            "sqlite:/// takes a path, and not SQLite's own file: URI; write sqlite:///metadata.db?mode=ro for example"
        )
    path = os.fsdecode(unquote_to_bytes(text))
    expanded = os.path.expanduser(path)
    if "\0" in path:
        raise errors.InvalidArgumentError("the path of the database URL holds the character NUL; take out the %00")
    if path.startswith("~") and expanded == path:
        raise errors.InvalidArgumentError(
            "the path of the database URL starts with ~ and the name of a user that this system does not have; write "
            "./~ for a file of that name"
        )
    return expanded


# ---- places of files

ARTIFACTS_FLAG = "--artifacts-root"
BUCKET_SCHEMES = ("s3", "gs", "abfs", "abfss", "az")
_ARTIFACTS_SUFFIX = ".artifacts"


def check_artifacts_root(place: str) -> None:
    """Check the place of the files of runs: a folder, or the URL of an object store. Nothing is opened.

    Raises:
        InvalidArgumentError: it is neither.
    """
    scheme, separator, rest = place.partition("://")
    if not separator:
        return
    if scheme not in BUCKET_SCHEMES:
        schemes = ", ".join(f"{each}://" for each in BUCKET_SCHEMES)
        raise errors.InvalidArgumentError(f"{ARTIFACTS_FLAG} is {described(place)}; give a folder or one of {schemes}")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if at and ":" in user:
        raise errors.InvalidArgumentError(
            f"{ARTIFACTS_FLAG} holds a password; give credentials in the environment",
            errors.Details(page=pages.OBJECT_STORES.name),
        )


def default_artifacts_root(database_url: str) -> str:
    """Return the place of the files of runs without a setting: a folder beside a SQLite file, or "" for none."""
    if not database_url.startswith("sqlite:") or is_in_memory(database_url):
        return ""
    return sqlite_parts(database_url)[0] + _ARTIFACTS_SUFFIX


# ---- options


def options_of(query: str) -> dict[str, str]:
    """Return the options after the question mark, decoded.

    Raises:
        InvalidArgumentError: one is given twice.
    """
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in options:
            raise errors.InvalidArgumentError(f"{shown_option(name)} is in the URL twice; give it once")
        options[name] = value
    return options


def shown_option(name: str) -> str:
    """Return how an error names an option, which may be part of a password."""
    return f"the option {name!r}" if _OPTION.fullmatch(name) else "an option"


def unknown_option(name: str, known: str) -> errors.InvalidArgumentError:
    """Return the error of an option that nobody knows."""
    shown = f"unknown option {name!r}" if _OPTION.fullmatch(name) else "an unknown option"
    return errors.InvalidArgumentError(
        f"{shown} in the URL after its '?'; {known}; write a '?' that starts no options as %3F"
    )


# ---- database servers


@dataclass(frozen=True, repr=False)
class ServerParts:
    """The parts of the URL of a database server, decoded but for the hosts."""

    scheme: str
    user: str
    password: str | None
    hosts: str
    database: str
    options: dict[str, str]


def server_parts(url: str) -> ServerParts:
    """Split the URL of a database server into its parts.

    Raises:
        InvalidArgumentError: a part is missing, or a character could belong to several parts.
    """
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    netloc, _, path = place.partition("/")
    user, _, hosts = netloc.rpartition("@")
    if "@" in path or "@" in query:
        raise errors.InvalidArgumentError(f"the database URL has an '@' after its host; {ENCODING_ADVICE}")
    if "#" in hosts or "#" in path or "#" in query:
        raise errors.InvalidArgumentError(f"the database URL has a '#' after its user; {ENCODING_ADVICE}")
    if not path:
        raise errors.InvalidArgumentError(f"the database URL names no database; {form_advice(scheme)}")
    if "/" in path:
        raise errors.InvalidArgumentError(
            f"the database URL has more than one name after its host, not only the database; {ENCODING_ADVICE}"
        )
    name, colon, password = user.partition(":")
    decoded = [_decoded(each) for each in (name, password, path)]
    return ServerParts(scheme, decoded[0], decoded[1] if colon else None, hosts, decoded[2], options_of(query))


def form_advice(scheme: str) -> str:
    """Return the advice, without an "@" after the "://": commands hide the text between the two."""
    form = f"write {scheme}://host:port/database, with user:password and an at sign before the host"
    return f"{ENCODING_ADVICE}; {form}"


def _decoded(text: str) -> str:
    """Decode a part of a URL.

    Raises:
        InvalidArgumentError: the encoded bytes are not text.
    """
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        found = "\0"
    if "\0" in found:
        raise errors.InvalidArgumentError(
            f"a part of the database URL is no text in UTF-8 once it is decoded, or holds NUL; {ENCODING_ADVICE}"
        ) from None
    return found


def engine_of(url: str) -> str:
    """Return the engine of a database's URL: sqlite, mysql or postgresql."""
    return _DATABASES[url.partition("://")[0]][0]


def driver_of(url: str) -> str:
    """Return the driver that the scheme of a database's URL names, or an empty text."""
    return _DATABASES[url.partition("://")[0]][1]


def check_database_url(url: str) -> None:
    """Refuse a database URL with a part that would have no effect or that nobody can place.

    Raises:
        InvalidArgumentError: it is one.
    """
    if url.startswith("sqlite:"):
        sqlite_parts(url)
    else:
        server_parts(url)


def is_in_memory(url: str) -> bool:
    """Say whether a database URL names a database in memory."""
    return url.startswith("sqlite:") and not sqlite_parts(url)[0]
