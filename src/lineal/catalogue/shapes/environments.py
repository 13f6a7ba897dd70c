"""What the catalogue answers about the code and the environment of executions."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineal.json_shapes import Decimal


@dataclass(frozen=True)
class Environment:
    """Where an execution ran, as far as it is recorded: by the SDK, by MLflow's clients, or by a watcher.

    Attributes:
        commit: the commit of the code.
        branch: the branch, if one was checked out.
        is_dirty: whether files differed from the commit; null if nobody recorded it.
        repository: the address that the code came from, without user and password.
        command: the command, without secrets.
        notebook: the name of the notebook that it ran in.
        python: the version of Python.
        platform: the operating system and the processor.
        host: the name of the machine or pod.
        user: the name of the user.
        image: the image of the container.
        peak_mib: the most memory that the process had when it ended, in MiB.
        packages: the versions of the packages that were imported, by name.
        missing: why parts are not recorded, by part ("git", "packages").
    """

    commit: str | None = None
    branch: str | None = None
    is_dirty: bool | None = None
    repository: str | None = None
    command: str | None = None
    notebook: str | None = None
    python: str | None = None
    platform: str | None = None
    host: str | None = None
    user: str | None = None
    image: str | None = None
    peak_mib: Decimal | None = None
    packages: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
