"""Reading YAML, with the package that only watchers need. What stays out: what the text means."""

from __future__ import annotations

from typing import Any

from lineal import errors


def load_yaml(text: str) -> Any:
    """Read YAML, and so JSON.

    Raises:
        FailedPreconditionError: the extra `watch` is not installed.
        InvalidArgumentError: the text is neither YAML nor JSON.

    """
    try:
        import yaml
    except ModuleNotFoundError:
        raise errors.FailedPreconditionError(
            "Watching needs the package PyYAML; install it with: pip install 'lineal[watch]'"
        ) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise errors.InvalidArgumentError(f"--resources: neither JSON nor YAML{place}; correct the file") from None
