"""Query parameters that a route does not have."""

from __future__ import annotations

import pytest

from tests.server.rest.shelf import Shelf


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("artifacts", "context_id, cursor, filter_query, limit, order_by, q"),
        ("totals", "it has none"),
        ("metrics/series", "metric"),
        ("audit", "subject"),
    ],
)
def test_an_unknown_parameter_is_refused_with_those_that_there_are(kept_shelf: Shelf, path: str, said: str) -> None:
    needed = {"metric": "auc"} if path == "metrics/series" else {}
    problem = kept_shelf.problem(f"/{path}", typo="nope", **needed)
    assert problem["status"] == 400
    assert f"no parameter 'typo' of /api/v1/{path}; " in problem["detail"]
    assert said in problem["detail"]
