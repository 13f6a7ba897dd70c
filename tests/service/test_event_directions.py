"""What counts as input and output is written once, for all types of events."""

from __future__ import annotations

import re
from pathlib import Path

import lineal
from lineal.event_directions import INPUTS, INTERNAL, OUTPUTS, UPSTREAM, leading
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.wire import metadata_store as pb

SOURCES = Path(lineal.__file__).parent


def test_every_type_of_event_but_the_unknown_is_an_input_or_an_output() -> None:
    assert sorted(INPUTS + OUTPUTS) == sorted(set(pb.Event.Type.values()) - {pb.Event.UNKNOWN})


def test_without_internal_events_the_others_lead_on() -> None:
    shown = leading(UPSTREAM, internal=False)
    assert set(shown[ARTIFACT]) == set(OUTPUTS) - set(INTERNAL)
    assert set(shown[EXECUTION]) == set(INPUTS) - set(INTERNAL)


def test_no_other_module_says_what_an_input_or_output_is() -> None:
    types = re.compile(r"Event\.(DECLARED|INTERNAL|PENDING)_|endswith\(.(IN|OUT)PUT")
    naming = [path.name for path in SOURCES.rglob("*.py") if types.search(path.read_text("utf-8"))]
    assert naming == ["event_directions.py"]
