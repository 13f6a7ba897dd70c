"""What executions read, as records are compared by it: the version of each data set or model, by name.

The web UI, `lineal compare` and `metadata.compare` say by this alone whether the data differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lineal.catalogue.reading import Record

_DIGITS = 12
"""How many digits of a digest tell two contents apart, as in the versions that data sets get."""


def inputs_by_name(
    edges: Iterable[tuple[int, int]], artifacts: Mapping[int, Record]
) -> dict[int, dict[str, list[str]]]:
    """Return what executions read, by their ids: sorted versions by name.

    Args:
        edges: pairs (execution id, artifact id), each once.
        artifacts: the artifacts that can be read, by id.
    """
    found: dict[int, dict[str, list[str]]] = {}
    for execution_id, artifact_id in edges:
        record = artifacts.get(artifact_id)
        if record is not None:
            name = record.name or record.node.uri or f"artifact {artifact_id}"
            found.setdefault(execution_id, {}).setdefault(name, []).append(_version(record))
    return {
        execution_id: {name: sorted(versions) for name, versions in names.items()}
        for execution_id, names in found.items()
    }


def _version(record: Record) -> str:
    """Return the version, with the digest where the version is not made of it: a version can be given twice."""
    said = record.version or f"artifact {record.node.id}"
    digest = record.meta.get("digest")
    digits = digest.rpartition(":")[2] if isinstance(digest, str) else ""
    return said if not digits or digits.startswith(said) else f"{said} ({digits[:_DIGITS]})"
