"""What an execution records of where it ran: code, command, Python, packages, host, user, image, memory.

Nothing is patched and nothing happens at import. What does not change is found out once for a process, in a daemon
thread; an execution takes what is known when it starts, and the rest when it ends, within the writes that it makes
anyway. What is not known by then is said (`missing`). What stays out: the writes (lineal.sdk.executions), and what
people read of it (catalogue/environment.py).
"""

from __future__ import annotations

from lineal.sdk.capture.recording import Recording, begin, choose, prepare
from lineal.sdk.capture.switches import PARTS, Choice, parts_of

__all__ = ["PARTS", "Choice", "Recording", "begin", "choose", "parts_of", "prepare"]
