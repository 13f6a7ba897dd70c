"""Lineal instead of the official package in a whole environment, including console scripts and child processes.

`enable` writes three things beside the installed packages: the finder (a copy of finder.py), a .pth file by which every
interpreter of the environment registers it, and a distribution "ml-metadata", so that installers and programs that ask
for that distribution find it. None has the name of a file of the official package. The .pth file also puts the folder
`names` on the path, where type checkers and editors find the modules. What stays out: printing (cli/), and one process
alone (install.py).
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path

from lineal import errors
from lineal.mlmd import finder
from lineal.mlmd.version import __version__ as interface_version

DISTRIBUTION = "ml-metadata"
LOCAL_VERSION = "+lineal"
FINDER_FILE = "_lineal_ml_metadata.py"
PTH_FILE = "lineal_ml_metadata.pth"
_INSTALLER = "lineal"
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}")


@dataclass(frozen=True)
class Status:
    """What `import ml_metadata` gives in a new interpreter of this environment.

    Attributes:
        gives: "lineal", "another package", or "nothing".
        origin: the file that is imported, or "".
        version: the version of the distribution "ml-metadata" that is found first, or "".
        types_in: the folder in which type checkers and editors find Lineal's modules of that name, or None.
        enabled_in: the folders in which Lineal's files are, in the order of `sys.path`.
        incomplete_in: those of them in which some are missing.
    """

    gives: str
    origin: str
    version: str
    types_in: Path | None
    enabled_in: tuple[Path, ...]
    incomplete_in: tuple[Path, ...]


def enable(*, user: bool = False, version: str = "") -> Path:
    """Make Lineal importable as `ml_metadata` in this environment; a second call renews what the first one wrote.

    Args:
        user: write into the user's own folder of packages instead of the environment's.
        version: the version of the official package in the distribution; "" for the one whose interface
            Lineal has.

    Returns:
        the folder that was written to.

    Raises:
        InvalidArgumentError: the version is none.
        FailedPreconditionError: an official package is there, or the folder is not one that interpreters look into.
        PermissionDeniedError: the folder cannot be written to.
    """
    version = version or interface_version
    if not _VERSION.fullmatch(version):
        raise errors.InvalidArgumentError(f"--version is {version[:40]!r}; give a version such as {interface_version}")
    _require_no_official_package()
    folder = _folder(user=user)
    with _writing(folder):
        _remove(folder)
        try:
            _write(folder, version)
        except OSError:
            _remove(folder)
            raise
    return folder


def disable() -> list[Path]:
    """Remove what `enable` wrote, wherever it is in this environment; return the folders that it was in.

    Raises:
        PermissionDeniedError: a folder cannot be written to.
    """
    folders = list(_enabled())
    for folder in folders:
        with _writing(folder):
            _remove(folder)
    return folders


def status() -> Status:
    """Tell what `import ml_metadata` gives."""
    enabled = tuple(_enabled())
    spec = _other_package()
    incomplete = tuple(folder for folder in enabled if not _is_complete(folder))
    gives = "another package" if spec else "lineal" if set(enabled) - set(incomplete) else "nothing"
    ours = str(Path(__file__).with_name("__init__.py"))
    origin = (spec.origin or str(next(iter(spec.submodule_search_locations or ()), ""))) if spec else ""
    found = _distribution()
    version = found.version if found else ""
    types_in = next((Path(entry) for entry in sys.path if finder.is_names_folder(entry)), None)
    origin = ours if gives == "lineal" else origin
    return Status(gives, origin, version, types_in if gives == "lineal" else None, enabled, incomplete)


def _require_no_official_package() -> None:
    spec, found = _other_package(), _distribution()
    if found is not None and not found.version.endswith(LOCAL_VERSION):
        raise errors.FailedPreconditionError(
            f"the official package is installed here (ml-metadata {found.version}), and Lineal does not hide it; to "
            "use Lineal instead, run: pip uninstall ml-metadata"
        )
    if spec is not None:
        raise errors.FailedPreconditionError(
            f"a package ml_metadata is installed already ({spec.origin or 'a folder without __init__.py'}), and Lineal "
            "does not hide it; remove it first"
        )


def _other_package() -> ModuleSpec | None:
    """Return where a package of that name is that is not Lineal, or None."""
    spec = importlib.util.find_spec(finder.NAME)
    return None if spec is None or _is_ours(spec) else spec


def _is_ours(spec: ModuleSpec) -> bool:
    return (
        type(spec.loader).__name__ == finder.LinealFinder.__name__
        or spec.name.startswith("lineal.")
        or (spec.origin is not None and Path(spec.origin).is_relative_to(_names_folder()))
    )


def _names_folder() -> Path:
    return Path(finder.__file__).with_name("names")


def _distribution() -> metadata.Distribution | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.distribution(DISTRIBUTION)
    return None


def _folder(*, user: bool) -> Path:
    if user and not site.ENABLE_USER_SITE:
        raise errors.FailedPreconditionError(
            "--user: this interpreter does not use the user's own packages, as in a virtual environment; leave it out"
        )
    folder = site.getusersitepackages() if user else sysconfig.get_path("purelib")
    if not user and folder not in sys.path:
        raise errors.FailedPreconditionError(f"{folder}, where packages go, is not on the path of {sys.executable}")
    return Path(folder)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn errors about files into errors that say what cannot be written."""
    try:
        yield
    except OSError as error:
        raise errors.PermissionDeniedError(
            f"cannot write to {folder}: {error.strerror or error}; run this as the owner of the environment, in a "
            "virtual environment, or with --user"
        ) from None


