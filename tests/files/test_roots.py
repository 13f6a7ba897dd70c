"""What every root does, on a folder and on a bucket."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.files import ArtifactsRoot, Entry, Stored
from lineal.files.root import PIECE_BYTES


def content_of(root: ArtifactsRoot, path: str) -> bytes:
    with root.read(path) as content:
        return b"".join(content)


def test_a_stored_file_is_read_back_with_its_size_and_digest(root: ArtifactsRoot) -> None:
    stored = root.store("w/0/run/artifacts/a.txt", [b"hel", b"", b"lo"])
    assert stored == Stored(5, hashlib.sha256(b"hello").hexdigest())
    assert content_of(root, "w/0/run/artifacts/a.txt") == b"hello"


def test_a_root_that_can_be_used_has_nothing_to_say(root: ArtifactsRoot) -> None:
    assert root.check() == ""


def test_the_tag_of_a_file_changes_with_every_file_that_takes_its_place(root: ArtifactsRoot) -> None:
    stored = root.store("w/a", [b"hello"])
    assert root.tag("w/a") == stored.tag != ""
    other = root.store("w/a", [b"other"])
    assert root.tag("w/a") == other.tag != stored.tag
    assert (root.tag("w/missing"), root.tag("w/a/below")) == ("", "")


def test_a_listing_says_when_a_file_was_written(root: ArtifactsRoot) -> None:
    before = time.time() - 2  # some stores keep whole seconds
    root.store("a", [b"x"])
    root.store("b/c", [b"x"])
    file, folder = root.list("")
    assert file.modified is not None
    assert before <= file.modified <= time.time() + 2
    assert folder.modified is None


def test_an_empty_file_is_a_file(root: ArtifactsRoot) -> None:
    root.store("a", [])
    assert content_of(root, "a") == b""
    assert root.list("") == [Entry("a", is_dir=False, file_size=0)]


def test_a_large_file_is_read_in_pieces(root: ArtifactsRoot) -> None:
    piece = bytes(range(256)) * 4096
    root.store("large", [piece] * 20)
    with root.read("large") as content:
        sizes = [len(each) for each in content]
    assert sum(sizes) == content.size == 20 * len(piece)
    assert max(sizes) <= PIECE_BYTES


def test_a_download_has_the_bytes_of_one_version(root: ArtifactsRoot) -> None:
    piece = b"1" * PIECE_BYTES
    root.store("large", [piece] * 10)
    with root.read("large") as content:
        pieces = iter(content)
        first = next(pieces)
        root.store("large", [b"2" * PIECE_BYTES] * 10)
        try:
            rest = b"".join(pieces)
        except errors.AbortedError:
            return  # a bucket does not keep the old version, and says so
    assert first + rest == piece * 10


def test_a_part_of_a_file_is_read_from_an_offset(root: ArtifactsRoot) -> None:
    root.store("a", [b"0123456789"])
    with root.read("a", first=3, length=4) as content:
        assert b"".join(content) == b"3456"
        assert (content.first, content.length, content.size) == (3, 4, 10)
    with root.read("a", first=8, length=100) as content:
        assert b"".join(content) == b"89"


def test_an_offset_behind_the_end_is_out_of_range(root: ArtifactsRoot) -> None:
    root.store("a", [b"0123"])
    with pytest.raises(errors.OutOfRangeError, match="'a' has 4 bytes"):
        root.read("a", first=4)


def test_a_file_that_is_not_there_is_not_found(root: ArtifactsRoot) -> None:
    root.store("a/b", [b"x"])
    for path in ("missing", "a/missing", "a/b/below"):
        with pytest.raises(errors.NotFoundError, match="No such artifact"):
            root.read(path)


@pytest.mark.parametrize("path", ["", "a"])
def test_a_folder_is_not_read(root: ArtifactsRoot, path: str) -> None:
    root.store("a/b", [b"x"])
    with pytest.raises(errors.InvalidArgumentError, match="is a folder"):
        root.read(path)


def test_a_broken_upload_leaves_nothing(root: ArtifactsRoot) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        root.store("a/b", pieces())
    assert root.list("") == []


def test_a_broken_upload_leaves_the_file_that_was_there(root: ArtifactsRoot) -> None:
    root.store("a", [b"old"])
    with root.write("a") as upload:
        upload.add(b"new")
        assert content_of(root, "a") == b"old"
    assert content_of(root, "a") == b"old"


def test_of_two_uploads_of_one_path_at_once_one_is_there_complete(root: ArtifactsRoot) -> None:
    wholes = [bytes([number]) * 300_000 for number in range(8)]
    start = threading.Barrier(len(wholes))

    def upload(whole: bytes) -> None:
        start.wait()
        root.store("same/path", [whole[at : at + 1000] for at in range(0, len(whole), 1000)])

    threads = [threading.Thread(target=upload, args=(whole,)) for whole in wholes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content_of(root, "same/path") in wholes


def test_a_listing_shows_one_folder_sorted_by_path(root: ArtifactsRoot) -> None:
    for path in ("w/b.txt", "w/a/deep/file", "w/B", "w/ä", "wide"):
        root.store(path, [b"12"])
    files = [Entry(name, is_dir=False, file_size=2) for name in ("B", "b.txt", "ä")]
    assert root.list("w") == [files[0], Entry("a", is_dir=True), *files[1:]]


@pytest.mark.parametrize("path", ["missing", "a/b", "a/b/below"])
def test_a_listing_of_no_folder_is_empty(root: ArtifactsRoot, path: str) -> None:
    root.store("a/b", [b"x"])
    assert root.list(path) == []


def test_a_deleted_file_is_gone_and_its_neighbours_stay(root: ArtifactsRoot) -> None:
    for path in ("a", "ab", "b/a"):
        root.store(path, [b"x"])
    root.delete("a")
    assert [entry.path for entry in root.list("")] == ["ab", "b"]


def test_a_deleted_folder_is_gone_with_everything_below(root: ArtifactsRoot) -> None:
    for path in ("w/r/a", "w/r/deep/b", "w/run2/a"):
        root.store(path, [b"x"])
    root.delete("w/r")
    assert [entry.path for entry in root.list("w")] == ["run2"]


def test_deleting_nothing_is_no_error(root: ArtifactsRoot) -> None:
    root.store("a/b", [b"x"])
    for path in ("missing", "a/missing", "a/b/below"):
        root.delete(path)
    assert content_of(root, "a/b") == b"x"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a%2f..%2fb", "a\\b", "a\0b"])
def test_no_function_takes_a_path_out_of_the_root(root: ArtifactsRoot, path: str) -> None:
    for function in (root.read, root.write, root.list, root.delete):
        with pytest.raises(errors.InvalidArgumentError, match="Invalid path"):
            function(path)


def test_the_root_itself_is_neither_written_nor_deleted(root: ArtifactsRoot) -> None:
    for function in (root.write, root.delete):
        with pytest.raises(errors.InvalidArgumentError, match="names no file"):
            function("")
