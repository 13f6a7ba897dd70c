"""The kinds of objects to watch, and how to read those that do work; from a list or a file.

The list has the original watcher's form, `[{"Group": "", "Version": "v1", "Kind": "Pod"}]`, as JSON or YAML, with more
keys for own kinds. What stays out: asking the cluster whether it serves them (`cluster/discovery.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from lineal import errors
from lineal.watch.kinds import KNOWN_WORKLOADS
from lineal.watch.kinds import Workload as Workload
from lineal.watch.yaml_text import load_yaml

_FORMS = 'write [{"Group": "batch", "Version": "v1", "Kind": "Job"}] as JSON or YAML, or Job.batch/v1,Pod/v1'


@dataclass(frozen=True)
class Resource:
    """A kind of objects to watch.

    Attributes:
        group: the API group, "" for the core.
        version: the version of the group.
        kind: the kind, as objects name it.
        workload: how to read its work; None if it does no work.
        redact: further paths whose values are never stored.

    """

    group: str
    version: str
    kind: str
    workload: Workload | None = None
    redact: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The kind as the original watcher wrote it: `Pod/v1`, `Notebook.kubeflow.org/v1`."""
        return f"{self.kind}.{self.group}/{self.version}" if self.group else f"{self.kind}/{self.version}"

    @property
    def type_name(self) -> str:
        """The name of the types that its records have."""
        return f"kubeflow.org/{self.name}"

    @property
    def api_version(self) -> str:
        """Group and version as objects name them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def api_path(self) -> str:
        """Where the API server serves this group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


@dataclass(frozen=True)
class Served:
    """A kind as the cluster serves it.

    Attributes:
        resource: the kind.
        plural: its name in paths.
        namespaced: whether its objects are in namespaces.

    """

    resource: Resource
    plural: str
    namespaced: bool

    def path(self, namespace: str = "") -> str:
        """Return the path of the list of a namespace; of all objects without one."""
        place = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{self.resource.api_path}{place}/{self.plural}"

    def object_path(self, obj: Mapping[str, Any]) -> str:
        """Return the path of an object: what API servers of old wrote into it as its self link."""
        metadata = obj.get("metadata", {})
        return f"{self.path(metadata.get('namespace', ''))}/{metadata.get('name', '')}"


def parse_resources(text: str) -> tuple[Resource, ...]:
    """Read a list of resources: the name of a file, JSON or YAML, or names such as `Pod/v1,Job.batch/v1`.

    Raises:
        InvalidArgumentError: the text is none of these, or an entry is wrong.

    """
    if "\n" in text:
        return _from_document(load_yaml(text))
    if _is_file(text):
        return _from_document(load_yaml(Path(text).read_text()))
    if "{" in text:
        return _from_document(load_yaml(text))
    if "/" not in text or text.endswith((".json", ".yaml", ".yml")):
        raise _wrong(f"there is no file {text!r}")
    return _unique(_from_name(name.strip()) for name in text.split(",") if name.strip())


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # longer than the name of a file can be
        return False


def _from_name(name: str) -> Resource:
    kind_and_group, _, version = name.rpartition("/")
    kind, _, group = kind_and_group.partition(".")
    if not kind or not version:
        raise _wrong(f"{name!r} is not a resource")
    return known(Resource(group, version, kind))


def known(resource: Resource) -> Resource:
    """Return the resource with what is known of kinds that do work, unless it says so itself."""
    return replace(resource, workload=resource.workload or KNOWN_WORKLOADS.get((resource.group, resource.kind)))


def _from_document(document: Any) -> tuple[Resource, ...]:
    if not isinstance(document, list) or not document:
        raise _wrong("the list of resources is not a list, or is empty")
    return _unique(_from_entry(entry) for entry in document)


def _from_entry(entry: Any) -> Resource:
    if not isinstance(entry, Mapping):
        raise _wrong(f"{entry!r} is not a resource")
    given = {str(key).lower(): value for key, value in entry.items()}
    group, version, kind = (given.pop(key, None) or "" for key in ("group", "version", "kind"))
    workload, redact = given.pop("workload", None), given.pop("redact", ())
    if given or not version or not kind or not all(isinstance(word, str) for word in (group, version, kind)):
        raise _wrong(f"{dict(entry)!r} needs Version and Kind, may have Group, workload and redact, and nothing else")
    return known(Resource(group, version, kind, _workload(workload), _texts("redact", redact)))


def _workload(given: Any) -> Workload | None:
    if given is None or given is False:
        return None
    if given is True:
        return Workload()
    names = [field.name for field in fields(Workload) if field.name != "read"]
    if not isinstance(given, Mapping) or not given.keys() <= set(names):
        raise _wrong(f"workload is {given!r}; its keys are {', '.join(names)}")
    paths = ("counts", "start", "end", "template", "model_uri")
    read: dict[str, Any] = {name: _texts(name, value) if name in paths else value for name, value in given.items()}
    return Workload(**read)


def _texts(name: str, given: Any) -> tuple[str, ...]:
    listed = (given,) if isinstance(given, str) else given
    if not isinstance(listed, list | tuple) or not all(isinstance(text, str) for text in listed):
        raise _wrong(f"{name} is {given!r}; give a path or a list of paths")
    return tuple(listed)


def _unique(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Keep each resource once; two versions of a kind would record each object twice."""
    by_kind: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        other = by_kind.setdefault((resource.group, resource.kind), resource)
        if other.version != resource.version:
            raise _wrong(f"{other.name} and {resource.name} are the same objects")
    return tuple(by_kind.values())


def _wrong(what: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(f"--resources: {what}; {_FORMS}")
