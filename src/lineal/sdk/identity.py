"""When two records are the same artifact.

What stays out: finding and storing them (executions/recording.py), and locations (lineal.locations).
"""

from __future__ import annotations

from lineal.conventions import MLFLOW_IDS, OPENLINEAGE_IDS
from lineal.locations import normal_form
from lineal.sdk import stored_form
from lineal.wire import metadata_store as pb


def is_same_version(a: pb.Artifact, b: pb.Artifact) -> bool:
    """Tell whether type, location, name, version and workspace of two records agree.

    What OpenLineage names has the name of a table or file, so the others alone tell whether `b`, the stored record, is
    it; so it is with MLflow's data sets.
    """
    same_name = a.properties.get("name") == b.properties.get("name") or is_named_by_location(b)
    return (
        a.type_id == b.type_id
        and (a.uri == b.uri or normal_form(a.uri) == normal_form(b.uri))
        and same_name
        and a.properties.get("version") == b.properties.get("version")
        and a.custom_properties.get(stored_form.WORKSPACE_PROPERTY_NAME)
        == b.custom_properties.get(stored_form.WORKSPACE_PROPERTY_NAME)
    )


def is_named_by_location(stored: pb.Artifact) -> bool:
    """Tell whether a record is a data set of OpenLineage or MLflow, whose name says where it is, or is one run's."""
    own_id = stored.external_id
    return own_id.startswith(OPENLINEAGE_IDS) or (own_id.startswith(MLFLOW_IDS) and ":dataset:" in own_id)
