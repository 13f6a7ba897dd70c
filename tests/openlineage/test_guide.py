"""docs/openlineage.md says what the code does: its tables are those of the rules."""

from __future__ import annotations

import re

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.locations import joined, split
from lineal.openlineage import facets
from tests.services import REPOSITORY

PAGE = (REPOSITORY / "docs" / "openlineage.md").read_text()


def section(title: str) -> str:
    """Return the text below a heading, up to the next one of the same or a higher level."""
    level = title.partition(" ")[0]
    below = PAGE.partition(f"\n{title}\n")[2]
    assert below, title
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def test_the_table_of_uris_is_what_joins_names() -> None:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|$", section("### The uri of a data set"), re.MULTILINE)
    assert len(rows) >= 5
    for namespace, name, uri in rows:
        assert (joined(namespace, name), split(uri)) == (uri, (namespace, name))


def test_every_facet_that_becomes_a_property_is_there_with_its_properties() -> None:
    text = section("## What becomes what")
    for kind in (EXECUTION, CONTEXT, ARTIFACT):
        for facet, rule in facets._RULES[kind].items():
            assert f"`{facet}`" in text
            for name in rule({}):
                assert f"`{name}`" in text or name == "labels", f"{facet} gives {name}, which the page does not name"
