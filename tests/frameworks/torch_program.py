"""Trainings of PyTorch Lightning and Transformers, as a program of an environment that has them.

    python torch_program.py WHAT URL WORKSPACE

WHAT is a function below. What it recorded is read by the test that runs it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

from kubeflow.metadata import metadata

warnings.simplefilter("ignore")
warnings.simplefilter("error", metadata.NotRecordedWarning)
logging.disable(logging.INFO)
QUIET: dict[str, Any] = {
    "accelerator": "cpu",
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
}


def data() -> TensorDataset:
    """Return 64 rows of 3 numbers, and a target."""
    torch.manual_seed(1)
    features = torch.rand(64, 3)
    return TensorDataset(features, features.sum(1, keepdim=True))


def raising(error: BaseException) -> None:
    """Raise an error."""
    raise error


def terminate() -> None:
    """Send SIGTERM to this process, and go on as a program in C code does."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)


def lightning_training(fail_at: int | None = None, fail: Callable[[], object] | None = None) -> None:
    """Train a module for 3 epochs with a validation after each."""
    import lightning

    class Line(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self, rate: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(3, 1)

        def training_step(self, batch: Any, number: int) -> Any:
            if self.current_epoch == fail_at and fail is not None:
                fail()
            loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, number: int) -> None:
            self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)

    recorded = metadata.lightning.Callback("line", data=data())
    trainer = lightning.Trainer(max_epochs=3, callbacks=[recorded], **QUIET)
    loader = DataLoader(data(), 16)
    trainer.fit(Line(), loader, loader)
    if fail is None:
        file = metadata.model_files(recorded.recorded) / "model.ckpt"
        torch.testing.assert_close(Line.load_from_checkpoint(file).layer.weight, trainer.model.layer.weight)


def lightning_failure() -> None:
    """Train until an exception."""
    lightning_training(1, partial(raising, RuntimeError("the oven is cold")))


def lightning_interrupt() -> None:
    """Train until somebody presses Ctrl-C."""
    lightning_training(1, partial(raising, KeyboardInterrupt()))


def lightning_terminated() -> None:
    """Train until SIGTERM."""
    lightning_training(2, terminate)


def transformers_training(*callbacks: Any) -> None:
    """Train a tiny BERT that no hub has."""
    import tempfile

    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    config = BertConfig(
        vocab_size=30, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, num_labels=2
    )
    rows = [{"input_ids": torch.tensor([n % 30, 2, 3]), "labels": torch.tensor(n % 2)} for n in range(16)]
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            folder,
            num_train_epochs=2,
            per_device_train_batch_size=8,
            logging_steps=1,
            eval_strategy="epoch",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            save_strategy="no",
            hub_token="hf_" + "a" * 30,
        )
        model = BertForSequenceClassification(config)
        table = {"first": [n % 30 for n in range(16)], "label": [n % 2 for n in range(16)]}
        recorded = metadata.transformers.Callback("reviews", data={"texts": table})
        Trainer(model, args, train_dataset=rows, eval_dataset=rows, callbacks=[recorded, *callbacks]).train()
    loaded = BertForSequenceClassification.from_pretrained(metadata.model_files(recorded.recorded))
    torch.testing.assert_close(loaded.classifier.weight, model.classifier.weight)


def transformers_terminated() -> None:
    """Train until SIGTERM."""
    from transformers import TrainerCallback

    class Then(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, *given: Any, **more: Any) -> None:
            if state.global_step == 2:
                terminate()

    transformers_training(Then())


if __name__ == "__main__":
    metadata.init(sys.argv[2], sys.argv[3])
    globals()[sys.argv[1]]()
