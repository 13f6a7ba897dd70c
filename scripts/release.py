"""Build everything that is handed out, into dist/: `make release`.

Wheel, source archive, Helm chart, image, software bill of materials and checksums, all with the version of
`lineal.__version__`. Where nothing on this machine builds images, the rest is built and the last lines say why there is
no image. What is made from the same commit with the same tools has the same bytes: times are those of the commit
(SOURCE_DATE_EPOCH).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import release_chart
import release_image
import release_sbom

TOP = Path(__file__).resolve().parent.parent
CHECKSUMS = "SHA256SUMS"
PLATFORMS = "linux/amd64,linux/arm64"


def main() -> None:
    """Build it all and print what was made; exit with 1 if a builder of images was there and failed."""
    args = _arguments()
    version, revision = version_of(TOP), revision_of_checkout()
    os.environ.setdefault("SOURCE_DATE_EPOCH", _git("log", "-1", "--format=%ct") or _no_time())
    folder = args.dist.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel = build_distributions(folder)
    release_chart.pack(TOP / "deploy" / "chart", folder, version)
    release_sbom.write(wheel, TOP, version, folder / f"lineal-{version}.cdx.json")
    outcome = release_image.Outcome("no image was asked for (--without-image)", failed=False)
    if not args.without_image:
        wanted = release_image.Wanted(args.platforms, version, revision, os.environ["SOURCE_DATE_EPOCH"])
        outcome = release_image.build(TOP, folder / f"lineal-{version}-image.oci.tar", wanted)
    write_checksums(folder)
    _print(folder, outcome, revision)
    sys.exit(outcome.failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=TOP / "dist", help="the folder to fill; what is in it is removed")
    parser.add_argument("--platforms", default=PLATFORMS, help=f"of the image, separated by commas ({PLATFORMS})")
    parser.add_argument("--without-image", action="store_true", help="build no image")
    return parser.parse_args()


def version_of(top: Path) -> str:
    """Return `lineal.__version__`, from which every other version is made, without importing it."""
    found = re.search(r'^__version__ = "([^"]+)"$', (top / "src/lineal/__init__.py").read_text(), re.MULTILINE)
    if found is None:
        sys.exit("src/lineal/__init__.py has no __version__")
    return found[1]


def revision_of_checkout() -> str:
    """Return the commit, with `-dirty` if something is not committed, or "" where there is no checkout."""
    return _git("rev-parse", "HEAD") + ("-dirty" if _git("status", "--porcelain") else "")


def build_distributions(folder: Path) -> Path:
    """Build the source archive and the wheel; return the wheel."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=TOP, check=True)
    return next(folder.glob("*.whl"))


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS of all files, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != CHECKSUMS)
    lines = [f"{_digest(path)}  {path.name}\n" for path in files]
    (folder / CHECKSUMS).write_text("".join(lines))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _git(*words: str) -> str:
    """Return what git says about this checkout, or "" where there is no git or no checkout."""
    try:
        ran = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""


def _no_time() -> str:
    sys.exit("This is no checkout of git, so the time of the release is unknown: set SOURCE_DATE_EPOCH")


def _print(folder: Path, outcome: release_image.Outcome, revision: str) -> None:
    print(f"Built from commit {revision or '(unknown)'} at SOURCE_DATE_EPOCH={os.environ['SOURCE_DATE_EPOCH']}:")
    for path in sorted(folder.iterdir()):
        print(f"  {path.stat().st_size:>12,}  {folder.name}/{path.name}")
    print(outcome.text)


if __name__ == "__main__":
    main()
