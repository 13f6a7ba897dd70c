"""Where an artifact of Argo is, as a URI.

The form for S3 is that of KFP's metadata writer: `s3://` for Amazon's endpoints and `minio://` for all others. What
stays out: artifacts that have no place, because their content is in the object (`argo.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lineal.watch.paths import mapping

_AMAZON = re.compile(r"s3.*amazonaws\.com")


def has_location(artifact: Mapping[str, Any]) -> bool:
    """Tell whether an artifact says in which kind of store it is."""
    return any(kind in artifact for kind in _URI_OF)


def uri_of(artifact: Mapping[str, Any], repository: Mapping[str, Any]) -> str:
    """Return the URI of an artifact, "" if it cannot be told.

    Args:
        artifact: the artifact of Argo.
        repository: where artifacts are that only have a key: `{"s3": {"bucket": ..., "endpoint": ...}}`.

    """
    for kind, make in _URI_OF.items():
        if kind in artifact:
            place = {**_texts(repository.get(kind)), **_texts(artifact[kind])}
            uri = make(place)
            return "" if "{{" in uri else uri
    return ""


def _texts(place: Any) -> dict[str, str]:
    """Return what a place says in texts; of several addresses the first."""
    told = mapping(place)
    addresses = told.get("addresses")
    first = {"address": addresses[0]} if isinstance(addresses, list) and addresses else {}
    return {name: text for name, text in {**told, **first}.items() if isinstance(text, str) and text}


def _in_bucket(scheme: str, place: dict[str, str]) -> str:
    return f"{scheme}://{place['bucket']}/{place['key']}" if "bucket" in place and "key" in place else ""


def _s3(place: dict[str, str]) -> str:
    return _in_bucket("s3" if _AMAZON.search(place.get("endpoint", "")) else "minio", place)


def _azure(place: dict[str, str]) -> str:
    parts = [place.get(name, "") for name in ("endpoint", "container", "blob")]
    return f"{parts[0].rstrip('/')}/{parts[1]}/{parts[2]}" if all(parts) else ""


def _hdfs(place: dict[str, str]) -> str:
    path = place.get("path", "")
    return f"hdfs://{place.get('address', '')}/{path.lstrip('/')}" if path else ""


def _git(place: dict[str, str]) -> str:
    revision = place.get("revision") or place.get("branch", "")
    return f"git+{place['repo']}" + (f"@{revision}" if revision else "") if "repo" in place else ""


def _plugin(place: dict[str, str]) -> str:
    return f"plugin://{place['name']}/{place['key']}" if "name" in place and "key" in place else ""


_URI_OF: Mapping[str, Callable[[dict[str, str]], str]] = {
    "s3": _s3,
    "gcs": lambda place: _in_bucket("gs", place),
    "oss": lambda place: _in_bucket("oss", place),
    "azure": _azure,
    "hdfs": _hdfs,
    "http": lambda place: place.get("url", ""),
    "artifactory": lambda place: place.get("url", ""),
    "git": _git,
    "plugin": _plugin,
}
