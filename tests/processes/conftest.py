"""Programs that fork: a process of their own each, since a fork of pytest would copy its threads too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent

import pytest

Run = Callable[..., str]

PRELUDE = """
import os, sys, threading, time
import lineal
from lineal import errors
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb, service as rpc

def in_child(work):
    '''Run work in a forked child that ends as a program does; return what it returned, or its error.'''
    read, write = os.pipe()
    sys.stdout.flush()
    if os.fork() == 0:
        try:
            said = str(work())
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        sys.exit(0)
    os.close(write)
    said = b"".join(iter(lambda: os.read(read, 65536), b"")).decode()
    assert os.wait()[1] == 0
    return said

"""


@pytest.fixture
def run_program() -> Run:
    """A function that runs a program after the prelude, with arguments, and returns what it printed."""

    def run(program: str, *arguments: object, timeout: float = 60) -> str:
        command = [sys.executable, "-W", "ignore", "-c", PRELUDE + dedent(program), *map(str, arguments)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    return run
