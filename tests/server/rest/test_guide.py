"""The examples of the guide to REST run as they stand, against a server on the tutorial's store."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx

from tests.services import REPOSITORY

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_run(tutorial_api: httpx.Client) -> None:
    address = str(tutorial_api.base_url).removesuffix("/api/v1/")
    program = "\n".join(BLOCK.findall((REPOSITORY / "docs/rest.md").read_text()))
    program = program.replace("http://localhost:8081", address)

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False)

    assert ran.returncode == 0, ran.stderr
    assert "loaf-forecast" in ran.stdout
    assert "made from ['orders']" in ran.stdout
