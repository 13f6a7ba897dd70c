"""Steps: functions whose calls are executions, and where they are recorded.

`beginning.py` knows the workspace of the process. `decorator.py` and `generators.py` wrap functions, `call.py` records
a call, `async_call.py` and `aside.py` one beside an event loop, `arguments.py` and `annotations.py` say what becomes of
arguments and results. `binding.py` takes an execution along to other threads and processes. What stays out: executions
themselves (lineal.sdk.executions).
"""

from lineal.sdk.steps.beginning import Settings, init, settings
from lineal.sdk.steps.binding import in_step
from lineal.sdk.steps.decorator import step

__all__ = ["Settings", "in_step", "init", "settings", "step"]
