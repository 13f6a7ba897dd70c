"""Which artifact an event's data set is: one that an event made, or one that another door made at the same location.

What stays out: which URIs mean one location (lineal/locations.py), and edges (edges.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lineal.locations import DataSetName, joined
from lineal.openlineage import facets as facet_rules
from lineal.openlineage import stored_form
from lineal.openlineage.events import DataSet, Facets, Job
from lineal.openlineage.facets import Values
from lineal.openlineage.nodes import Named, hold, put
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import locations
from lineal.wire import metadata_store as pb


def named(workspace: str, data_set: DataSet, left_out: list[str], place: str) -> Named:
    """Return the artifact of a data set as an event names it."""
    version = stored_form.version_of(data_set)
    said = {"name": data_set.name, "namespace": data_set.namespace, **({"version": version} if version else {})}
    told = list(facet_rules.contents(data_set.facets, left_out, f"{place}/facets"))
    of_use = {name: facet for name, facet in data_set.use_facets.items() if name in facet_rules.OF_DATA_SET}
    told += facet_rules.contents(of_use, [], place)
    return Named(
        stored_form.DATA_SET_TYPE,
        stored_form.data_set_external_id(workspace, data_set),
        said=dict(said),
        facets=told,
        uri=stored_form.uri_of(data_set),
        version=version,
        is_locked=bool(told),
    )


def without_writing(data_set: DataSet) -> tuple[DataSet, Facets]:
    """Return a data set without the facets that say how a run made it, and these facets."""
    of_writing = {name: facet for name, facet in data_set.facets.items() if name in facet_rules.OF_WRITING}
    own = {name: facet for name, facet in data_set.facets.items() if name not in of_writing}
    return replace(data_set, facets=own), of_writing


def other_names(data_set: DataSet) -> list[str]:
    """Return the URIs of the other names that a data set has; another form of its own name is none."""
    identifiers = data_set.facets.get("symlinks", {}).get("identifiers")
    found = [each for each in identifiers if isinstance(each, dict)] if isinstance(identifiers, list) else []
    pairs = [(each.get("namespace"), each.get("name")) for each in found]
    uris = [joined(space, name) for space, name in pairs if isinstance(space, str) and isinstance(name, str) and name]
    own = stored_form.location_of(stored_form.uri_of(data_set)) if uris else ""
    return [uri for uri in uris if stored_form.location_of(uri) != own]


def find_others(
    session: Session, types: KnownTypes, workspace: str, missing: Sequence[Named], linked: Iterable[int]
) -> None:
    """Lock and note the artifacts that other doors made at the locations of data sets that are not stored yet.

    `linked` are the artifacts that the run has already: a data set whose version no event names stays the one it was.
    """
    at = locations.artifacts_at(session, sorted({each.uri for each in missing})) if missing else {}
    rows = {row.id: row for found in at.values() for row in found}
    if not rows:
        return
    nodes = located.of_workspace(session, types, workspace, list(rows.values()))
    preferred = set(linked)
    for each in missing:
        candidates = [nodes[row.id] for row in at[each.uri] if row.id in nodes]
        if chosen := _chosen(workspace, each, candidates, preferred):
            hold(session, each, chosen)


def _chosen(workspace: str, wanted: Named, candidates: Sequence[pb.Artifact], linked: set[int]) -> int:
    """Return the id of the artifact that a data set is, 0 for none of them."""
    found = [node for node in candidates if node.type != stored_form.METRICS_TYPE]
    if wanted.version:
        return min([node.id for node in found if stored_form.text_of(node, "version") == wanted.version], default=0)
    found = [node for node in found if not stored_form.is_version(node.external_id, workspace)]
    if chosen := [node.id for node in found if node.id in linked]:
        return min(chosen)
    if unversioned := [node.id for node in found if not stored_form.text_of(node, "version")]:
        return min(unversioned)
    return max([node.id for node in found], default=0)


def respell(known: Named, other: Named) -> None:
    """Give a data set that one event names twice the lesser of both spellings."""
    if _spelling(other.said) < _spelling(known.said):
        known.said, known.uri = other.said, other.uri


def respelled(node: Any, named: Named) -> list[str]:
    """Give an artifact the least of the spellings that events named it with; return the paths of what differs.

    What another door made keeps its spelling.
    """
    if node.external_id != named.external_id:
        return []
    stored: Values = {name: stored_form.text_of(node, name) for name in ("namespace", "name")}
    if _spelling(stored) <= _spelling(named.said):
        return []
    node.uri = named.uri
    return ["uri", *put(node, {name: named.said[name] for name in ("namespace", "name")})]


def _spelling(said: Values) -> tuple[str, str]:
    return str(said["namespace"]), str(said["name"])


def lineage_of_job(job: Job) -> tuple[list[DataSet], list[DataSet]]:
    """Return the data sets that the facet `lineage` of a job says are written, and those that are read.

    What is written has the part of the facet that is about it as a facet of its use.
    """
    targets, sources = dict[DataSetName, list[Mapping[str, Any]]](), list[DataSet]()
    said = job.facets.get("lineage", {})
    for entry in _dicts(said.get("entries")):
        if entry.get("type") == "JOB" and entry.get("name") not in (None, job.name):
            continue  # what another job reads, which its own events tell
        for target in _data_sets([entry]):
            targets.setdefault(DataSetName(target.namespace, target.name), []).append(entry)
        sources += _sources(entry)
    parts = {target: {"lineage": {**said, "entries": entries}} for target, entries in targets.items()}
    return [DataSet(*target, use_facets=part) for target, part in parts.items()], sources


def lineage_of_data_set(data_set: DataSet) -> tuple[list[DataSet], list[DataSet]]:
    """Return the data set itself and those of which it is made; nothing if it does not say it.

    Its facets `lineage` and `columnLineage` say it.
    """
    _, of_writing = without_writing(data_set)
    sources = [each for facet in of_writing.values() for each in _sources(facet)]
    return ([replace(data_set, use_facets=of_writing)] if sources else []), sources


def _sources(said: Mapping[str, Any]) -> list[DataSet]:
    """Return the data sets among the inputs of an entry, or of `columnLineage`, as a whole and of its columns."""
    fields = said.get("fields")
    columns = _dicts(list(fields.values())) if isinstance(fields, dict) else []
    inputs = [said.get("inputs"), said.get("dataset")]
    inputs += [part.get(member) for part in columns for member in ("inputs", "inputFields")]
    found = [each for given in inputs for each in _data_sets(_dicts(given))]
    return list({DataSetName(each.namespace, each.name): each for each in found}.values())


def _data_sets(given: Sequence[Mapping[str, Any]]) -> list[DataSet]:
    named_ = [(each.get("namespace"), each.get("name")) for each in given if each.get("type", "DATASET") == "DATASET"]
    return [DataSet(space, name) for space, name in named_ if isinstance(space, str) and isinstance(name, str)]


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
