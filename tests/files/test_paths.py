"""Which paths are allowed, and the folders of workspaces."""

from __future__ import annotations

import hashlib

import pytest

from lineal import errors
from lineal.files import parts_of, path_of_uri, workspace_folder

REFUSED = [
    "..",
    "../x",
    "a/../b",
    "a/..",
    ".",
    "a/./b",
    "/etc/passwd",
    "//etc",
    "a//b",
    "a/",
    "/",
    "a\\b",
    "..\\x",
    "C:/x",
    "c:x",
    "%2e%2e/x",
    "%2E%2E/x",
    "a%2fb",
    "a%2Fb",
    "..%2fx",
    "%252e%252e%252fx",
    "%25252e%25252e/x",
    "a%5cb",
    "%2fetc",
    "%43:/x",
    "a\0b",
    "a%00b",
    "a\nb",
    "a\x7fb",
    "\ud800",
    "x" * 256,
    "/".join(["x" * 200] * 30),
    ".lineal-uploads/x",
    ".LINEAL-uploads",
]
ALLOWED = [
    "a",
    "a/b.txt",
    "50%.txt",
    "a%20b",
    "a b",
    "ä/ß.txt",
    "...",
    "..a",
    "a..",
    "~x",
    "a#b?c",
    ".hidden",
    "a/.lineal-uploads",
]


@pytest.mark.parametrize("path", REFUSED)
def test_a_path_that_leads_out_or_could_be_read_as_another_is_refused(path: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="Invalid path") as refused:
        parts_of(path)
    assert refused.value.parameter == "path"


@pytest.mark.parametrize("path", ALLOWED)
def test_any_other_name_is_allowed(path: str) -> None:
    assert "/".join(parts_of(path)) == path


def test_a_path_that_is_encoded_very_often_is_refused() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="encoded too often"):
        parts_of("%" + "25" * 40 + "41")


def test_the_empty_path_is_the_root() -> None:
    assert parts_of("") == ()


@pytest.mark.parametrize("name", ["vision", "Team A", "a.b", "ä", "x" * 255])
def test_the_folder_of_a_workspace_has_its_name(name: str) -> None:
    assert workspace_folder(name) == name


@pytest.mark.parametrize("name", ["a/b", "..", ".x", "~x", "a%2fb", "C:", " a", "a.", "a\nb", "", "ä" * 200, "\ud800"])
def test_the_folder_of_a_workspace_with_another_name_is_a_digest(name: str) -> None:
    found = workspace_folder(name)
    assert found == "~" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    assert parts_of(found) == (found,)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("mlflow-artifacts:/w/0/r/artifacts", "w/0/r/artifacts"),
        ("mlflow-artifacts:///w/0", "w/0"),
        ("mlflow-artifacts:/w?user=a", "w"),
        ("mlflow-artifacts:/", ""),
        ("mlflow-artifacts://host/w", None),
        ("mlflow-artifacts:////w", None),
        ("s3://bucket/w", None),
        ("", None),
    ],
)
def test_a_uri_without_a_host_names_a_path_below_the_root(uri: str, path: str | None) -> None:
    assert path_of_uri(uri) == path
