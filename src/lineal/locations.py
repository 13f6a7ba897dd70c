"""Where data lies: the forms of a URI that mean one location, and the names of data sets in OpenLineage.

`s3a://b/k/`, `minio://b/k` and `s3://b/k` mean one location; `normal_form` returns the same text for all of them.
OpenLineage names a data set by a namespace and a name; `joined` makes one URI of both, and `split` takes it apart
again. What stays out: looking up (store/own_rows/locations.py), and opening anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

_SPLIT = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_SCHEMES = {"s3a": "s3", "s3n": "s3", "minio": "s3", "gcs": "gs", "wasb": "wasbs", "abfs": "abfss"}
_ALIKE = {"s3": ("s3", "minio", "s3a", "s3n"), "gs": ("gs", "gcs")}
_PORTS = {"http": ":80", "https": ":443", "hdfs": ":8020"}
# Addresses under which object stores and hubs serve over HTTPS what has a URI of its own.
_OVER_HTTPS = (
    (re.compile(r"https://(?:storage\.googleapis\.com|storage\.cloud\.google\.com)/([^/?#]+)/([^?#]*)"), r"gs://\1/\2"),
    (re.compile(r"https://([^./?#]+)\.storage\.googleapis\.com/([^?#]*)"), r"gs://\1/\2"),
    (re.compile(r"https://s3[\w.-]*\.amazonaws\.com/([^/?#]+)/([^?#]*)"), r"s3://\1/\2"),
    (re.compile(r"https://([\w.-]+?)\.s3[\w.-]*\.amazonaws\.com/([^?#]*)"), r"s3://\1/\2"),
    (re.compile(r"https://huggingface\.co/([^/?#]+/[^/?#]+)/tree/([^/?#]+)"), r"hf://\1:\2"),
    (re.compile(r"https://huggingface\.co/([^/?#]+/[^/?#]+)"), r"hf://\1"),
)
_AZURE = re.compile(r"(?:wasbs|abfss)://([^@/]+)@([^./]+)\.(?:blob|dfs)\.core\.windows\.net(/.*)?", re.DOTALL)
_AZURE_HTTPS = re.compile(r"https://([^./]+)\.blob\.core\.windows\.net/([^/?#]+)(/[^?#]*)?")
_HUGGING_FACE = re.compile(r"hf://([^/:]+/[^/:]+)(?::(.+))?")
_AUTHORITY = re.compile(r"([a-z][a-z0-9+.-]*)://[^/?#]+")
_PLAIN = re.compile(r"[a-z][a-z0-9+.-]*")
_JOINED = re.compile(r"([a-z][a-z0-9+.-]*://[^/?#]+)/(.+)", re.DOTALL)
_FILE = re.compile(r"file://([^/?#]*)(/.*)", re.DOTALL)
_KEEP_SLASH = frozenset({"hdfs", "webhdfs", "dbfs"})
"""Schemes of file systems, whose names begin with a slash; those of buckets and databases do not."""


class DataSetName(NamedTuple):
    """What OpenLineage calls a data set."""

    namespace: str
    name: str


def joined(namespace: str, name: str) -> str:
    """Return the URI of a data set, from which `split` gets back its namespace and its name, whatever they are.

    Where the usual spelling can be taken apart again, it is that: `s3://bucket/key`, `postgres://host:5432/db.schema.t`,
    `file:///x`, `bigquery:project.data_set.table`. Anything else is the namespace, `#` and the name, with `%` and `#`
    of the namespace escaped: `duckdb:///w/shop.duckdb#shop.main.orders`.
    """
    plain = _usual(namespace, name)
    if plain is not None and split(plain) == (namespace, name):
        return plain
    return f"{namespace.replace('%', '%25').replace('#', '%23')}#{name}"


def split(uri: str) -> DataSetName | None:
    """Return the namespace and the name of a data set at a URI, None if the URI has no such parts."""
    namespace, mark, name = uri.partition("#")
    if mark:
        return DataSetName(namespace.replace("%23", "#").replace("%25", "%"), name)
    if found := _FILE.fullmatch(uri):
        return DataSetName(f"file://{found[1]}" if found[1] else "file", found[2])
    if found := _JOINED.fullmatch(uri):
        kept = "/" if uri.partition(":")[0] in _KEEP_SLASH else ""
        return DataSetName(found[1], kept + found[2])
    scheme, mark, rest = uri.partition(":")
    if mark and rest and not rest.startswith("/") and _PLAIN.fullmatch(scheme):
        return DataSetName(scheme, rest)
    return None


def _usual(namespace: str, name: str) -> str | None:
    """Return the usual spelling of a data set's URI, if its namespace has one."""
    if namespace == "file":
        return f"file://{name}"
    if found := _AUTHORITY.fullmatch(namespace):
        own_slash = found[1] in _KEEP_SLASH or found[1] == "file"
        return f"{namespace}{name}" if own_slash else f"{namespace}/{name}"
    return f"{namespace}:{name}" if _PLAIN.fullmatch(namespace) else None


