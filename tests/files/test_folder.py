"""What only a folder has: links, temporary files, folders in the way, and a disk that is full."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineal import errors
from lineal.files import NoSpaceError, open_root
from lineal.files.paths import UPLOADS


@pytest.fixture
def outside(tmp_path: Path, folder: Path) -> Path:
    """A folder outside of the root with a secret, which links of the root lead to."""
    place = tmp_path / "outside"
    place.mkdir()
    (place / "secret").write_text("secret")
    folder.mkdir()
    (folder / "link").symlink_to(place)
    (folder / "file").symlink_to(place / "secret")
    return place


@pytest.mark.parametrize("path", ["link/secret", "file"])
def test_a_link_out_of_the_root_is_not_read(folder: Path, outside: Path, path: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="a link leads it out"):
        open_root(str(folder)).read(path)


def test_nothing_is_written_listed_or_deleted_through_a_link_out_of_the_root(folder: Path, outside: Path) -> None:
    root = open_root(str(folder))
    for function in (root.write, root.delete):
        with pytest.raises(errors.InvalidArgumentError, match="a link leads it out"):
            function("link/secret")
    with pytest.raises(errors.InvalidArgumentError, match="a link leads it out"):
        root.list("link")
    assert root.list("") == []
    assert [each.name for each in outside.iterdir()] == ["secret"]


def test_a_folder_with_a_link_is_deleted_and_what_it_leads_to_stays(folder: Path, outside: Path) -> None:
    root = open_root(str(folder))
    root.store("w/a", [b"x"])
    (folder / "w" / "link").symlink_to(outside)
    root.delete("w")
    root.delete("link")
    assert [each.name for each in outside.iterdir()] == ["secret"]
    assert not (folder / "link").is_symlink()


def test_a_link_within_the_root_is_followed(folder: Path) -> None:
    root = open_root(str(folder))
    root.store("real/a", [b"x"])
    (folder / "link").symlink_to("real")
    with root.read("link/a") as content:
        assert list(content) == [b"x"]


def test_a_name_that_no_path_has_is_not_listed(folder: Path) -> None:
    root = open_root(str(folder))
    root.store("a", [b"x"])
    for name in ("b%2fc", "d\\e", "f\ng"):
        (folder / name).write_text("x")
    assert [entry.path for entry in root.list("")] == ["a"]


def test_a_pipe_is_no_file(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    root = open_root(str(folder))
    with pytest.raises(errors.NotFoundError):
        root.read("pipe")
    assert root.list("") == []


@pytest.mark.parametrize("path", ["a", "a/b/below"])
def test_a_folder_or_a_file_in_the_way_is_said(folder: Path, path: str) -> None:
    root = open_root(str(folder))
    root.store("a/b", [b"x"])
    with pytest.raises(errors.FailedPreconditionError, match="cannot be written"):
        root.store(path, [b"y"])
    assert list((folder / UPLOADS).iterdir()) == []


def test_reading_and_listing_create_nothing(folder: Path) -> None:
    root = open_root(str(folder))
    root.list("")
    root.delete("a")
    with pytest.raises(errors.NotFoundError):
        root.read("a")
    assert not folder.exists()


def test_what_a_killed_server_left_is_deleted_after_two_days(folder: Path) -> None:
    (folder / UPLOADS).mkdir(parents=True)
    for name, age in (("old", 3), ("young", 1)):
        (folder / UPLOADS / name).write_text("half")
        os.utime(folder / UPLOADS / name, (time.time() - age * 86_400,) * 2)
    root = open_root(str(folder))
    assert [each.name for each in (folder / UPLOADS).iterdir()] == ["young"]
    assert root.list("") == []


def test_a_full_disk_is_said_and_nothing_is_left(folder: Path) -> None:
    program = (
        "import resource, signal, sys; from lineal.files import open_root\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "open_root(sys.argv[1]).store('a', [b'x' * 60_000] * 3)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=False)
    assert NoSpaceError.__name__ in done.stderr
    assert list((folder / UPLOADS).iterdir()) == []
    assert not (folder / "a").exists()


def test_errors_name_no_place_of_this_machine(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the root should be")
    with pytest.raises(errors.StatusError) as refused:
        open_root(str(folder)).store("a", [b"x"])
    assert str(folder) not in refused.value.message
