"""The software bill of materials (CycloneDX) of the image: its Python packages, and what the web UI is built from.

The packages are those of an environment like the image's, so the list is what pip chose and not what might fit. The
system's packages below them belong to the base image, and are not in the list.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

SPEC = "1.6"


def write(wheel: Path, top: Path, version: str, file: Path) -> None:
    """Write the list for a wheel of a version, with the extras that the Dockerfile installs."""
    write_of(environment(wheel, top), top, version, file)


def write_of(python: Path, top: Path, version: str, file: Path) -> None:
    """Write the list for an environment, which its Python names."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", str(python), "--pyproject", "pyproject.toml"]
    command += ["--output-reproducible", "--sv", SPEC, "--of", "JSON", "-o", str(file)]
    subprocess.run(command, cwd=top, check=True)
    bill = json.loads(file.read_text())
    bill["metadata"]["component"] |= {"version": version, "purl": f"pkg:pypi/lineal@{version}"}
    add_web_ui(bill, json.loads((top / "ui" / "package-lock.json").read_text())["packages"])
    without_folders(bill)
    file.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")
    check(file.read_text())


def extras_of_image(top: Path) -> str:
    """Return the extras that the Dockerfile installs unless it is told others."""
    return re.findall(r"^ARG EXTRAS=(\S+)$", (top / "Dockerfile").read_text(), re.MULTILINE)[0]


def environment(wheel: Path, top: Path) -> Path:
    """Make an environment with what the image installs, and return its Python."""
    folder = top / "build" / "release-environment"
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    what = f"{wheel}[{extras_of_image(top)}]"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(top / "constraints.txt"), what], check=True)
    return python


def add_web_ui(bill: dict[str, Any], packages: dict[str, dict[str, Any]]) -> None:
    """Add the packages that the web UI is built from to a bill.

    `npm sbom` would leave out React, which others of its packages name as a peer.

    Args:
        bill: the bill; its root gets the packages as dependencies.
        packages: those of the lock file. What is only needed to build or to test is left out.
    """
    root = bill["metadata"]["component"]["bom-ref"]
    used = {path: package for path, package in packages.items() if path and not _is_for_building(package)}
    components = {part["bom-ref"]: part for part in (_component(path, package) for path, package in used.items())}
    bill["components"] += [components[ref] for ref in sorted(components)]
    bill["dependencies"] += [{"ref": ref} for ref in sorted(components)]
    for entry in bill["dependencies"]:
        if entry["ref"] == root:
            entry["dependsOn"] = sorted({*entry.get("dependsOn", []), *components})


def _is_for_building(package: dict[str, Any]) -> bool:
    return any(package.get(kind) for kind in ("dev", "devOptional", "optional", "peer"))


def _component(path: str, package: dict[str, Any]) -> dict[str, Any]:
    name, version = path.rpartition("node_modules/")[2], package["version"]
    purl = f"pkg:npm/{quote(name, safe='/')}@{version}"
    component: dict[str, Any] = {"bom-ref": purl, "type": "library", "name": name, "version": version, "purl": purl}
    algorithm, _, digest = package.get("integrity", "").partition("-")
    if algorithm == "sha512":
        component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
    if "license" in package:
        component["licenses"] = [_license(package["license"])]
    return component


def _license(text: str) -> dict[str, Any]:
    from cyclonedx.spdx import is_expression, is_supported_id

    if is_supported_id(text):
        return {"license": {"id": text}}
    return {"expression": text} if is_expression(text) else {"license": {"name": text}}


def without_folders(bill: dict[str, Any]) -> None:
    """Drop where this machine got the packages from: the addresses of its registry, and folders."""
    for component in [bill["metadata"]["component"], *bill["components"]]:
        kept = [one for one in component.get("externalReferences", []) if one["type"] != "distribution"]
        component.pop("externalReferences", None)
        if kept:
            component["externalReferences"] = kept


def check(text: str) -> None:
    """Refuse a bill that does not follow the schema of CycloneDX."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        sys.exit(f"The bill of materials does not follow the schema: {problem}")
