"""The versions of the packages that the program has imported, by the names that installers know.

The folders of installed packages are listed once; `importlib.metadata` takes up to half a second for the same. Modules
are looked at again only if there are more of them than before. What stays out: packages that are installed and not
imported, and the modules of the program itself.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from lineal.sdk.capture.found import Found, storable

MOST = 400
"""How many packages are recorded; a program with more has the first by name."""
_LONGEST = 60
_INFO = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*?)-(?P<version>[^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_APART = re.compile(r"[-_.]+")
_LARGEST_FILE = 1 << 16
# Packages whose module is called otherwise, and that do not say so in `top_level.txt`.
_NAMES: Mapping[str, str] = {
    "sklearn": "scikit-learn", "skimage": "scikit-image", "yaml": "pyyaml", "PIL": "pillow", "cv2": "opencv-python",
    "dateutil": "python-dateutil", "bs4": "beautifulsoup4", "attr": "attrs", "dotenv": "python-dotenv",
    "jwt": "pyjwt", "OpenSSL": "pyopenssl", "lightning_fabric": "lightning", "skopt": "scikit-optimize",
    "zmq": "pyzmq", "git": "gitpython", "MySQLdb": "mysqlclient", "Crypto": "pycryptodome", "faiss": "faiss-cpu",
    "google.protobuf": "protobuf",
}  # fmt: skip


class Packages:
    """The packages of this process.

    Attributes:
        problem: why nothing is known, "" if something is.

    """

    def __init__(self) -> None:
        self._installed: dict[str, tuple[str, str, str]] = {}
        self._counted = -1
        self._seen: dict[str, tuple[str, str] | None] = {}

    def find(self) -> Found:
        """Find out what is installed, and what of it is imported so far."""
        self._installed = _installed(sys.path)
        return self.imported()

    def imported(self) -> Found:
        """Return the packages that are imported by now."""
        if len(sys.modules) != self._counted:
            modules = list(sys.modules.items())
            tops = _outermost(modules).difference(self._seen)
            found = {name: self._package_of(name, sys.modules.get(name)) for name in tops if _may_be_one(name)}
            self._seen = {**self._seen, **dict.fromkeys(tops), **found}
            self._counted = len(modules)
        packages = dict(sorted(each for each in {*self._seen.values()} if each is not None))
        left_out = max(0, len(packages) - MOST)
        kept = dict(list(packages.items())[:MOST])
        return Found(environment={"packages": kept}, missing=f"{left_out} packages are left out" if left_out else "")

    def _package_of(self, module_name: str, module: ModuleType | None) -> tuple[str, str] | None:
        """Return the name and the version of the package that a module is of; None if it is of none."""
        form = _form(_NAMES.get(module_name, module_name))
        known = self._installed.get(form) or (None if _is_shared(module) else self._by_top_level(module_name))
        if known is not None:
            return _short(known[0]), _short(known[1])
        if module is None or "." in module_name:
            return None
        if getattr(module.__spec__, "name", module_name) != module_name:  # another one's other name
            return None
        version = vars(module).get("__version__")  # without its __getattr__, which may import
        return (_short(module_name), _short(version)) if isinstance(version, str) and version else None

    def _by_top_level(self, module_name: str) -> tuple[str, str, str] | None:
        """Return the package that says that the module is its; the texts are read when they are first needed."""
        for name, version, place in [*self._installed.values()]:
            if place and module_name in _top_level(place):
                return name, version, place
        return None


def _outermost(modules: Iterable[tuple[str, ModuleType | None]]) -> set[str]:
    """Return the names of the outermost modules, and those within folders that several packages share, as `google`."""
    shared = {name for name, module in modules if _is_shared(module)}
    return {name for name, _ in modules if shared.issuperset(_above(name))}


def _is_shared(module: ModuleType | None) -> bool:
    told = vars(module) if isinstance(module, ModuleType) else {}
    return "__path__" in told and told.get("__file__") is None


def _above(name: str) -> Iterator[str]:
    """Yield the names of the modules that a module is in."""
    while name := name.rpartition(".")[0]:
        yield name


def _may_be_one(name: str) -> bool:
    return not name.startswith("_") and name.partition(".")[0] not in sys.stdlib_module_names


def _installed(folders: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Return (name, version, folder of its texts) of the installed packages, by the form of the name."""
    found: dict[str, tuple[str, str, str]] = {}
    for folder in folders:
        try:
            entries = os.listdir(folder or os.curdir)
        except OSError:  # archives, and folders that are not there
            continue
        for entry in entries:
            if entry.endswith("-info") and (match := _INFO.fullmatch(entry)):
                place = os.path.join(folder, entry)
                found.setdefault(_form(match["name"]), (match["name"].replace("_", "-"), match["version"], place))
    return found


_top_levels: dict[str, frozenset[str]] = {}


def _top_level(place: str) -> frozenset[str]:
    if place not in _top_levels:
        try:
            with open(os.path.join(place, "top_level.txt"), encoding="utf-8", errors="replace") as file:
                _top_levels[place] = frozenset(file.read(_LARGEST_FILE).split())
        except OSError:
            _top_levels[place] = frozenset()
    return _top_levels[place]


def _form(name: str) -> str:
    return _APART.sub("_", name).lower()


def _short(text: str) -> str:
    return storable(text[:_LONGEST])
