"""The version of the code: commit, branch, whether files differ from it, and where the repository came from.

`git` is asked, which knows worktrees, submodules and whom it trusts. If it is not there, does not trust the owner of
the folder, or takes too long, commit and branch are read from the files of the repository. It takes no locks, starts no
daemon and asks for no password. What stays out: the code itself.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from lineal import conventions
from lineal.sdk.capture.found import Found, Scalar, at_home, storable

SECONDS = 2.0
"""How long git may take for all questions together."""
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")
_STATUS = ("status", "--porcelain=v2", "--branch", "--untracked-files=no")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*@)?([^?#]*)", re.IGNORECASE)
_SECURE_COPY = re.compile(r"(?:[^/@]*@)?([\w.-]{2,}):(?!//|:)([^?#@]*)")
_LARGEST_FILE = 1 << 20


def read() -> Found:
    """Return what the repository of the program says; nothing if it is in none."""
    folder = _folder_of_program()
    try:
        return _asked(folder, time.monotonic() + SECONDS)
    except FileNotFoundError:
        return _by_hand(folder, "there is no command git")
    except subprocess.TimeoutExpired:
        return _by_hand(folder, f"git did not answer within {SECONDS:g} s")


def read_by_hand(why: str) -> Found:
    """Return commit and branch without the command, and why not more."""
    return _by_hand(_folder_of_program(), why)


def script() -> str | None:
    """Return the absolute path of the program's file without links, if it has one of its own."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(file, str) or not os.path.isfile(file):
        return None
    paths = {os.path.abspath(file), os.path.realpath(file)}
    prefixes = {os.path.join(prefix, "") for prefix in (sys.prefix, sys.base_prefix)}
    is_installed = any(path.startswith(prefix) for path in paths for prefix in prefixes)
    return None if is_installed else os.path.realpath(file)


def _folder_of_program() -> str:
    """Return the folder of the program, or the current one for notebooks and installed commands."""
    path = script()
    return os.path.dirname(path) if path else os.getcwd()


def _asked(folder: str, end: float) -> Found:
    status = _run(folder, end, *_STATUS)
    if status.returncode != 0:
        said = status.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in said:
            return Found()
        return _by_hand(folder, f"git said: {storable(at_home(said.partition(chr(10))[0]), longest=200)}")
    lines = status.stdout.decode("utf-8", "replace").splitlines()
    head = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# branch.") and line.count(" ") > 1)
    is_dirty = any(line and not line.startswith("#") for line in lines) or _is_untracked(folder, end)
    return _found(head.get("branch.oid", ""), head.get("branch.head", ""), _repository(folder, end), is_dirty=is_dirty)


def _found(commit: str, branch: str, repository: str, *, is_dirty: bool | None) -> Found:
    properties: dict[str, Scalar] = {}
    if _COMMIT.fullmatch(commit):  # a repository without a commit has none
        properties[conventions.GIT_COMMIT] = commit
    if branch and branch != "(detached)":
        properties[conventions.GIT_BRANCH] = storable(branch, longest=250)
    if is_dirty is not None:
        properties[conventions.GIT_DIRTY] = is_dirty
    return Found(properties, {"repository": repository} if repository else {})


def _is_untracked(folder: str, end: float) -> bool:
    """Say whether the program itself is in no commit; other new files do not count."""
    path = script()
    return path is not None and _run(folder, end, "ls-files", "--error-unmatch", "--", path).returncode == 1


def _repository(folder: str, end: float) -> str:
    found = _run(folder, end, "config", "--get-regexp", r"^remote\..*\.url$").stdout.decode("utf-8", "replace")
    remotes = dict(line.split(" ", 1) for line in found.splitlines() if " " in line)
    return without_user(remotes.get("remote.origin.url") or next(iter(remotes.values()), ""))


def without_user(url: str) -> str:
    """Return the address of a remote without user, password and query; "" for a folder of this machine."""
    from lineal.redaction.shapes import hide_shapes  # loading it takes some milliseconds

    if found := _SCHEME.fullmatch(url.strip().partition("?")[0].partition("#")[0]):
        plain = "" if found[1].lower() == "file" else f"{found[1]}://{found[3].rpartition('@')[2]}"
    else:
        found = _SECURE_COPY.fullmatch(url.strip())
        plain = f"{found[1]}:{found[2]}" if found else ""
    return storable(hide_shapes(plain), longest=500) if plain else ""


def _run(folder: str, end: float, *words: str) -> subprocess.CompletedProcess[bytes]:
    left = max(0.01, end - time.monotonic())
    own = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows alone has it
    return subprocess.run(  # noqa: S603
        [*_GIT, *words], cwd=folder, env={**os.environ, **own}, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=left, check=False, creationflags=no_window,
    )  # fmt: skip


# ---- without the command


def _by_hand(folder: str, why: str) -> Found:
    place = _git_folder(Path(folder))
    if place is None:
        return Found()
    head = _text(place / "HEAD")
    reference = head.removeprefix("ref: ") if head.startswith("ref: ") else ""
    commit = _commit_of(place, reference) if reference else head
    found = _found(commit, reference.removeprefix("refs/heads/"), "", is_dirty=None)
    return Found(found.properties, missing=f"it is not known whether files differ: {why}")


def _git_folder(folder: Path) -> Path | None:
    """Return the folder of the repository: `.git`, or where that file points to in worktrees and submodules."""
    for each in (folder, *folder.parents):
        place = each / ".git"
        if place.is_dir():
            return place
        if (pointer := _text(place)).startswith("gitdir: "):
            return each / pointer.removeprefix("gitdir: ")
    return None


def _commit_of(place: Path, reference: str) -> str:
    common = place / (_text(place / "commondir") or ".")
    for each in (place, common):
        if commit := _text(each / reference):
            return commit
    lines = _text(common / "packed-refs").splitlines()
    return next((line.split(" ")[0] for line in lines if line.endswith(f" {reference}")), "")


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST_FILE).strip()
    except OSError:
        return ""
