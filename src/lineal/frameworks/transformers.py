"""Record a training by the Trainer of Hugging Face Transformers.

What stays out: everything that is not of Transformers' own (training.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from lineal.frameworks.callbacks import RecordingCallback
from lineal.sdk import Execution

_ALWAYS = frozenset(
    "learning_rate num_train_epochs max_steps per_device_train_batch_size gradient_accumulation_steps seed optim "
    "lr_scheduler_type weight_decay warmup_steps bf16 fp16".split()
)
"""Arguments that are recorded although they have their defaults; there are more than a hundred."""
_ELSEWHERE = frozenset({"output_dir", "logging_dir", "run_name"})


class Callback(RecordingCallback, TrainerCallback):  # type: ignore[misc] # the package is not installed where this is checked
    """Records a training: `Trainer(..., callbacks=[metadata.transformers.Callback("reviews")])`.

    Metrics have the names of the Trainer ("loss", "eval_loss"), their steps are its global steps. Only the process of
    rank 0 records. After each training the model is in `recorded`.
    """

    def __init__(
        self,
        name: str,
        *,
        data: Any = None,
        parameters: Mapping[str, Any] | None = None,
        save: bool = True,
        every: int = 1,
        execution: Execution | None = None,
    ) -> None:
        """Describe the training.

        Args:
            name: the name of the model.
            data: what it is trained with: a Dataset of Hugging Face, a DataFrame, a file, or some of these by name.
            parameters: those to record beside the arguments of the Trainer that are not the defaults.
            save: whether model and tokenizer are saved when the training is complete.
            every: how many steps apart points are kept; the Trainer has `logging_steps` for it, too.
            execution: the execution; by default the current step, or one for each training.

        Raises:
            TypeError: the digest of the data cannot be computed.

        """
        self._describe(name, data, parameters, save=save, every=every, execution=execution)

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Begin; the Trainer calls it."""
        if state.is_world_process_zero:
            self._begin({**arguments_of(args), **(self._told or {})})

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **given: Any) -> None:
        """Keep the values of a step; the Trainer calls it."""
        if self._training is not None:
            values = {name: value for name, value in (logs or {}).items() if name != "epoch"}
            self._training.add(values, state.global_step)

    def on_train_end(self, args: Any, state: Any, control: Any, model: Any = None, **given: Any) -> None:
        """Save and end; the Trainer calls it."""
        parts: list[Any] = [model, given.get("processing_class") or given.get("tokenizer")]

        def pretrained(_: Any, folder: Path) -> None:
            for part in parts:
                if hasattr(part, "save_pretrained"):
                    part.save_pretrained(folder)

        self._complete(model, pretrained if hasattr(model, "save_pretrained") else None)


def arguments_of(args: Any) -> dict[str, Any]:
    """Return the arguments of a Trainer that are not the defaults, and those that are always of interest."""
    plain = args.to_dict()  # hides tokens, and names members of enumerations
    found = {}
    for each in dataclasses.fields(args):
        if each.name not in plain or each.name in _ELSEWHERE:
            continue
        default = each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
        if each.name in _ALWAYS or getattr(args, each.name) != default:
            found[each.name] = plain[each.name]
    return found
