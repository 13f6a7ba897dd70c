"""Compare the pinned dependencies with published advisories; `make audit` runs it, by pip-audit.

A known vulnerability fails it. Where advisories cannot be had, as without a network or behind a mirror that has none,
it says so and passes: CI on such a machine cannot know. What may stay for a reason stands in ACCEPTED.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
PINS = "constraints.txt"
# The id of an advisory, and why it does not matter here or what is waited for.
ACCEPTED: dict[str, str] = {}


def main() -> None:
    """Print what is known, and exit with 1 if a pinned version has a vulnerability."""
    found = _report()
    if found is None:
        print("advisories could not be had here: nothing was audited", file=sys.stderr)
        return
    audited = [each for each in found if "skip_reason" not in each]
    if not audited:
        print(f"nothing was audited: of {len(found)} dependencies no advisories are published here", file=sys.stderr)
        return
    breaches = list(_breaches(audited))
    print("\n".join(breaches) or f"{len(audited)} of {len(found)} dependencies audited, no vulnerability known")
    sys.exit(bool(breaches))


def _report() -> list[dict[str, Any]] | None:
    """Return what pip-audit says of each dependency, or None if it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", PINS, "--no-deps", "--disable-pip"]
    run = subprocess.run([*command, "--format", "json", "--progress-spinner", "off"], cwd=TOP, capture_output=True)
    try:
        dependencies: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(run.stderr.decode("utf-8", "replace")[-500:], file=sys.stderr)
        return None
    return dependencies


def _breaches(audited: list[dict[str, Any]]) -> list[str]:
    return [
        f"{each['name']} {each['version']}: {advisory['id']}, mended in {', '.join(advisory['fix_versions']) or 'none'}"
        for each in audited
        for advisory in each["vulns"]
        if advisory["id"] not in ACCEPTED
    ]


if __name__ == "__main__":
    main()
