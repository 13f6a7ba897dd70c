"""What the process is: its command without secrets, its Python, host, user and image, and the most memory it took.

What stays out: its code (git.py) and its packages (packages.py).
"""

from __future__ import annotations

import getpass
import os
import platform
import re
import shlex
import socket
import sys
from typing import Any

from lineal import conventions
from lineal.config import IMAGE_VARIABLE
from lineal.sdk.capture.found import Found, at_home, storable

_MIB = 1 << 20
_IN_CONTAINER = ("/.dockerenv", "/run/.containerenv")
_OF_CHILDREN = ("--multiprocessing-fork", "from multiprocessing.forkserver import main")
_KERNELS = ("ipykernel_launcher", "ipykernel", "colab_kernel_launcher")
_PASSWORDS = re.compile(r"--?(?:pw|pwd|pass|passwd)", re.IGNORECASE)
_USERS = re.compile(r"--?(?:u|user|auth|login)(?:=|\Z)", re.IGNORECASE)
_HIDDEN = "***"
_PLAIN = re.compile(r"[\w@%+=:,./*~-]+", re.ASCII)
_LONGEST_NAME = 250


def command() -> Found:
    """Return the command as it was typed, without secrets, with `~` for the home directory."""
    words = _words()
    kernel = next((at for at, word in enumerate(words) if os.path.basename(word) in _KERNELS), None)
    if kernel is not None:  # what follows is where the kernel listens
        words = words[: kernel + 1]
    text = " ".join(_quoted(at_home(word)) for word in without_secrets(words))
    notebook = _notebook()
    return Found({conventions.ENV_COMMAND: storable(text)}, {"notebook": notebook} if notebook else {})


def _words() -> list[str]:
    """Return the words of the command; a child of multiprocessing has those of its parent."""
    original = list(sys.orig_argv)
    if not original or any(word.startswith(_OF_CHILDREN) for word in original):
        original = [sys.executable or "python", *sys.argv]
    return [os.path.basename(original[0]), *original[1:]]


def without_secrets(words: list[str]) -> list[str]:
    """Return words of a command with `***` for secrets: known shapes, flags and variables whose names tell of one."""
    from lineal.redaction import hide_in_object  # loading it takes some milliseconds

    hidden = list(words)
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if _PASSWORDS.fullmatch(before) and not word.startswith("-"):
            hidden[at] = _HIDDEN
        elif _PASSWORDS.fullmatch(word.partition("=")[0]) and "=" in word:
            hidden[at] = f"{word.partition('=')[0]}={_HIDDEN}"
        elif ":" in word and (_USERS.fullmatch(before) or (_USERS.match(word) and "=" in word)):
            hidden[at] = f"{word.partition(':')[0]}:{_HIDDEN}"
    cleaned: list[str] = hide_in_object(hidden, "args")
    return cleaned


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)


def _notebook() -> str:
    """Return the name of the notebook, where Jupyter's server or VS Code tell it."""
    told = getattr(sys.modules.get("__main__"), "__vsc_ipynb_file__", None) or os.environ.get("JPY_SESSION_NAME", "")
    is_notebook = isinstance(told, str) and told.endswith(".ipynb")
    return storable(os.path.basename(told.replace("\\", "/")), longest=_LONGEST_NAME) if is_notebook else ""


def python() -> Found:
    """Return the version of Python, with its name if it is not CPython, and the platform."""
    name, version = platform.python_implementation(), platform.python_version()
    text = version if name == "CPython" else f"{version} ({name})"
    return Found({conventions.ENV_PYTHON: text}, {"platform": platform.platform(), "processors": os.cpu_count() or 0})


def host() -> Found:
    """Return the name of the machine, in a cluster that of the pod."""
    name = socket.gethostname()
    return Found({conventions.ENV_HOST: storable(name, longest=_LONGEST_NAME)} if name else {})


def user() -> Found:
    """Return the name of the user; a container may have a number without a name."""
    try:
        return Found({conventions.ENV_USER: storable(getpass.getuser(), longest=_LONGEST_NAME)})
    except (KeyError, OSError, ImportError):  # 3.13 raises OSError, Windows may lack the module pwd
        return Found(missing="the user has no name")


def image() -> Found:
    """Return the image of the container, which only its environment can tell."""
    from lineal.redaction.shapes import hide_shapes  # loading it takes some milliseconds

    name = os.environ.get(IMAGE_VARIABLE, "").strip()
    if name:
        return Found({conventions.ENV_IMAGE: storable(hide_shapes(name), longest=500)})
    is_container = "KUBERNETES_SERVICE_HOST" in os.environ or any(os.path.exists(mark) for mark in _IN_CONTAINER)
    return (
        Found(missing=f"{IMAGE_VARIABLE} is not set, and a container does not know its image")
        if is_container
        else Found()
    )


def memory() -> Found:
    """Return the most memory that the process had so far, in MiB; it is the process's, not the step's."""
    try:
        import resource  # Windows has none
    except ImportError:
        return Found(missing="this system does not tell how much memory a process had")
    used: Any = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = used if sys.platform == "darwin" else used * 1024
    return Found({conventions.ENV_PEAK: round(size / _MIB, 1)})
