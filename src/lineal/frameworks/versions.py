"""Versions of models that count up, each of which is given once.

In a store, an external id is that of one record. A model whose version was counted has one that stands for its
workspace, name and version, so if two programs count to the same number at the same moment, the store refuses the
second one, which tries the next number. What stays out: how a version is counted up (lineal.sdk.existing).
"""

from __future__ import annotations

import hashlib
import json

from lineal import errors
from lineal.client import ListOptions, OrderByField
from lineal.sdk import Execution, Workspace, existing, filters
from lineal.sdk.artifacts import Model
from lineal.wire import metadata_store as pb

MOST_TRIES = 100
"""How many numbers may be taken, by other programs since the newest was read or by older models."""
TRIES_IN_A_ROW = 20
"""After so many, the highest number is looked for: the newest model may have a low one, given by hand."""
_PREFIX = "lineal:model:"


class CountedModel(Model):
    """A model whose version can be counted. Its external id is no attribute that is stored: `vars` are the record."""

    __slots__ = ("_external_id",)
    _external_id: str

    def serialization(self) -> pb.Artifact:
        """Return the record, with the external id if there is one."""
        record = super().serialization()
        if told := getattr(self, "_external_id", ""):
            record.external_id = told
        return record


def log_as_next(execution: Execution, model: CountedModel) -> None:
    """Log a model as an output, with the version after that of the newest model of its name.

    Raises:
        AlreadyExistsError: other programs took all numbers that were tried.
        StatusError: the store did not take it.

    """
    workspace = execution.workspace
    version, tries = next_version(workspace, model.name), 0
    while True:
        model.version, model._external_id = version, external_id(workspace.name, model.name, version)
        try:
            execution.log_output(model)
        except errors.AlreadyExistsError:
            tries += 1
            if tries == MOST_TRIES:
                raise
            if tries == TRIES_IN_A_ROW:
                version = _highest(workspace, model.name, version)
            version = existing.next_version(version)
        else:
            return


def external_id(workspace: str, name: str, version: str) -> str:
    """Return the external id of a model whose version was counted: a digest, since some stores fold the case of ids."""
    told = json.dumps([workspace, name, version]).encode()
    return f"{_PREFIX}{hashlib.sha256(told).hexdigest()[:32]}"


def next_version(workspace: Workspace, name: str) -> str:
    """Return the version after that of the newest model of a name in a workspace; "1" for the first.

    Raises:
        StatusError: the store did not answer.

    """
    type_id = workspace._types.artifact_type_id(Model.ARTIFACT_TYPE_NAME, {})
    newest = _newest(workspace, type_id, name)
    if newest is None:
        return "1"
    version = newest.properties["version"].string_value if "version" in newest.properties else None
    return existing.next_version(version)


def _highest(workspace: Workspace, name: str, version: str) -> str:
    found = workspace.list(Model.ARTIFACT_TYPE_NAME, name=name, archived=None)
    return existing.highest_version(version, (str(record["version"]) for record in found if record.get("version")))


def _newest(workspace: Workspace, type_id: int, name: str) -> pb.Artifact | None:
    if not all(map(filters.is_plain, (name, workspace.name))):  # no filter is exact
        found = workspace.list(Model.ARTIFACT_TYPE_NAME, name=name, archived=None)
        ids = [record["id"] for record in found][-1:]
        return next(iter(workspace.store.get_artifacts_by_id(ids)), None) if ids else None
    conditions = (f"type_id = {type_id}", filters.in_workspace(workspace.name), filters.property_equals("name", name))
    options = ListOptions(limit=1, order_by=OrderByField.ID, is_asc=False, filter_query=" AND ".join(conditions))
    return next(iter(workspace.store.get_artifacts(options)), None)
