"""Executions and runs: from the start to the end, with what they read and wrote.

`execution.py` and `run.py` hold the classes. `writes.py` stores executions, `recording.py` artifacts, `together.py`
both in one call. `states.py` stores states, with what `state_facts.py` captures and the reason of `endings.py`, and
`termination.py` ends what SIGTERM stops. `current.py` knows which one runs now. What stays out: steps
(lineal.sdk.steps) and capturing (lineal.sdk.capture).
"""

from lineal.sdk.executions.execution import Execution, get_current
from lineal.sdk.executions.run import Run

__all__ = ["Execution", "Run", "get_current"]
