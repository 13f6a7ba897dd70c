"""What Lineal knows of kinds of objects that do work, by API group and kind; one module for each family.

A kind is data (`workload.py`); a function reads only what data cannot say. What stays out: which kinds are watched
(`resources.py`), and what a workload made.
"""

from __future__ import annotations

from collections.abc import Mapping

from lineal.watch.kinds import argo, core, katib, ray, serving, spark, tekton, training
from lineal.watch.kinds.workload import Workload as Workload

KNOWN_WORKLOADS: Mapping[tuple[str, str], Workload] = {
    key: workload
    for family in (core, training, katib, serving, argo, spark, ray, tekton)
    for key, workload in family.WORKLOADS.items()
}
