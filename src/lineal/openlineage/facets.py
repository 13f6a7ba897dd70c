"""What facets say in words that people read: each facet decides some properties of its node, and nothing else does.

So the properties follow from the facets alone, whatever order they came in. A facet of a wrong shape decides nothing.
What stays out: where facets are stored (store/own_rows/facets.py), and columns (catalogue).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage import stored_form
from lineal.openlineage.events import Facets

LARGEST = 4 << 20
"""How many bytes of JSON a facet may have."""
LONGEST_NAME = 255
LONGEST_TEXT = 65_536
"""How many characters of a text become a property; the facet keeps all of it."""
DELETED = "_deleted"
OF_DATA_SET = frozenset({"dataQualityMetrics", "dataQualityAssertions"})
"""Facets of the use of a data set that say something of the data set, too."""
OF_WRITING = frozenset({"columnLineage", "lineage"})
"""Facets that say how a data set was made: those of an output are kept with the event, as each run has its own."""
OF_RUN = frozenset({"sql", "sourceCode", "sourceCodeLocation"})
"""Facets of a job that say what one run of it does: the run keeps those of its own events, the job the newest."""
_NUMBERS = frozenset({"columns", "row_count", "bytes", "file_count", "assertions", "failed_assertions"})
_LARGEST_NUMBER = 1 << 63

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
Values = dict[str, "str | int | None"]
"""Properties by name; None for one that the node must not have."""


def contents(facets: Facets, left_out: list[str], place: str) -> Iterator[tuple[str, str | None]]:
    """Yield the name and the JSON of each facet, None for a deleted one; note those that are too large to be stored."""
    for name, facet in facets.items():
        content = None if facet.get(DELETED) is True else canonical(facet)
        if content is not None and len(content.encode()) > LARGEST:
            left_out.append(f"{place}/{name}: {len(content.encode())} bytes, and a facet may have {LARGEST}")
        elif not 0 < len(name) <= LONGEST_NAME or name != name.strip():
            left_out.append(f"{place}/{name[:LONGEST_NAME]}: a name has up to {LONGEST_NAME} characters and no blanks")
        else:
            yield name, content


def of_run(job: Facets) -> Facets:
    """Return the facets of a job that its run keeps, too."""
    return {name: facet for name, facet in job.items() if name in OF_RUN}


def canonical(facet: Mapping[str, Any]) -> str:
    """Return the JSON of a facet, the same for every order of its members."""
    return _CANONICAL.encode(facet)


def values_of(kind: Kind, name: str, content: str | None) -> Values:
    """Return the properties that a facet of a node decides, given its JSON, None for one that was deleted."""
    rule = _RULES[kind].get(name)
    if rule is None:
        return {}
    facet = json.loads(content) if content is not None else {}
    return {each: _stored(each, value) for each, value in rule(facet).items()}


def _stored(name: str, value: Any) -> str | int | None:
    """Return a value as its property may hold it: what is empty or of another kind is none."""
    if name in _NUMBERS:
        is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER
        return value if is_number else None
    return (value[:LONGEST_TEXT] or None) if isinstance(value, str) else None


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _nominal_time(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"nominal_start": facet.get("nominalStartTime"), "nominal_end": facet.get("nominalEndTime")}


def _parent(facet: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for which, said in (("parent", facet), ("root", _dict(facet.get("root")))):
        job = _dict(said.get("job"))
        found[f"{which}_run"] = stored_form.run_id_of(_text(_dict(said.get("run")).get("runId")))
        found[f"{which}_job"], found[f"{which}_job_namespace"] = job.get("name"), job.get("namespace")
    return found


def _error(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"error_message": facet.get("message"), "error_traceback": facet.get("stackTrace")}


def _engine(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"engine": facet.get("name"), "engine_version": facet.get("version")}


def _parameters(facet: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        _text(each.get("key")): each.get("value") for each in _dicts(facet.get("parameters")) if _text(each.get("key"))
    }
    return {"parameters": _object(found)}


def _labels(facet: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tags as labels, but for those of single columns and what clients say of themselves on each run."""
    own = (each for each in _dicts(facet.get("tags")) if each.get("source") != "OPENLINEAGE_CLIENT")
    tags = [each for each in own if _text(each.get("key")) and not each.get("field")]
    found = {_text(each.get("key")): _shown(each.get("value")) for each in tags}
    return {conventions.LABELS: _object(found)}


