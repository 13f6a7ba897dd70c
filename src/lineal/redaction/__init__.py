"""Take secrets out of what strangers send, before it is stored or sent on: objects, scripts, facets.

What is hidden: the data of Secrets of Kubernetes; values of variables, parameters, headers, flags and fields whose
names tell of a secret (`names.py`); tokens and private keys of known shape and passwords in URLs (`shapes.py`); all of
these in scripts, JSON, YAML and base64 (`texts.py`, `commands.py`, `neighbours.py`). Annotations of Kubernetes that
hold whole objects are left out. What stays out: which objects are searched.
"""

from __future__ import annotations

from typing import Any

from lineal.redaction.names import REDACTED, is_secret
from lineal.redaction.objects import hide_in_object

__all__ = ["REDACTED", "hide_in_object", "hide_parameter"]


def hide_parameter(name: str, value: Any) -> Any:
    """Return the value of a parameter or a hyperparameter (any JSON value) without secrets.

    >>> hide_parameter("db_password", "hunter2"), hide_parameter("url", "http://ada:hunter2@db"), hide_parameter("C", 1)
    ('***', 'http://***@db', 1)
    """
    return REDACTED if is_secret(name, value) else hide_in_object({name: value})[name]
