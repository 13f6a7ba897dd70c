"""Where the files of a run are: a folder inside the place of its experiment."""

from __future__ import annotations


def run_place(experiment_place: str, run_id: str) -> str:
    """Return the URI of a run's files.

    Only the path grows, so what follows `?` stays at the end: `gs://bucket/x?user=a` has runs at
    `gs://bucket/x/RUN/artifacts?user=a`. A slash at the end of the path is not doubled. MLflow's server does the same.
    """
    path, mark, query = experiment_place.partition("?")
    return f"{path if path.endswith('/') else f'{path}/'}{run_id}/artifacts{mark}{query}"


def model_place(experiment_place: str, model_id: str) -> str:
    """Return the URI of a logged model's files, in the same way."""
    path, mark, query = experiment_place.partition("?")
    return f"{path if path.endswith('/') else f'{path}/'}models/{model_id}/artifacts{mark}{query}"
