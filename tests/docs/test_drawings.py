"""The drawings of docs/concepts are what the script draws, and each is shown with a text that says what is on it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from scripts.draw_concepts import DRAWINGS, FOLDER, WIDTH

SHOWN = re.compile(r"!\[([^]]+)\]\(drawings/(\w+)\.svg\)")
SHORTEST_TEXT = 60  # characters: a name alone says nothing to a person who does not see the drawing


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_what_the_script_makes(name: str) -> None:
    assert (FOLDER / f"{name}.svg").read_text() == DRAWINGS[name]().svg(), "run scripts/draw_concepts.py"


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_shape_and_word_of_a_drawing_begins_on_its_paper(name: str) -> None:
    drawn = ET.fromstring(DRAWINGS[name]().svg())
    height = int(drawn.attrib["height"])
    for each in drawn.iter():
        if "x" in each.attrib:
            right = float(each.attrib["x"]) + float(each.attrib.get("width", 0))
            bottom = float(each.attrib["y"]) + float(each.attrib.get("height", 0))
            assert 0 <= right <= WIDTH, each.attrib
            assert 0 <= bottom <= height, each.attrib


def test_every_drawing_is_shown_on_a_page_with_a_text_of_its_own() -> None:
    shown = [found for page in FOLDER.parent.glob("*.md") for found in SHOWN.findall(page.read_text())]

    assert sorted(name for _, name in shown) == sorted(DRAWINGS)
    assert all(len(text) > SHORTEST_TEXT for text, _ in shown)
    assert {path.stem for path in FOLDER.iterdir()} == set(DRAWINGS)
