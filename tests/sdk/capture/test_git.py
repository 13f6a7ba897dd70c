"""The version of the code of an execution: of real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lineal.sdk.capture import git


def run(folder: Path, *words: str) -> str:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *words], cwd=folder, env={**os.environ, **settings}, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, whose program runs; the current folder is another."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "train.py").write_text("print(1)\n")
    run(code, "init", "-q")
    run(code, "add", ".")
    run(code, "commit", "-qm", "first")
    monkeypatch.setattr("__main__.__file__", str(code / "train.py"), raising=False)
    monkeypatch.chdir(tmp_path)
    return code


def test_commit_branch_and_remote_are_those_of_the_programs_folder(repository: Path) -> None:
    run(repository, "remote", "add", "origin", "https://ann:hunter2@git.example.org/team/churn.git?token=x")
    found = git.read()
    commit = run(repository, "rev-parse", "HEAD")
    assert found.properties == {"git.commit": commit, "git.branch": "main", "git.dirty": False}
    assert found.environment == {"repository": "https://git.example.org/team/churn.git"}
    assert found.missing == ""


def test_a_changed_file_makes_it_dirty_and_a_new_one_does_not(repository: Path) -> None:
    (repository / "notes.txt").write_text("x")
    assert git.read().properties["git.dirty"] is False
    (repository / "train.py").write_text("print(2)\n")
    assert git.read().properties["git.dirty"] is True


def test_a_program_that_is_in_no_commit_makes_it_dirty(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "other.py").write_text("print(1)\n")
    monkeypatch.setattr("__main__.__file__", str(repository / "other.py"))
    assert git.read().properties["git.dirty"] is True


def test_a_program_that_is_a_link_has_the_code_that_it_leads_to(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = repository.parent / "link.py"
    link.symlink_to(repository / "train.py")
    monkeypatch.setattr("__main__.__file__", str(link))
    assert git.read().properties["git.commit"] == run(repository, "rev-parse", "HEAD")


def test_a_detached_head_has_no_branch_and_a_repository_without_a_commit_no_commit(repository: Path) -> None:
    run(repository, "checkout", "-q", "--detach")
    assert set(git.read().properties) == {"git.commit", "git.dirty"}
    run(repository, "checkout", "-q", "--orphan", "empty")
    assert git.read().properties == {"git.branch": "empty", "git.dirty": True}


def test_outside_of_a_repository_nothing_is_said_and_nothing_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("__main__.__file__", str(tmp_path / "none.py"), raising=False)
    monkeypatch.chdir(tmp_path)
    assert git.read() == git.Found()


@pytest.mark.parametrize("kind", ["plain", "packed", "worktree"])
def test_without_the_command_commit_and_branch_are_read_from_files(
    repository: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    commit, branch = run(repository, "rev-parse", "HEAD"), "main"
    if kind == "packed":
        run(repository, "pack-refs", "--all")
    if kind == "worktree":
        branch = "other/one"
        run(repository, "worktree", "add", "-qb", branch, str(repository.parent / "tree"))
        monkeypatch.setattr("__main__.__file__", str(repository.parent / "tree" / "train.py"))
    monkeypatch.setenv("PATH", str(repository))
    found = git.read()
    assert found.properties == {"git.commit": commit, "git.branch": branch}
    assert found.missing == "it is not known whether files differ: there is no command git"


def test_a_git_that_hangs_is_left_alone_and_this_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = repository.parent / "git"
    program.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(repository.parent))
    monkeypatch.setattr(git, "SECONDS", 0.05)
    found = git.read()
    assert found.missing == "it is not known whether files differ: git did not answer within 0.05 s"
    assert set(found.properties) == {"git.commit", "git.branch"}


def test_a_git_that_does_not_trust_the_owner_of_the_folder_is_told(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = repository.parent / "git"
    program.write_text("#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '$PWD'\" >&2\nexit 128\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(repository.parent))
    found = git.read()
    assert found.missing.startswith("it is not known whether files differ: git said: fatal: detected dubious")
    assert found.properties["git.branch"] == "main"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann@example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://x:a@b:c@example.org/a", "https://example.org/a"),
        ("ssh://git@example.org:22/a/b", "ssh://example.org:22/a/b"),
        ("ann@example.org:a/b.git", "example.org:a/b.git"),
        ("example.org:a/b.git", "example.org:a/b.git"),
        ("https://example.org/a?private_token=abc#x", "https://example.org/a"),
        ("https://example.org/ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/a", "https://example.org/***/a"),
        ("/home/ann/churn.git", ""),
        ("file:///home/ann/churn.git", ""),
        ("ext::ssh -i key example.org %S a/b", ""),
        ("x-access-token:hunter2@example.org/a/b", ""),
        ("C:\\Users\\ann\\churn", ""),
        ("", ""),
    ],
)
def test_the_address_of_a_remote_says_no_user_and_no_secret(url: str, shown: str) -> None:
    assert git.without_user(url) == shown
