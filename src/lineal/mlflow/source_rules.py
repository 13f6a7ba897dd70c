"""Which sources a version of a registered model can have: those that MLflow's server takes.

A source inside the server's own files must belong to the run or the model that the version names: otherwise whoever can
register a model could read the files of others through it. What stays out: what a source leads to (sources.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from lineal import errors
from lineal.files.paths import is_allowed
from lineal.mlflow.requests import Request, pairs

IS_PROMPT = "mlflow.prompt.is_prompt"
_PROMPT_SOURCES = ("dummy-source", "prompt-template")
_REMOTE_ONLY = ("http", "https", "ftp", "hdfs")
_LOGGED_MODEL = re.compile(r"models:/(m-[^/]+)")
_VERSION = re.compile(r"models:/(?P<name>[^/@:]+)(/(?P<version>[^/@:]+)|@(?P<alias>[^/:]+))")
_RUN = re.compile(r"runs:/(?P<run_id>[^/]+)(/.*)?", re.DOTALL)


def check(request: Request, *, run_place: str, model_place: str) -> None:
    """Refuse a source that a version cannot have.

    Args:
        request: the request, with `source`, `run_id`, `model_id` and `tags`.
        run_place: the URI of the files of the run that it names, "" if it does not exist.
        model_place: the same for the logged model.

    Raises:
        InvalidArgumentError: a version cannot have the source, or it is not of the run or the model in the request.
    """
    source = request.text("source")
    if is_prompt(pairs(request.list("tags"))):
        if source not in _PROMPT_SOURCES:
            raise _refused(source, f"the source of a prompt is {' or '.join(_PROMPT_SOURCES)}")
        return
    parts = _split(source)
    if parts.scheme == "models":
        _check_model(request, source)
    elif parts.scheme == "runs":
        _check_run(request, source)
    elif parts.scheme in _REMOTE_ONLY or (parts.scheme == "mlflow-artifacts" and parts.netloc):
        raise _refused(source, f"it cannot use the scheme {parts.scheme!r} of another server")
    elif ".." in unquote(parts.path).split("/") or (parts.scheme and not parts.path.startswith("/")):
        raise _refused(source, "give the URI of a folder with an absolute path, without '..'")
    elif parts.scheme in ("", "file", "mlflow-artifacts"):
        is_proxied = parts.scheme == "mlflow-artifacts"
        places = [run_place, model_place] if is_proxied else [run_place]
        _check_inside(source, places, root=request.root if is_proxied else "")


def is_prompt(tags: Mapping[str, str]) -> bool:
    """Say whether a version is one of a prompt, given its tags: prompts are kept in the registry, too."""
    return tags.get(IS_PROMPT, "").lower() == "true"


def logged_model_of(source: str) -> str:
    """Return the id of the logged model that a source names as `models:/m-...`, "" if it names none."""
    found = _LOGGED_MODEL.fullmatch(source)
    return found[1] if found else ""


def version_of(source: str) -> re.Match[str] | None:
    """Return the `name` and the `version` or `alias` in a source such as `models:/churn/3` or `models:/churn@best`."""
    return None if logged_model_of(source) else _VERSION.fullmatch(source)


def _split(source: str) -> SplitResult:
    try:
        return urlsplit(source.lstrip())
    except ValueError:
        raise _refused(source, "it is not a URI") from None


def _check_model(request: Request, source: str) -> None:
    model_id = logged_model_of(source)
    if model_id and request.text("model_id") != model_id:
        raise _refused(source, f"'model_id' must be {model_id[:60]!r}, the model in it")
    if not (model_id or version_of(source)):
        raise _refused(source, "write models:/m-ID, models:/NAME/VERSION or models:/NAME@ALIAS")


def _check_run(request: Request, source: str) -> None:
    found = _RUN.fullmatch(source)
    if found is None or ".." in unquote(source).split("/"):
        raise _refused(source, "write runs:/RUN/PATH, without '..'")
    if request.text("run_id") != found["run_id"] or request.text("model_id"):
        raise _refused(source, "'run_id' must be the run in it, and 'model_id' must not be given")


def _check_inside(source: str, places: Sequence[str], *, root: str) -> None:
    """Refuse a source in files of this server, or of its machine, unless it is in one of some places.

    A place is what the record of a run or a model says, which a writer can edit. So it counts only inside the files of
    the workspace, if those are given.
    """
    wanted = _bare(source)
    if root and not _is_below(wanted, _bare(root)):
        raise _refused(source, f"it is not among the files of this workspace, which begin with {root}/")
    if not any(place and _is_own(wanted, _bare(place)) for place in places):
        raise _refused(
            source,
            "such a source must be inside the files of the run that 'run_id' names, or of the model that 'model_id' "
            "names, without '?', '#' and '\\'; log the model first",
        )


def _is_own(wanted: str, place: str) -> bool:
    """Say whether a source is a place itself or a folder in it, whichever part of it a reader takes as the path."""
    return wanted == place or (_is_below(wanted, place) and not set("?#") & set(wanted.removeprefix(place)))


def _is_below(wanted: str, place: str) -> bool:
    return wanted.startswith(f"{place}/") and is_allowed(wanted.removeprefix(f"{place}/"))


def _bare(place: str) -> str:
    return unquote(place.strip().removeprefix("file://")).rstrip("/")


def _refused(source: str, why: str) -> errors.InvalidArgumentError:
    shown = source if len(source) <= 100 else f"{source[:100]}..."
    return errors.InvalidArgumentError(
        f"a version cannot have the source {shown!r}: {why}", errors.Details(parameter="source")
    )
