"""Short names of types. Types of watched objects of Kubernetes are called by their kind.

A watcher names types `kubeflow.org/Pod/v1` and `kubeflow.org/Job.batch/v1`: kind, group and version. Every other type
is called by the part after its last slash. What stays out: finding types in a search (`filter/search`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

WATCHED = "kubeflow.org/"
"""What the names of types of watched objects begin with."""
_WATCHED = re.compile(r"kubeflow\.org/([A-Z][A-Za-z0-9]*)(?:\.([a-z0-9.-]+))?/(v\d+(?:(?:alpha|beta)\d+)?)")


class WatchedKind(NamedTuple):
    """The kind of a watched object.

    Attributes:
        kind: the kind (Job).
        group: its group (batch); "" for the core.
        version: the version of the group (v1).
    """

    kind: str
    group: str
    version: str

    @property
    def with_group(self) -> str:
        """The kind and its group: `Job.batch`, `Pod`."""
        return f"{self.kind}.{self.group}" if self.group else self.kind


def watched_kind(type_name: str) -> WatchedKind | None:
    """Return the kind that a type is of, None for a type that no watcher made."""
    found = _WATCHED.fullmatch(type_name)
    return WatchedKind(found[1], found[2] or "", found[3]) if found else None


def of_kind(kind: str, type_names: Iterable[str]) -> list[str]:
    """Return the types of a kind: `Pod` means any group and version, `Job.batch` any version of one group."""
    starts = [f"{WATCHED}{kind}", *starts_of_kind(kind)]
    watched = (name for name in type_names if watched_kind(name))
    return [name for name in watched if name == starts[0] or name.startswith(tuple(starts[1:]))]


def starts_of_kind(kind: str) -> list[str]:
    """Return what the types of a kind begin with, in any group and version; `Job.batch` is a kind of one group."""
    return [f"{WATCHED}{kind}/v", *([] if "." in kind else [f"{WATCHED}{kind}."])]


def short_name(type_name: str) -> str:
    """Return the kind of a watched object, or the part of a type's name after its last slash."""
    watched = watched_kind(type_name)
    return watched.kind if watched else type_name.rpartition("/")[2] or type_name


def short_names(type_names: Collection[str]) -> dict[str, str]:
    """Return the short name of each type; kinds of the same name get their group, and their version if need be.

    A search finds what each of them names with `type=`.
    """
    watched = {name: kind for name in type_names if (kind := watched_kind(name))}
    kinds = Counter(each.kind for each in watched.values())
    grouped = Counter(each.with_group for each in watched.values())
    names = {name: short_name(name) for name in type_names}
    for name, each in watched.items():
        if kinds[each.kind] > 1:
            is_clear = each.group and grouped[each.with_group] == 1
            names[name] = each.with_group if is_clear else f"{each.with_group}/{each.version}"
    return names
