"""Where data lies: the forms of a URI that mean one location, and the names of data sets in OpenLineage.

`s3a://b/k/`, `minio://b/k` and `s3://b/k` mean one location; `normal_form` returns the same text for all of them, and
never for two that may differ: case in paths, keys and tables, queries, versions and partitions stay. OpenLineage names
a data set by a namespace and a name; `joined` makes one URI of both, and `split` takes it apart again. What stays out:
looking up (store/own_rows/locations.py), and opening anything.
"""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_SPLIT = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_SCHEMES = {
    **{"s3a": "s3", "s3n": "s3", "minio": "s3", "gcs": "gs", "wasb": "wasbs", "abfs": "abfss"},
    **{"postgresql": "postgres", "bq": "bigquery"},
}
_ALIKE = {"s3": ("s3", "minio", "s3a", "s3n"), "gs": ("gs", "gcs"), "postgres": ("postgres", "postgresql")}
_DATABASES = frozenset({"postgres", "mysql", "redshift", "mssql", "oracle", "hive", "cassandra"})
_WEB = ("http", "https")
_WITHOUT_SLASHES = frozenset({"file", "bigquery", "bq", "models", "runs", "mlflow-artifacts", "arn"})
_BUCKETS = frozenset({"s3", "gs", "oss", "cos", "cosn", "obs", "r2", "b2"})
_FILE_SYSTEMS = frozenset({"hdfs", "webhdfs", "dbfs"})
"""Schemes of file systems, whose names begin with a slash; those of buckets and databases do not."""
_PORTS = {
    **{"http": ":80", "https": ":443", "hdfs": ":8020", "hive": ":9083", "postgres": ":5432", "mysql": ":3306"},
    **{"redshift": ":5439", "mssql": ":1433", "oracle": ":1521", "cassandra": ":9042"},
}
_HOSTS = frozenset(_PORTS) | {
    *("webhdfs", "oci", "ftp", "sftp", "snowflake", "trino", "db2", "crate", "teradata", "oceanbase", "kafka"),
    *("awsathena", "unitycatalog", "azurecosmos", "azurekusto", "wasbs", "abfss", "box", "filenet", "mssharepoint"),
}
"""Schemes whose authority is a host, so that its case means nothing. That of a bucket, claim or project does."""
# Addresses under which object stores and hubs serve over HTTPS what has a URI of its own.
_OVER_HTTPS = (
    (re.compile(r"https://(?:storage\.googleapis\.com|storage\.cloud\.google\.com)/([^/?#]+)/([^?#]*)"), r"gs://\1/\2"),
    (re.compile(r"https://([^./?#]+)\.storage\.googleapis\.com/([^?#]*)"), r"gs://\1/\2"),
    (re.compile(r"https://s3[\w.-]*\.amazonaws\.com/([^/?#]+)/([^?#]*)"), r"s3://\1/\2"),
    (re.compile(r"https://([\w.-]+?)\.s3[\w.-]*\.amazonaws\.com/([^?#]*)"), r"s3://\1/\2"),
    (re.compile(r"https://huggingface\.co/([^/?#]+/[^/?#]+)/tree/([^/?#]+)"), r"hf://\1:\2"),
    (re.compile(r"https://huggingface\.co/([^/?#]+/[^/?#]+)"), r"hf://\1"),
    (
        re.compile(r"https://([^./?#]+)\.dfs\.core\.windows\.net/(.*)", re.DOTALL),
        r"https://\1.blob.core.windows.net/\2",
    ),
)
_AZURE = re.compile(r"//([^@/]+)@([^./]+)\.(?:blob|dfs)\.core\.windows\.net(/.*)?", re.DOTALL)
_AZURE_HTTPS = re.compile(r"https://([^./]+)\.blob\.core\.windows\.net/([^/?#]+)(/[^?#]*)?")
_HUGGING_FACE = re.compile(r"hf://([^/:]+/[^/:]+)(?::(.+))?")
_BUCKET_ARN = re.compile(r"arn:aws:s3:::([^/:#?]+)(/.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"([a-z][a-z0-9+.-]*)://[^/?#]+")
_PLAIN = re.compile(r"[a-z][a-z0-9+.-]*")
_JOINED = re.compile(r"([a-z][a-z0-9+.-]*://[^/?#]+)/(.+)", re.DOTALL)
_FILE = re.compile(r"file://([^/?#%]*)(/[^?#%]*)", re.DOTALL)
_DRIVE = re.compile(r"/*([A-Za-z]):([\\/].*)?", re.DOTALL)
_QUERY, _END_OF_HOST = re.compile("[?#]"), re.compile("[/?#]")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_MAY_BE_ENCODED = re.compile(r"%[0-9A-F]{2}|[^\w./~-]", re.ASCII)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE_IN_PATHS = "/:@!$&'()*+,;=~"
_MOST_STEPS = 10
_SHORT = 500  # longer ones are not remembered, since they are rare and take much memory
_LONGEST_HOST = 300
_CLOSING_SLASH = "%2F"
# Normal forms of which every usual spelling is one of the same location, so that none needs to be looked at.
_WITHOUT_ODDITIES = re.compile(r"s3:(//[a-z0-9][a-z0-9-]*)(/\w[\w=-]*)+", re.ASCII)
# Most uris, which can be told to be usual forms of their locations by a look.
_USUAL = re.compile(r"(?:(?:s3|gs)://[a-z0-9][a-z0-9-]*|file://)?(?:/\w[\w.=-]*)+", re.ASCII)


class DataSetName(NamedTuple):
    """What OpenLineage calls a data set."""

    namespace: str
    name: str


def joined(namespace: str, name: str) -> str:
    """Return the URI of a data set, from which `split` gets back its namespace and its name, whatever they are.

    Where the usual spelling can be taken apart again, it is that: `s3://bucket/key`, `postgres://host:5432/db.schema.t`,
    `file:///x`, `bigquery:project.data_set.table`. Anything else is the namespace, `#` and the name, with `%`, `#` and
    a slash at the end of the namespace escaped: `duckdb:///w/shop.duckdb#shop.main.orders`.
    """
    plain = _usual(namespace, name)
    if plain is not None and split(plain) == (namespace, name):
        return plain
    escaped = namespace.replace("%", "%25").replace("#", "%23")
    return f"{escaped[:-1]}{_CLOSING_SLASH}#{name}" if escaped.endswith("/") else f"{escaped}#{name}"


def split(uri: str) -> DataSetName | None:
    """Return the namespace and the name of a data set at a URI, None if the URI has no such parts."""
    namespace, mark, name = uri.partition("#")
    if mark:
        return DataSetName(_unescaped(namespace), name)
    if found := _FILE.fullmatch(uri):
        return DataSetName(f"file://{found[1]}" if found[1] else "file", found[2])
    if found := _JOINED.fullmatch(uri):
        kept = "/" if uri.partition(":")[0] in _FILE_SYSTEMS else ""
        return DataSetName(found[1], kept + found[2])
    scheme, mark, rest = uri.partition(":")
    if mark and rest and not rest.startswith("/") and _PLAIN.fullmatch(scheme):
        return DataSetName(scheme, rest)
    return None


def _unescaped(namespace: str) -> str:
    closing = namespace.endswith(_CLOSING_SLASH)
    inside = namespace.removesuffix(_CLOSING_SLASH) if closing else namespace
    return inside.replace("%23", "#").replace("%25", "%") + ("/" if closing else "")


def _usual(namespace: str, name: str) -> str | None:
    """Return the usual spelling of a data set's URI, if its namespace has one."""
    if namespace == "file":
        return f"file://{name}"
    if found := _AUTHORITY.fullmatch(namespace):
        own_slash = found[1] in _FILE_SYSTEMS or found[1] == "file"
        return f"{namespace}{name}" if own_slash else f"{namespace}/{name}"
    return f"{namespace}:{name}" if _PLAIN.fullmatch(namespace) else None


def identity_of(uri: str) -> str:
    """Return the key of the location of a URI: 64 hexadecimal digits, the same for every form of it."""
    return hashlib.sha256(normal_form(uri).encode("utf-8", "surrogatepass")).hexdigest()


def is_local(uri: str) -> bool:
    """Say whether a URI is a path on some machine: who else writes the same path may mean another file."""
    return normal_form(uri).startswith("file:")


def normal_form(uri: str) -> str:
    """Return one form of a URI for all that mean the same location; another text only loses a slash at its end.

    The normal form of a normal form is itself. Whoever changes the rule gives `store/index/entries.FORM` a new number,
    so that the rows of odd uris and of other names follow.
    """
    return _short_normal_form(uri) if len(uri) <= _SHORT else _normal_form(uri)


@lru_cache(maxsize=4096)
def _short_normal_form(uri: str) -> str:
    return _normal_form(uri)


def _normal_form(uri: str) -> str:
    text = uri
    for _ in range(_MOST_STEPS):  # what an odd text becomes may be the form of something else
        form = _form(text)
        if form == text:
            break
        text = form
    return text


def _form(uri: str) -> str:
    text = _without_mark(uri)
    if (path := _local_path(text)) is not None:
        return _file_uri("", path)
    found = _SPLIT.fullmatch(text)
    if found is None:
        return text.rstrip("/")
    if bucket := _BUCKET_ARN.fullmatch(text):
        return _form(f"s3://{bucket[1]}{bucket[2] or ''}")
    return _of_scheme(_scheme(found[1], found[2]), found[2])


def _scheme(text: str, rest: str = "/") -> str:
    """Return the one name of a scheme, without the driver that some programs name behind a database."""
    if not rest.startswith("/") and text.lower() not in _WITHOUT_SLASHES:
        return text  # of a name with a colon, such as `Orders:2026`
    name = text.lower()
    base = _SCHEMES.get(name.partition("+")[0], name.partition("+")[0])
    return base if base in _DATABASES else _SCHEMES.get(name, name)


def _without_mark(text: str) -> str:
    """Return the usual spelling of a data set in a bucket, a file system, a database or a catalogue with an ARN."""
    escaped, mark, name = text.partition("#")
    if not mark or escaped.endswith("/"):
        return text
    namespace = _unescaped(escaped).rstrip("/")
    if namespace.startswith("arn:") and namespace.count(":") == 4:
        return f"{namespace}:{name}"
    if _BUCKET_ARN.fullmatch(namespace):
        return f"{namespace}/{name}"
    head, _, host = namespace.partition("://")
    scheme = _scheme(head.removesuffix(":"))
    if _END_OF_HOST.search(host) or "%" in host:
        return text
    if scheme == "file" and name.startswith("/"):
        return _file_uri(host.lower(), name)
    is_whole = scheme in _BUCKETS or scheme in _FILE_SYSTEMS  # keys and paths may hold the mark
    if host and (is_whole or (scheme in _HOSTS.difference(_WEB) and "#" not in name)):
        return f"{namespace}/{name.lstrip('/')}"
    return text


def _local_path(text: str) -> str | None:
    """Return the path of a text that is one and no URI, with slashes and a drive in upper case; None for others."""
    if text.startswith("/") and not text.startswith("//"):
        return text
    if re.match(r"[A-Za-z]:[\\/]", text):
        return f"/{text}".replace("\\", "/")
    return None


def _of_scheme(scheme: str, rest: str) -> str:
    if scheme == "file":
        return _of_file(rest)
    if scheme in ("models", "mlflow-artifacts", "runs"):
        return f"{scheme}:{_of_mlflow(scheme, rest)}".rstrip("/")
    if scheme in _FILE_SYSTEMS and rest.startswith("/") and not rest.startswith("//"):
        rest = f"//{rest}"
    if scheme == "bigquery":
        return f"bigquery:{rest.strip('/')}"
    if not rest.startswith("//"):
        return f"{scheme}:{_stripped(rest)}"
    host, slash, path = _authority(scheme, rest)
    if scheme in _BUCKETS and host:
        path = path.lstrip("/") if "?" in path else path.strip("/")
    elif scheme in _FILE_SYSTEMS:
        path = "/".join(each for each in path.split("/") if each not in ("", "."))
    elif scheme in _WEB:
        path = _web_path(path)
    text = f"{scheme}://{host}{_stripped(slash + path)}"
    if scheme in _WEB:
        return _over_https(text)
    if scheme in ("wasbs", "abfss") and (found := _AZURE.fullmatch(text.partition(":")[2])):
        before, query = _before(_QUERY, (found[3] or "").lstrip("/"))
        return _form(f"https://{found[2]}.blob.core.windows.net/{found[1]}/{_quoted(before)}{query}")
    return text.removesuffix(":latest") if scheme == "oci" else text


def _authority(scheme: str, rest: str) -> tuple[str, str, str]:
    """Return the authority without what goes without saying, the slash after it, and the rest."""
    before, query = _before(_QUERY, rest[2:])
    host, slash, path = before.partition("/")
    if scheme in _HOSTS:
        user, at, name = host.rpartition("@")
        name = name.lower() if "," in name else name.lower().removesuffix(_PORTS.get(scheme, "\0"))
        host = f"{user}{at}{name}"
    return host, slash, path + query


def _before(mark: re.Pattern[str], text: str) -> tuple[str, str]:
    """Return the text before the first match, and the rest."""
    found = mark.search(text)
    place = len(text) if found is None else found.start()
    return text[:place], text[place:]


def _stripped(text: str) -> str:
    """Return a path without slashes at its end; a query or a fragment stays as it is."""
    return text if _QUERY.search(text) else text.rstrip("/")


def _web_path(path: str) -> str:
    before, query = _before(_QUERY, path)
    return _quoted("/".join(each for each in _decoded(before).split("/") if each != "."), safe="%") + query


def _quoted(path: str | bytes, safe: str = "") -> str:
    """Encode the characters that a path in a URI cannot have as they are."""
    raw = path.encode("utf-8", "surrogatepass") if isinstance(path, str) else path
    return urllib.parse.quote(raw, safe=_SAFE_IN_PATHS + safe)


def _decoded(path: str) -> str:
    """Decode the characters that mean the same when they are not encoded."""

    def decode(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _ENCODED.sub(decode, path)


def _over_https(text: str) -> str:
    host, _ = _before(_END_OF_HOST, text.partition("://")[2])
    for address, form in _OVER_HTTPS if len(host) <= _LONGEST_HOST else ():
        if found := address.fullmatch(text):
            plain = found.expand(form)
            plain = _of_bucket(plain) if plain.startswith(("s3:", "gs:")) else plain
            return _form(plain) if plain else text
    return text


def _of_bucket(encoded: str) -> str:
    """Return the URI of a key as it is, without the encoding of its address; "" if it would mean something else."""
    try:
        plain = urllib.parse.unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in plain or plain.count("#") + plain.count("?") else plain


def _of_mlflow(scheme: str, rest: str) -> str:
    path = rest.lstrip("/")
    return f"/{path.partition('/')[2] if scheme == 'mlflow-artifacts' and rest.startswith('//') else path}"


def _of_file(rest: str) -> str:
    host, path = "", rest
    if rest.startswith("//"):
        host, _, path = rest[2:].partition("/")
        path = f"/{path}"
        if _DRIVE.fullmatch(host):
            host, path = "", f"/{host}{path}"
    if not path.startswith("/"):
        return f"file:{_stripped(rest)}"
    before, query = _before(_QUERY, path)
    plain = urllib.parse.unquote_to_bytes(before.encode("utf-8", "surrogatepass"))
    host = host.lower()
    return _file_uri("" if host == "localhost" else host, plain) + query


def _file_uri(host: str, path: str | bytes) -> str:
    """Return the URI of a path on a host, "" for the one that asks."""
    segments = [each for each in _quoted(path).split("/") if each not in ("", ".")]
    if segments and re.fullmatch(r"[a-z]:", segments[0]):
        segments[0] = segments[0].upper()
    return f"file://{host}/{'/'.join(segments)}"


def other_forms(uri: str) -> tuple[str, ...]:
    """Return the usual forms in which a program may have recorded the location of a URI, without the URI itself."""
    normal = normal_form(uri)
    closing = ("",) if "?" in normal or "#" in normal else ("", "/")
    found = dict.fromkeys(form + end for form in _spellings(normal) for end in closing)
    are_forms = _WITHOUT_ODDITIES.fullmatch(normal) is not None
    return tuple(form for form in found if form != uri and (are_forms or normal_form(form) == normal))


def is_plain(uri: str) -> bool:
    """Say whether a look at a URI tells that it is the normal form of its location or another usual one."""
    return _USUAL.fullmatch(uri) is not None


def path_in(normal: str) -> str:
    """Return a part of a normal form that all forms of its location have: of the path below its bucket, "" for none."""
    scheme, _, rest = normal.partition(":")
    parts = rest.strip("/").split("/")
    inside = parts[1:] if rest.startswith("//") and scheme != "file" else parts
    if _AZURE_HTTPS.fullmatch(normal):
        inside = parts[2:]
    path = "/".join(inside).partition(":")[0].partition("?")[0]
    return max(_MAY_BE_ENCODED.split(path), key=len)


def other_schemes(uri: str) -> tuple[str, ...]:
    """Return the form of a URI in S3 for clients that name Amazon's store and any other one differently."""
    for scheme, other in (("s3://", "minio://"), ("minio://", "s3://")):
        if uri.startswith(scheme):
            return (other + uri.removeprefix(scheme),)
    return ()


def _spellings(normal: str) -> Iterator[str]:
    yield normal
    scheme, _, rest = normal.partition("://")
    schemes = _ALIKE.get(scheme, (scheme,))
    for alike in schemes[1:]:
        yield f"{alike}://{rest}"
    if scheme == "gs":
        yield f"https://storage.googleapis.com/{_quoted(rest)}"
    if scheme in _PORTS:
        host, path = _before(_END_OF_HOST, rest)
        yield from (f"{each}://{host}{_PORTS[scheme]}{path}" for each in schemes)
    if scheme == "file" and rest.startswith("/"):
        plain = urllib.parse.unquote(rest, errors="surrogateescape")
        yield from dict.fromkeys((rest, f"file:{rest}", plain, f"file://{plain}", f"file:{plain}"))
    if scheme == "dbfs" and rest.startswith("/"):
        yield f"dbfs:{rest}"
    if normal.startswith("bigquery:"):
        yield from (f"{each}://{normal.removeprefix('bigquery:')}" for each in ("bigquery", "bq"))
    if found := _AZURE_HTTPS.fullmatch(normal):
        path = urllib.parse.unquote(found[3] or "", errors="surrogateescape")
        yield f"wasbs://{found[2]}@{found[1]}.blob.core.windows.net{path}"
        yield f"abfss://{found[2]}@{found[1]}.dfs.core.windows.net{path}"
    if found := _HUGGING_FACE.fullmatch(normal):
        yield f"https://huggingface.co/{found[1]}" + (f"/tree/{found[2]}" if found[2] else "")
    if scheme == "oci" and ":" not in rest.rpartition("/")[2] and "@" not in rest:
        yield f"{normal}:latest"
    if normal.startswith("models:/"):
        yield f"models://{normal.removeprefix('models:/')}"
