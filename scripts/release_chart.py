"""The Helm chart as an archive: what `helm package` makes, with the package's version and always the same bytes."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
from pathlib import Path

from packaging.version import Version

_PRE = {"a": "alpha", "b": "beta", "rc": "rc"}


def pack(chart: Path, folder: Path, version: str) -> Path:
    """Write the archive of a chart into a folder, and return its path.

    Args:
        chart: the folder of the chart. Links in it become copies of what they lead to.
        folder: where the archive goes, as `NAME-VERSION.tgz`.
        version: the version of the package, which becomes `version` (as Semantic Versioning) and `appVersion`.
    """
    made = folder / f"{chart_name(chart)}-{semantic(version)}.tgz"
    time = int(os.environ["SOURCE_DATE_EPOCH"])
    with (
        made.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in sorted(path for path in chart.rglob("*") if path.is_file()):
            data = path.read_bytes()
            if path == chart / "Chart.yaml":
                data = with_versions(data.decode(), version).encode()
            archive.addfile(*_member(f"{chart_name(chart)}/{path.relative_to(chart).as_posix()}", data, time))
    return made


def chart_name(chart: Path) -> str:
    """Return the name that Chart.yaml gives."""
    return re.findall(r"^name: (\S+)$", (chart / "Chart.yaml").read_text(), re.MULTILINE)[0]


def with_versions(text: str, version: str) -> str:
    """Return the text of Chart.yaml with the versions that belong to a version of the package."""
    text = re.sub(r"^version: .*$", f"version: {semantic(version)}", text, flags=re.MULTILINE)
    return re.sub(r"^appVersion: .*$", f'appVersion: "{version}"', text, flags=re.MULTILINE)


def semantic(version: str) -> str:
    """Return a version of Python's form in the form of Semantic Versioning, which Helm wants: 0.1.0-dev.0."""
    parsed = Version(version)
    release = ".".join(str(part) for part in (*parsed.release, 0, 0)[:3])
    before = [_PRE[parsed.pre[0]], str(parsed.pre[1])] if parsed.pre else []
    before += ["dev", str(parsed.dev)] if parsed.dev is not None else []
    after = ["post", str(parsed.post)] if parsed.post is not None else []
    after += parsed.local.split(".") if parsed.local else []
    return f"{release}{'-' if before else ''}{'.'.join(before)}{'+' if after else ''}{'.'.join(after)}"


def _member(name: str, data: bytes, time: int) -> tuple[tarfile.TarInfo, io.BytesIO]:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(data), time, 0o644
    return member, io.BytesIO(data)
