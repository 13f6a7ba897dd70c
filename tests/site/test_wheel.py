"""A wheel brings the site: installed in an environment of its own, it serves the pages and finds them as files."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import serving
from tests.services import REPOSITORY
from tests.site.html_pages import Site
from tests.site.test_in_chromium import looked_at

pytestmark = pytest.mark.timeout(400)
BROUGHT = ("index.html", "404.html", "search.html", "searchindex.js", "operations/files.html", "_static/site.css")
PLACE = "lineal/site/static"


@pytest.fixture(scope="module")
def built(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and a source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=REPOSITORY, check=True)
    return folder


@pytest.fixture(scope="module")
def python(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel, and the packages that it needs from this one."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = folder / "bin" / "python"
    [wheel] = built.glob("*.whl")
    install = ["install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", found, *install], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return found


@pytest.fixture(scope="module")
def server(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving.ServerProcess]:
    """A server of that environment with two workers, which asks for tokens."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'metadata.db'}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(serving, "PYTHON", str(python))
        with serving.running_server(url, "--workers", "2", "--auth", "token") as running:
            yield running


def test_a_wheel_and_a_source_archive_bring_the_whole_site(site: Site, built: Path) -> None:
    [wheel], [source] = built.glob("*.whl"), built.glob("*.tar.gz")
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    files = {file.relative_to(site.root).as_posix() for file in site.root.rglob("*") if file.is_file()}
    assert files.issuperset(BROUGHT)
    assert {f"{PLACE}/{name}" for name in files} - in_wheel == set()
    assert {f"src/{PLACE}/{name}" for name in files} - in_source == set()


def test_an_installed_wheel_serves_the_site_without_a_login(server: serving.ServerProcess) -> None:
    with httpx.Client(base_url=server.http) as client:
        statuses = {name: client.get(f"/docs/{name}").status_code for name in BROUGHT}
        assert statuses == dict.fromkeys(BROUGHT, 200)
        assert client.get("/docs", follow_redirects=True).url.path == "/docs/"
        page = client.get(client.get("/api/v1/totals").json()["page"])
        assert (page.status_code, 'id="tokens"' in page.text) == (200, True)


def test_its_pages_are_searched_and_read_under_the_servers_security_policy(server: serving.ServerProcess) -> None:
    root = f"{server.http}/docs/"
    [found] = looked_at("reader.mjs", {"root": root, "word": "retention"})
    assert any(hit.startswith(f"{root}operations/retention.html") for hit in found["hits"])
    assert found["themes"][0] == "auto" != found["themes"][1] == found["themes"][2]
    assert found["errors"] == []
    assert [each for each in found["requests"] if not each.startswith((root, "data:"))] == []


def test_an_installed_wheel_finds_its_pages_as_files(python: Path, tmp_path: Path) -> None:
    command = [python.with_name("lineal"), "docs", "tokens"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    title, excerpt, address = ran.stdout.split("\n")[:3]
    assert "token create" in excerpt
    assert title == "Security: Tokens"
    file, _, anchor = address.strip().removeprefix("file://").partition("#")
    assert Path(file).is_relative_to(python.parents[1].resolve())
    assert f'id="{anchor}"' in Path(file).read_text()