def identity_of(uri: str) -> str:
    """Return the key of the location of a URI: 64 hexadecimal digits, the same for every form of it."""
    return hashlib.sha256(normal_form(uri).encode("utf-8", "surrogatepass")).hexdigest()


def normal_form(uri: str) -> str:
    """Return one form of a URI for all that mean the same location; another text only loses a slash at its end."""
    text = uri.strip()
    if text.startswith("/") and not text.startswith("//"):
        text = f"file://{text}"
    split = _SPLIT.fullmatch(text)
    if split is None:
        return text.rstrip("/")
    scheme = _SCHEMES.get(split[1].lower(), split[1].lower())
    text = f"{scheme}:{_without_host(scheme, split[2])}"
    for address, form in _OVER_HTTPS:
        found = address.fullmatch(text.rstrip("/") if "huggingface" in text else text)
        text = found.expand(form) if found else text
    if found := _AZURE.fullmatch(text):
        text = f"https://{found[2].lower()}.blob.core.windows.net/{found[1]}{found[3] or ''}"
    text = text.rstrip("/")
    return text.removesuffix(":latest") if scheme == "oci" else text


def _without_host(scheme: str, rest: str) -> str:
    """Return what follows a scheme with its host in lower case and without what goes without saying."""
    if scheme in ("models", "mlflow-artifacts", "runs"):
        path = rest.lstrip("/")
        return f"/{path.partition('/')[2] if scheme == 'mlflow-artifacts' and rest.startswith('//') else path}"
    if not rest.startswith("//"):
        return rest
    host, slash, path = rest[2:].partition("/")
    if scheme == "file":
        return f"//{'' if host == 'localhost' else host}{slash}{path}"
    if scheme in ("http", "https", "hdfs", "webhdfs", "oci"):
        host = host.lower().removesuffix(_PORTS.get(scheme, "\0"))
    return f"//{host}{slash}{path}"


def other_forms(uri: str) -> tuple[str, ...]:
    """Return the forms in which a program may have recorded the place of a URI, without the URI itself."""
    normal = normal_form(uri)
    found = [form for text in _spellings(normal) for form in (text, f"{text}/")]
    return tuple(form for form in dict.fromkeys((normal, *found)) if form != uri)


def path_in(normal: str) -> str:
    """Return the part of a normal form that all forms of its place have: the path below its bucket, "" for none."""
    scheme, _, rest = normal.partition(":")
    parts = rest.strip("/").split("/")
    inside = parts[1:] if rest.startswith("//") and scheme != "file" else parts
    if _AZURE_HTTPS.fullmatch(normal):
        inside = parts[2:]
    return "/".join(inside).partition(":")[0].partition("?")[0]


def other_schemes(uri: str) -> tuple[str, ...]:
    """Return the form of a URI in S3 for clients that name Amazon's store and any other one differently."""
    for scheme, other in (("s3://", "minio://"), ("minio://", "s3://")):
        if uri.startswith(scheme):
            return (other + uri.removeprefix(scheme),)
    return ()


def _spellings(normal: str) -> Iterator[str]:
    yield normal
    scheme, _, rest = normal.partition("://")
    for alike in _ALIKE.get(scheme, ()):
        yield f"{alike}://{rest}"
    if scheme == "gs":
        yield f"https://storage.googleapis.com/{rest}"
    if scheme in _PORTS:
        host, slash, path = rest.partition("/")
        yield f"{scheme}://{host}{_PORTS[scheme]}{slash}{path}"
    if scheme == "file":
        yield rest
    if found := _AZURE_HTTPS.fullmatch(normal):
        yield f"wasbs://{found[2]}@{found[1]}.blob.core.windows.net{found[3] or ''}"
        yield f"abfss://{found[2]}@{found[1]}.dfs.core.windows.net{found[3] or ''}"
    if found := _HUGGING_FACE.fullmatch(normal):
        yield f"https://huggingface.co/{found[1]}" + (f"/tree/{found[2]}" if found[2] else "")
    if scheme == "oci" and ":" not in rest.rpartition("/")[2] and "@" not in rest:
        yield f"{normal}:latest"
    if normal.startswith("models:/"):
        yield f"models://{normal.removeprefix('models:/')}"
