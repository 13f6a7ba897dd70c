"""The image for several platforms as one archive in the form of OCI, by whichever builder this machine has."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_PROBES = {
    "docker buildx": (["docker", "buildx", "version"], ["docker", "info"]),
    "podman": (["podman", "info"],),
    "buildah": (["buildah", "info"],),
}


class Outcome(NamedTuple):
    """What became of the image: a sentence for the person, and whether a builder failed."""

    text: str
    failed: bool


@dataclass(frozen=True)
class Wanted:
    """What the image is to be.

    Attributes:
        platforms: separated by commas.
        version: of the package; the tag of the image.
        revision: the commit, or "" if it is unknown.
        epoch: the time of everything in the image, in seconds since 1970.
    """

    platforms: str
    version: str
    revision: str
    epoch: str

    @property
    def tag(self) -> str:
        """The name of the image; a registry's name comes before it when it is pushed."""
        return f"lineal:{self.version.replace('+', '_')}"

    @property
    def arguments(self) -> list[str]:
        """The arguments of the Dockerfile, as every builder takes them."""
        pairs = {"VERSION": self.version, "REVISION": self.revision, "SOURCE_DATE_EPOCH": self.epoch}
        return [word for name, value in pairs.items() for word in ("--build-arg", f"{name}={value}")]


def build(top: Path, file: Path, wanted: Wanted) -> Outcome:
    """Build the image with the first builder that works on this machine."""
    reasons = []
    for name in _PROBES:
        reason = _why_not(name)
        if not reason:
            return _built(name, top, file, wanted)
        reasons.append(f"  {name}: {reason}")
    return Outcome("NO IMAGE was built, because nothing here builds images:\n" + "\n".join(reasons), failed=False)


def _why_not(name: str) -> str:
    """Return why a builder cannot be used, or "" if it can."""
    for command in _PROBES[name]:
        try:
            ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        except FileNotFoundError:
            return f"there is no program {command[0]}"
        except subprocess.TimeoutExpired:
            return f"{' '.join(command)} does not answer"
        if ran.returncode != 0:
            said = [line.strip() for line in (ran.stderr or ran.stdout).splitlines() if line.strip()]
            return f"{' '.join(command)}: {said[-1] if said else 'failed'}" if len(said) < 2 else said[0]
    return ""


def _built(name: str, top: Path, file: Path, wanted: Wanted) -> Outcome:
    for command in commands(name, file, wanted):
        if command[1:3] != ["manifest", "rm"]:
            print(f"+ {' '.join(command)}", flush=True)
            ran = subprocess.run(command, cwd=top, check=False)
            if ran.returncode != 0:
                file.unlink(missing_ok=True)
                return Outcome(f"NO IMAGE was built: {name} failed, see above", failed=True)
        else:
            subprocess.run(command, capture_output=True, check=False)
    return Outcome(f"The image {wanted.tag} was built by {name} for {wanted.platforms}.", failed=False)


def commands(name: str, file: Path, wanted: Wanted) -> list[list[str]]:
    """Return the commands by which a builder writes the image of all platforms into a file."""
    platforms = ["--platform", wanted.platforms]
    if name == "docker buildx":
        form = ["--output", f"type=oci,dest={file}", "--provenance=true", "--sbom=true", "--tag", wanted.tag]
        return [["docker", "buildx", "build", *platforms, *form, *wanted.arguments, "."]]
    names = f"localhost/release-of-{wanted.tag}"
    time = ["--timestamp", wanted.epoch, "--format", "docker", "--layers=false"]
    return [
        [name, "manifest", "rm", names],  # of an earlier build, whose images would stay in it
        [name, "build", *platforms, "--manifest", names, *time, *wanted.arguments, "."],
        [name, "manifest", "push", "--all", names, f"oci-archive:{file}:{wanted.tag}"],
    ]
