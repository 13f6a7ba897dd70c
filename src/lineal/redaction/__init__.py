"""Take secrets out of what strangers send, before it is stored or sent on: objects, scripts, facets.

What is hidden: the data of Secrets of Kubernetes; values of variables, parameters, headers, flags and fields whose
names tell of a secret (`names.py`); tokens and private keys of known shape and passwords in URLs (`shapes.py`); all of
these in scripts, JSON, YAML and base64 (`texts.py`, `commands.py`, `neighbours.py`). Annotations of Kubernetes that
hold whole objects are left out. What stays out: which objects are searched.
"""

from __future__ import annotations

from lineal.redaction.names import REDACTED
from lineal.redaction.objects import hide_in_object

__all__ = ["REDACTED", "hide_in_object"]
