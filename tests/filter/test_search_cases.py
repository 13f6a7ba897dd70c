"""The search language in its own text: search_cases.json holds queries with what each means, or where its mistake is.

The web UI has no grammar: it shows what the server answers. So this suite holds the grammar to the cases, and the suite
of the web UI (ui/tests/searchCases.test.tsx) shows the same answers and checks what a person sees. `differed` marks
queries that the former grammar of the web UI understood otherwise.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from lineal.catalogue import searching
from lineal.filter.search import parse
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind

Case = dict[str, Any]
KINDS: dict[str, Kind | None] = {"artifact": ARTIFACT, "execution": EXECUTION, "context": CONTEXT, "run": None}
CASES: list[Case] = json.loads(Path(__file__).with_name("search_cases.json").read_text(encoding="utf-8"))
GOOD = [case for case in CASES if "terms" in case]
WRONG = [case for case in CASES if "mistake" in case]


def named(case: Case) -> str:
    return f"{case.get('kind', '')} {case['q']}".strip()


def kind_of(case: Case) -> Kind | None:
    return KINDS[case.get("kind", "artifact")]


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_a_query_means_its_terms(case: Case) -> None:
    found = searching.parsed(case["q"])
    assert searching.mistake_in(case["q"], kind_of(case)) is None
    assert found.text == case["text"]
    assert [dataclasses.asdict(term) for term in found.terms] == case["terms"]


@pytest.mark.parametrize("case", WRONG, ids=named)
def test_a_wrong_query_has_one_mistake_with_its_place_and_hint(case: Case) -> None:
    mistake = searching.mistake_in(case["q"], kind_of(case))
    assert mistake is not None
    assert dataclasses.asdict(mistake) == case["mistake"]
    assert mistake.hint


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_the_shortest_form_means_the_same_query(case: Case) -> None:
    def meaning(text: str) -> list[tuple[Any, bool]]:
        return [(term.body, term.negated) for term in parse(text).terms if not hasattr(term.body, "options")]

    assert meaning(case["text"]) == meaning(case["q"])
    assert searching.parsed(case["text"]).text == case["text"]


def test_the_file_holds_what_it_promises() -> None:
    assert len(CASES) >= 150
    assert sum(case.get("differed", False) for case in CASES) >= 20
    assert len({(case.get("kind"), case["q"]) for case in CASES}) == len(CASES)
    assert "has:uri" in [case["q"] for case in GOOD]
    assert "metric.auc=nan" in [case["q"] for case in GOOD]