def _object(found: Mapping[str, Any]) -> str:
    return json.dumps(found, sort_keys=True) if found else ""


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _documentation(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": facet.get("description")}


def _owner(facet: Mapping[str, Any]) -> dict[str, Any]:
    names = [_text(each.get("name")) for each in _dicts(facet.get("owners"))]
    return {"owner": ", ".join(dict.fromkeys(filter(None, names)))}


def _sql(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"sql": facet.get("query"), "sql_dialect": facet.get("dialect")}


def _source_code(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"source_code": facet.get("sourceCode"), "source_language": facet.get("language")}


def _source_place(facet: Mapping[str, Any]) -> dict[str, Any]:
    version = next((facet[name] for name in ("version", "tag", "branch") if _text(facet.get(name))), None)
    return {"source_url": facet.get("url"), "source_version": version}


def _job_type(facet: Mapping[str, Any]) -> dict[str, Any]:
    names = {"integration": "integration", "job_type": "jobType", "processing_type": "processingType"}
    return {name: facet.get(member) for name, member in names.items()}


def _schema(facet: Mapping[str, Any]) -> dict[str, Any]:
    fields = _dicts(facet.get("fields"))
    return {"columns": len(fields) or None, conventions.COLUMN_NAMES: _column_names(fields)}


def _column_names(fields: Sequence[Mapping[str, Any]]) -> str:
    """Return the names of columns, and of the fields within them by their paths, as many as a search looks at."""
    found, size = [], 0
    for name in _paths(fields, ""):
        size += len(name) + 2
        if size > conventions.LONGEST_COLUMN_NAMES:
            break
        found.append(name)
    return ", ".join(found)


def _paths(fields: Iterable[Mapping[str, Any]], above: str, deepest: int = 20) -> Iterator[str]:
    for each in fields:
        if name := _text(each.get("name")):
            yield f"{above}{name}"
            if deepest:
                yield from _paths(_dicts(each.get("fields")), f"{above}{name}.", deepest - 1)


def _data_source(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"source": facet.get("name"), "source_uri": facet.get("uri")}


def _storage(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"storage": facet.get("storageLayer"), "format": facet.get("fileFormat")}


def _life(facet: Mapping[str, Any]) -> dict[str, Any]:
    previous = _dict(facet.get("previousIdentifier"))
    return {
        "change": facet.get("lifecycleStateChange"),
        "previous_name": previous.get("name"),
        "previous_namespace": previous.get("namespace"),
    }


def _data_set_type(facet: Mapping[str, Any]) -> dict[str, Any]:
    said = (facet.get("datasetType"), facet.get("subType"))
    return {"data_set_type": " ".join(_text(each) for each in said if _text(each))}


def _catalog(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"catalog": facet.get("name"), "catalog_type": facet.get("type")}


def _quality(facet: Mapping[str, Any]) -> dict[str, Any]:
    return {"row_count": facet.get("rowCount"), "bytes": facet.get("bytes"), "file_count": facet.get("fileCount")}


def _assertions(facet: Mapping[str, Any]) -> dict[str, Any]:
    said = _dicts(facet.get("assertions"))
    failed = sum(each.get("success") is False for each in said)
    return {"assertions": len(said) or None, "failed_assertions": failed if said else None}


_Rule = Callable[[Mapping[str, Any]], "dict[str, Any]"]
_CODE: Mapping[str, _Rule] = {"sql": _sql, "sourceCode": _source_code, "sourceCodeLocation": _source_place}
_RULES: Mapping[Kind, Mapping[str, _Rule]] = {
    EXECUTION: {
        **_CODE,
        "nominalTime": _nominal_time,
        "parent": _parent,
        "errorMessage": _error,
        "processing_engine": _engine,
        "externalQuery": lambda facet: {"external_query": facet.get("externalQueryId")},
        "executionParameters": _parameters,
        "tags": _labels,
    },
    CONTEXT: {
        "documentation": _documentation,
        "ownership": _owner,
        **_CODE,
        "jobType": _job_type,
        "tags": _labels,
    },
    ARTIFACT: {
        "documentation": _documentation,
        "ownership": _owner,
        "schema": _schema,
        "dataSource": _data_source,
        "storage": _storage,
        "lifecycleStateChange": _life,
        "datasetType": _data_set_type,
        "catalog": _catalog,
        "dataQualityMetrics": _quality,
        "dataQualityAssertions": _assertions,
        "tags": _labels,
    },
}
