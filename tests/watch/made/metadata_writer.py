"""Records pods as KFP's metadata writer does, with the official client and core; run by their interpreter.

Reads a list of pods from standard input, as JSON, in the order in which a watch shows them, and writes the SQLite file
that the command names. What the writer does is retold from its rules, for the pods of the tests; it imports nothing of
Lineal.
"""

import hashlib
import json
import re
import sys

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

PREFIX = "pipelines.kubeflow.org/"
TEXTS = ("pipeline_name", "run_id", "component_id")


class Writer:
    """Writes each pod once when it is first seen, and once when it tells what it made."""

    def __init__(self, path):
        config = pb.ConnectionConfig()
        config.sqlite.filename_uri = path
        config.sqlite.connection_mode = 3
        self.store = metadata_store.MetadataStore(config)
        self.started, self.finished = {}, set()

    def see(self, pod):
        labels, annotations = pod["metadata"]["labels"], pod["metadata"]["annotations"]
        run = labels.get("workflows.argoproj.io/workflow")
        if not run or annotations.get(PREFIX + "v2_component") == "true":
            return
        if "tfx" in labels.get(PREFIX + "pipeline-sdk-type", ""):
            return
        name, template = pod["metadata"]["name"], template_of(pod)
        if name not in self.started:
            self.started[name] = self.start(pod, run, template)
        done = labels.get("workflows.argoproj.io/completed") == "true"
        told = annotations.get("workflows.argoproj.io/outputs")
        if name not in self.finished and (done or told):
            self.finished.add(name)
            self.finish(self.started[name], run, template, json.loads(told or "{}"), types_of(annotations))

    def start(self, pod, run, template):
        annotations = pod["metadata"]["annotations"]
        component, version = component_of(annotations, template)
        type_id = self.type_of("execution", pb.ExecutionType(name=f"components.{version}"), TEXTS)
        execution = pb.Execution(type_id=type_id)
        for name, value in {"pipeline_name": run, "run_id": run, "component_id": component}.items():
            execution.properties[name].string_value = value
        execution.custom_properties["kfp_pod_name"].string_value = pod["metadata"]["name"]
        for name, value in json.loads(annotations.get(PREFIX + "arguments.parameters", "{}")).items():
            put_value(execution.custom_properties["input:" + name], value)
        [execution_id] = self.store.put_executions([execution])
        context_id = self.run(run)
        link = pb.Association(execution_id=execution_id, context_id=context_id)
        self.store.put_attributions_and_associations([], [link])
        for artifact in template.get("inputs", {}).get("artifacts", []):
            self.read(execution_id, artifact)
        return execution_id, context_id

    def read(self, execution_id, artifact):
        uri = uri_of(artifact)
        found = self.store.get_artifacts_by_uri(uri) if uri else []
        if found:
            name = re.sub("/data$", "", re.sub("^/tmp/inputs/", "", artifact.get("path", "")))
            self.put_event(execution_id, found[-1].id, pb.Event.INPUT, name)

    def finish(self, ids, run, template, outputs, types):
        execution_id, context_id = ids
        for told in outputs.get("artifacts", []):
            before = template.get("name", "") + "-"
            name = told["name"][len(before) :] if told["name"].startswith(before) else told["name"]
            uri = uri_of(told)
            if not uri:
                continue
            type_id = self.type_of("artifact", pb.ArtifactType(name=types.get(name, "NoType")), ())
            artifact = pb.Artifact(type_id=type_id, uri=uri)
            texts = {"name": name, "pipeline_name": run, "run_id": run}
            for key, value in {**texts, "argo_artifact": json.dumps(told, sort_keys=True)}.items():
                artifact.custom_properties[key].string_value = value
            [artifact_id] = self.store.put_artifacts([artifact])
            self.put_event(execution_id, artifact_id, pb.Event.OUTPUT, name)
            link = pb.Attribution(artifact_id=artifact_id, context_id=context_id)
            self.store.put_attributions_and_associations([link], [])

    def put_event(self, execution_id, artifact_id, event_type, name):
        path = pb.Event.Path(steps=[pb.Event.Path.Step(key=name)])
        event = pb.Event(execution_id=execution_id, artifact_id=artifact_id, type=event_type, path=path)
        self.store.put_events([event])

    def run(self, name):
        found = self.store.get_context_by_type_and_name("KfpRun", name)
        if found is not None:
            return found.id
        type_id = self.type_of("context", pb.ContextType(name="KfpRun"), TEXTS[:2])
        context = pb.Context(type_id=type_id, name=name)
        for key in TEXTS[:2]:
            context.properties[key].string_value = name
        return self.store.put_contexts([context])[0]

    def type_of(self, kind, node_type, texts):
        for name in texts:
            node_type.properties[name] = pb.STRING
        return getattr(self.store, f"put_{kind}_type")(node_type)


def template_of(pod):
    variables = pod["spec"]["containers"][0].get("env", [])
    return next((json.loads(one["value"]) for one in variables if one["name"] == "ARGO_TEMPLATE"), {})


def component_of(annotations, template):
    text, name = annotations.get(PREFIX + "component_spec"), template.get("name", "")
    if text is None:
        return name, name
    name = json.loads(text).get("name", name)
    return name, f"{name}@sha256={hashlib.sha256(text.encode()).hexdigest()}"


def types_of(annotations):
    outputs = json.loads(annotations.get(PREFIX + "component_spec", "{}")).get("outputs", [])
    typed = {one["name"]: one.get("type") for one in outputs}
    cleaned = {re.sub("-+", "-", re.sub("[^-_0-9A-Za-z]+", "-", name)).strip("-"): typed[name] for name in typed}
    return {name: type_name for name, type_name in cleaned.items() if type_name}


def uri_of(artifact):
    place = artifact.get("s3")
    if place is None:
        return None
    scheme = "s3" if re.search("s3.*amazonaws.com", place.get("endpoint", "")) else "minio"
    return f"{scheme}://{place.get('bucket', '')}/{place.get('key', '')}"


def put_value(held, value):
    if isinstance(value, int):
        held.int_value = value
    elif isinstance(value, float):
        held.double_value = value
    else:
        held.string_value = str(value)


def main():
    writer = Writer(sys.argv[1])
    for pod in json.load(sys.stdin):
        writer.see(pod)


if __name__ == "__main__":
    main()
