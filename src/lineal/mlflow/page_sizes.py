"""How many a page of a list is to have."""

from __future__ import annotations

from lineal import errors
from lineal.mlflow.requests import Request

LONGEST = 50_000


def read(request: Request, *, usual: int, longest: int = LONGEST) -> int:
    """Return how many a page is to have.

    Args:
        request: the request.
        usual: what counts if the request does not say it.
        longest: as many as it can have.

    Raises:
        InvalidArgumentError: none, or more than MLflow's server allows.
    """
    found = request.number("max_results")
    size = usual if found is None else found
    if not 0 < size <= longest:
        raise errors.InvalidArgumentError(
            f"max_results is {size}; give from 1 to {longest}", errors.Details(parameter="max_results")
        )
    return size
