"""The forms of a URI that mean one place: `s3a://b/k/`, `minio://b/k` and `s3://b/k`.

A store finds artifacts by the exact text of a URI. So the usual forms of a place are looked up one by one, and others
by the part of the URI that all forms have. What stays out: looking up (`writing/recorder.py`), and opening anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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


def normal_form(uri: str) -> str:
    """Return one form of a URI for all that mean the same place; another text only loses a slash at its end."""
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
