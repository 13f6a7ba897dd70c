"""`make release`: one version, checksums that hold, the same bytes every time, and a plain word about the image."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import lineal
from tests import services
from tests.deploy.charts import CHART, helm
from tests.services import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the web UI may be built first

SCRIPTS = REPOSITORY / "scripts"
EPOCH = "1700000000"


def release(folder: Path, *flags: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Build a release into a folder; `path` is where its programs are."""
    python = services.require_release_python()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **({"PATH": path} if path else {})}
    command = [str(python), str(SCRIPTS / "release.py"), "--dist", str(folder), *flags]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=REPOSITORY)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without an image."""
    folder = tmp_path_factory.mktemp("release") / "dist"
    ran = release(folder, "--without-image")
    assert "no image was asked for" in ran.stdout
    return folder


def ask(program: str, *words: str) -> str:
    """Run a program that imports the scripts of the release, and return what it prints."""
    python = services.require_release_python()
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "SOURCE_DATE_EPOCH": EPOCH}
    return subprocess.run(
        [str(python), "-c", program, *words], capture_output=True, text=True, check=True, env=environment
    ).stdout


def test_every_file_has_the_version_of_the_package_and_its_checksum(built: Path) -> None:
    version = lineal.__version__
    sums = dict(reversed(line.split("  ")) for line in (built / "SHA256SUMS").read_text().splitlines())

    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in built.iterdir()
        if path.name != "SHA256SUMS"
    }
    (chart,) = (name for name in sums if name.endswith(".tgz"))
    others = (f"lineal-{version}-py3-none-any.whl", f"lineal-{version}.tar.gz", f"lineal-{version}.cdx.json")
    assert set(sums) == {chart, *others}


def test_the_source_archive_has_every_file_of_the_repository(built: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        services.missing("a checkout of git", install="clone the repository")
    with tarfile.open(built / f"lineal-{lineal.__version__}.tar.gz") as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}

    missing = {name for name in listed.stdout.splitlines() if (REPOSITORY / name).exists()} - packed
    assert missing == set()


AGAIN = """
import pathlib, sys, release, release_chart, release_sbom
folder, version = pathlib.Path(sys.argv[1]), release.version_of(release.TOP)
release.build_distributions(folder)
release_chart.pack(release.TOP / "deploy" / "chart", folder, version)
python = release.TOP / "build" / "release-environment" / "bin" / "python"
release_sbom.write_of(python, release.TOP, version, folder / f"lineal-{version}.cdx.json")
release.write_checksums(folder)
"""


def test_the_same_commit_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    ask(AGAIN, str(tmp_path))

    assert (tmp_path / "SHA256SUMS").read_text() == (built / "SHA256SUMS").read_text()


def test_the_archive_of_the_chart_is_its_folder_with_the_versions_of_the_package(built: Path, tmp_path: Path) -> None:
    chart = REPOSITORY / "deploy" / "chart"
    with tarfile.open(next(built.glob("*.tgz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    files = {path.relative_to(chart) for path in chart.rglob("*") if path.is_file()}

    unpacked = tmp_path / "lineal"
    assert {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()} == files
    assert all((unpacked / name).read_bytes() == (chart / name).read_bytes() for name in files)
    assert not any(path.is_symlink() for path in unpacked.rglob("*"))


def test_objects_of_a_release_of_ones_own_have_labels_that_kubernetes_takes(tmp_path: Path) -> None:
    pack = "import pathlib, sys, release_chart as r; print(r.pack(*map(pathlib.Path, sys.argv[1:3]), sys.argv[3]))"
    archive = ask(pack, str(CHART), str(tmp_path), "1.0+local.5").strip()

    ran = helm("template", "lineal", archive)

    assert ran.returncode == 0, ran.stderr
    labels = [one["metadata"]["labels"] for one in yaml.safe_load_all(ran.stdout) if one]
    values = {value for each in labels for value in each.values()}
    assert "1.0_local.5" in values
    assert all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?", value) for value in values)


def test_helm_renders_the_archive_as_it_renders_the_folder(built: Path) -> None:
    (archive,) = built.glob("*.tgz")
    packed, folder = (helm("template", "lineal", str(chart)) for chart in (archive, CHART))

    assert packed.returncode == 0, packed.stderr
    assert packed.stdout == folder.stdout
    assert f"appVersion: {lineal.__version__}" in helm("show", "chart", str(archive)).stdout


def test_the_versions_of_the_chart_in_the_repository_follow_the_package() -> None:
    text = (REPOSITORY / "deploy" / "chart" / "Chart.yaml").read_text()
    program = "import sys, release_chart; print(release_chart.with_versions(sys.argv[1], sys.argv[2]), end='')"

    assert ask(program, text, lineal.__version__) == text
    other = yaml.safe_load(ask(program, text, "1.2.0rc3"))
    assert (other["version"], other["appVersion"]) == ("1.2.0-rc.3", "1.2.0rc3")


@pytest.mark.parametrize(
    ("python", "semantic"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2", "1.2.0"),
        ("0.1.0.dev0", "0.1.0-dev.0"),
        ("1.0a2.dev3", "1.0.0-alpha.2.dev.3"),
        ("1.0.0.post1", "1.0.0+post.1"),
        ("2.0.0b1+local.5", "2.0.0-beta.1+local.5"),
    ],
)
def test_a_version_of_python_becomes_a_semantic_one(python: str, semantic: str) -> None:
    assert ask("import sys, release_chart; print(release_chart.semantic(sys.argv[1]))", python).strip() == semantic


@pytest.fixture(scope="module")
def bill(built: Path) -> dict[str, Any]:
    """The bill of materials; the release has checked it against the schema of CycloneDX."""
    return dict(json.loads(next(built.glob("*.cdx.json")).read_text()))


def test_the_bill_of_materials_names_what_the_image_installs_and_the_web_ui_is_built_from(bill: dict[str, Any]) -> None:
    named = {
        part["purl"].partition("@")[0] if "npm/@" not in part["purl"] else part["purl"] for part in bill["components"]
    }
    pinned = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (REPOSITORY / "constraints.txt").read_text(), re.MULTILINE))
    python = {part["name"].lower(): part["version"] for part in bill["components"] if "pkg:pypi" in part["purl"]}

    wanted = {
        "grpcio",
        "protobuf",
        "sqlalchemy",
        "psycopg",
        "psycopg-binary",
        "pymysql",
        "opentelemetry-sdk",
        "obstore",
    }
    assert wanted | {"pygrpc-native", "kubernetes", "fastapi"} <= set(python)
    assert not {"mysqlclient", "pytest", "pip", "ruff"} & set(python)
    assert all(pinned.get(name, version) == version for name, version in python.items())
    assert {"pkg:npm/react", "pkg:npm/react-dom", "pkg:npm/uplot"} <= named
    assert not {"pkg:npm/vite", "pkg:npm/typescript", "pkg:npm/vitest"} & named


def test_the_bill_of_materials_has_the_version_and_nothing_of_the_machine(bill: dict[str, Any]) -> None:
    root = bill["metadata"]["component"]
    (needs,) = (one["dependsOn"] for one in bill["dependencies"] if one["ref"] == root["bom-ref"])

    assert (root["name"], root["version"]) == ("lineal", lineal.__version__)
    assert {"pkg:npm/react@" in ref for ref in needs} == {True, False}
    assert all("id" in one.get("license", {}) or "expression" in one for one in licences_of_the_web_ui(bill))
    assert str(REPOSITORY) not in json.dumps(bill)
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


def licences_of_the_web_ui(bill: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for part in bill["components"] if "pkg:npm" in part["purl"] for one in part["licenses"]]


def test_a_machine_without_a_builder_gets_everything_else_and_is_told_why(tmp_path: Path) -> None:
    program = (
        "import pathlib, release_image as r; w = r.Wanted('linux/amd64', '1', 'abc', '0');"
        "o = r.build(pathlib.Path('.'), pathlib.Path('image.tar'), w); print(o.failed); print(o.text)"
    )
    python = services.require_release_python()
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(SCRIPTS)}
    ran = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, env=environment)

    failed, first, *reasons = ran.stdout.splitlines()
    assert failed == "False"
    assert first.startswith("NO IMAGE was built")
    assert [line.split(":")[0].strip() for line in reasons] == ["docker buildx", "podman", "buildah"]
    assert all("there is no program" in line for line in reasons)


@pytest.mark.parametrize("fails", [False, True])
def test_a_builder_gets_platforms_version_and_commit_and_its_failure_is_one_of_the_release(
    fails: bool, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    (tmp_path / "podman").write_text(
        f'#!{sys.executable}\nimport sys\nopen({str(log)!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")\n'
        f'sys.exit({fails} and sys.argv[1] == "build")\n'
    )
    (tmp_path / "podman").chmod(0o755)
    program = (
        "import pathlib, release_image as r; w = r.Wanted('linux/amd64,linux/arm64', '1.0', 'abc', '7');"
        "print(r.build(pathlib.Path('.'), pathlib.Path('image.tar'), w).failed)"
    )
    python = services.require_release_python()
    environment = {"PATH": str(tmp_path), "PYTHONPATH": str(SCRIPTS)}
    ran = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, env=environment)

    assert ran.stdout.splitlines()[-1] == str(fails)
    build = next(line for line in log.read_text().splitlines() if line.startswith("build "))
    for wanted in ("--platform linux/amd64,linux/arm64", "VERSION=1.0", "REVISION=abc", "SOURCE_DATE_EPOCH=7"):
        assert wanted in build
    assert ("oci-archive:image.tar" in log.read_text()) is not fails
