"""Objects with planted secrets: every text `Qx7Z` with three digits must not be stored, every `Kp5V` must be.

Tags build what cannot be written down as it is: `!base64` and `!gzip` pack a text, `!json` makes one of a structure,
and `!join` puts together what looks like a real token to programs that search source code for them.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import yaml

PLANTED = re.compile(r"Qx7Z\d{3}")
KEPT = re.compile(r"Kp5V\d{3}")
ABOUT = Path(__file__).parent


class _Loader(yaml.SafeLoader):
    """Reads the tags of the corpus."""


def _json(loader: _Loader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.MappingNode)
    return json.dumps(loader.construct_mapping(node, deep=True))


def _join(loader: _Loader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.SequenceNode)
    return "".join(loader.construct_sequence(node))


def _packed(loader: _Loader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.ScalarNode)
    text = loader.construct_scalar(node).encode()
    return base64.b64encode(gzip.compress(text) if node.tag == "!gzip" else text).decode()


for tag, construct in (("!json", _json), ("!join", _join), ("!base64", _packed), ("!gzip", _packed)):
    _Loader.add_constructor(tag, construct)


def corpus() -> list[dict[str, Any]]:
    """The objects, with uids and a namespace."""
    objects = [obj for path in sorted(ABOUT.glob("*.yaml")) for obj in yaml.load_all(path.read_text(), _Loader)]
    for index, obj in enumerate(objects):
        obj["metadata"] |= {"uid": f"uid-{index}", "namespace": "lab", "resourceVersion": str(index + 1)}
    return objects


def marks(pattern: re.Pattern[str]) -> set[str]:
    """The marks in the files."""
    return {mark for path in ABOUT.glob("*.yaml") for mark in pattern.findall(path.read_text())}


def packed_marks() -> re.Pattern[bytes]:
    """What the marks of planted secrets begin with in base64, wherever they start in what is packed."""
    packed = [base64.b64encode(b"\0" * before + b"Qx7Z0") for before in range(3)]
    return re.compile(
        b"|".join(re.escape(form[skipped : skipped + 5]) for form, skipped in zip(packed, (0, 2, 3), strict=True))
    )
