"""docs/openlineage.md says what the code does: its tables are those of the rules, and its program continues a table."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lineal import conventions
from lineal.cli import main
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.locations import joined, split
from lineal.openlineage import checks, facets, stored_form
from lineal.openlineage.pointers import EventError
from tests.services import REPOSITORY

PAGE = (REPOSITORY / "docs" / "openlineage.md").read_text()
PYTHON = re.compile(r"^ *```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


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


def test_the_smallest_event_has_what_must_be_there_and_no_more() -> None:
    text = section("### JSON")
    event = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    assert checks.read(event) is not None

    for name in ("eventTime", "producer", "job"):
        with pytest.raises(EventError):
            checks.read({key: value for key, value in event.items() if key != name})
    assert checks.read({key: value for key, value in event.items() if key not in ("eventType", "inputs", "outputs")})


def test_no_text_that_events_say_of_a_data_set_is_a_label() -> None:
    said = {name for rule in facets._RULES[ARTIFACT].values() for name in rule({})}
    numbers = {"columns", "row_count", "bytes", "file_count", "assertions", "failed_assertions"}
    own = stored_form.PROPERTIES[stored_form.DATA_SET_TYPE] | {conventions.LABELS}
    assert {*said, "namespace"} - numbers - own == conventions.OPENLINEAGE_TEXTS


@pytest.mark.slow
def test_the_program_continues_a_table(tmp_path: Path) -> None:
    program = PYTHON.findall(section("## From dbt to a model in five minutes"))[0]
    program = re.sub(r"^   ", "", program, flags=re.MULTILINE)
    [uri] = re.findall(r'DataSet\(uri="([^"]+)"', program)
    named = split(uri)
    assert named is not None
    event = {
        "eventTime": "2026-03-02T08:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.com/dbt",
        "run": {"runId": "0198f000-0000-7000-8000-000000000001"},
        "job": {"namespace": "dbt", "name": "features"},
        "inputs": [{"namespace": named.namespace, "name": "shop.raw.orders"}],
        "outputs": [{"namespace": named.namespace, "name": named.name}],
    }
    (tmp_path / "event.json").write_text(json.dumps(event))
    database = f"sqlite:///{tmp_path}/metadata.db"
    assert main(["import", "openlineage", str(tmp_path / "event.json"), "--db", database]) == 0
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    command = [sys.executable, "-m", "lineal", "lineage", "--up", "--db", database]
    model = subprocess.run([*command, "3"], capture_output=True, text=True, check=True).stdout
    assert "shop.raw.orders" in model
