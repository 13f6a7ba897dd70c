"""What a watcher records of Pods, Jobs of two groups, a Workflow and a PipelineRun; `watched.journey.ts` runs it."""

import sys

import lineal
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.objects import ObjectHandler
from lineal.watch.records import merged
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writing.recorder import Recorder

NAMES = {
    "Pod": "Pod/v1",
    "PodGroup": "PodGroup.scheduling.volcano.sh/v1beta1",
    "Job": "Job.batch/v1",
    "VolcanoJob": "Job.batch.volcano.sh/v1alpha1",
    "Workflow": "Workflow.argoproj.io/v1alpha1",
    "PipelineRun": "PipelineRun.tekton.dev/v1",
    "TaskRun": "TaskRun.tekton.dev/v1",
}
DONE = {
    "phase": "Succeeded",
    "startTime": "2026-11-20T03:00:00Z",
    "startedAt": "2026-11-20T03:00:00Z",
    "completionTime": "2026-11-20T03:22:40Z",
    "finishedAt": "2026-11-20T03:22:40Z",
    "containerStatuses": [{"state": {"terminated": {"exitCode": 0, "finishedAt": "2026-11-20T03:22:40Z"}}}],
    "conditions": [{"type": "Succeeded", "status": "True", "lastTransitionTime": "2026-11-20T03:22:40Z"}],
}


def seen(kind: str, name: str, owner: tuple[str, str] | None = None) -> Seen:
    """Return an object of a kind that has ended, as a handler gets it."""
    [resource] = parse_resources(NAMES[kind])
    metadata = {"name": name, "namespace": "lab", "uid": f"uid-{name}", "creationTimestamp": "2026-11-20T02:59:00Z"}
    if owner:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "uid": f"uid-{owner[1]}"}]
    obj = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata, "status": DONE}
    return Seen(resource, obj, "lab", "lab", time="2026-11-20T03:23:00Z", path=f"/{kind}/{name}")


objects = [seen("Pod", f"bake-{number}", ("Workflow", "bake-every-night")) for number in range(12)]
objects += [seen("Workflow", "bake-every-night"), seen("PipelineRun", "deploy")]
objects += [seen("TaskRun", f"deploy-task-{number}", ("PipelineRun", "deploy")) for number in range(3)]
objects += [seen("Job", "backup"), seen("VolcanoJob", "sweep"), seen("PodGroup", "gang")]
with lineal.connect(sys.argv[1]) as store:
    recorder = Recorder(store)
    for each in objects:
        handlers = [ObjectHandler(), WorkloadHandler()]
        recorder.write(merged([handler.on_add(each) for handler in handlers if handler.wants(each.resource)]))
