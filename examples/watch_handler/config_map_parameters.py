"""A watch handler of your own: ConfigMaps with the label `parameters-of` become artifacts that hold parameters.

Watch them with `lineal watch --resources ConfigMap/v1 ...`. Each version of a ConfigMap is an artifact of its own, so
that an execution can tell with which parameters it ran.
"""

from __future__ import annotations

from lineal.watch import ArtifactRecord, Handler, Records, Resource, Seen

LABEL = "parameters-of"


class ParameterHandler(Handler):
    """Records the parameters in labelled ConfigMaps."""

    def wants(self, resource: Resource) -> bool:
        """Tell whether a kind is for this handler."""
        return resource.kind == "ConfigMap"

    def on_add(self, seen: Seen) -> Records | None:
        """Record the parameters of a new ConfigMap; `on_update` does the same unless it is overridden."""
        model = seen.metadata.get("labels", {}).get(LABEL)
        if model is None:
            return None
        version = seen.metadata["resourceVersion"]
        parameters = ArtifactRecord(
            type_name="example.org/Parameters",
            external_id=f"{seen.external_id}/parameters/{version}",
            uri=f"{seen.path}?resourceVersion={version}",
            properties={"name": seen.name, "model": model, "version": version},
            custom_properties=dict(seen.object.get("data", {})),
        )
        return Records(artifacts=(parameters,))

    def on_delete(self, seen: Seen) -> Records | None:
        """Keep what was recorded: parameters that were used once stay part of the lineage."""
        return None