def _write(folder: Path, version: str) -> None:
    """Write the files; the one that takes effect comes last."""
    info = _info_name(version)
    texts = {
        FINDER_FILE: Path(finder.__file__).read_text(encoding="utf-8"),
        f"{info}/METADATA": _metadata_text(version),
        f"{info}/INSTALLER": f"{_INSTALLER}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: lineal\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/top_level.txt": f"{finder.NAME}\n",
        PTH_FILE: f"import _lineal_ml_metadata; _lineal_ml_metadata.register()\n{_names_entry(folder)}\n",
    }
    record = "".join(_record_line(name, text) for name, text in texts.items()) + f"{info}/RECORD,,\n"
    (folder / info).mkdir(parents=True)
    pth = texts.pop(PTH_FILE)
    for name, text in {**texts, f"{info}/RECORD": record, PTH_FILE: pth}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _names_entry(folder: Path) -> str:
    """Return the folder of names for a .pth file, relative where Lineal is installed beside it."""
    names = _names_folder()
    return names.relative_to(folder).as_posix() if names.is_relative_to(folder) else os.fspath(names)


def _info_name(version: str) -> str:
    return f"ml_metadata-{version}{LOCAL_VERSION}.dist-info"


def _metadata_text(version: str) -> str:
    return (
        f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {version}{LOCAL_VERSION}\n"
        "Summary: Lineal in the place of ml-metadata, made by `lineal ml-metadata enable`\n"
        "Requires-Dist: lineal\n"
    )


def _record_line(name: str, text: str) -> str:
    data = text.encode("utf-8")
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def _enabled() -> Iterator[Path]:
    """Yield the folders on the path that have something of what `enable` writes."""
    for folder in dict.fromkeys(Path(name) for name in sys.path if name):
        if any(True for _ in _parts(folder)):
            yield folder


def _parts(folder: Path) -> Iterator[Path]:
    """Yield what `enable` wrote into a folder: its files, and the folder of its distribution."""
    yield from (folder / name for name in (PTH_FILE, FINDER_FILE) if (folder / name).exists())
    yield from folder.glob(f"ml_metadata-*{LOCAL_VERSION}.dist-info")


def _is_complete(folder: Path) -> bool:
    return len(list(_parts(folder))) == 3


def _remove(folder: Path) -> None:
    """Remove the parts and the compiled finder; the part that takes effect goes first."""
    for part in list(_parts(folder)):
        for inside in part.iterdir() if part.is_dir() else ():
            inside.unlink()
        part.rmdir() if part.is_dir() else part.unlink()
    for compiled in (folder / "__pycache__").glob(f"{Path(FINDER_FILE).stem}.*.pyc"):
        compiled.unlink()
