"""Fill a store fast with records as the SDK writes them: for the benchmark, the journeys and to try things out.

    python -m bench.generate sqlite:///large.db --artifacts 100000

A store of 100,000 artifacts takes seconds. The same numbers give the same store but for the times of types and aliases.
What it holds, so that tests can look for it:

- workspaces `bakery`, `fraud`, `search`, `vision`, `speech`; runs `nightly-0`, `nightly-1`, ... of about 20 executions;
- for every execution a data set, a model and its evaluation ("metrics": `auc` and `loss`), with versions of 200 names,
  and labels `team`, `env` and, rarely, `audit=yes`; every fourth model is LIVE;
- data set 1, the hub, which the first 300 executions all read; a chain of models, each trained from the one before;
- model names that try to break a UI (ODD_NAMES), which are their uris and labels too, made by the last executions;
- failed executions, each with one of FAILURES as its reason; they wrote nothing;
- a sweep of the model `resnet-sweep` in the workspace `vision`: one run for each hundred artifacts, 200 at most, named
  `sweep-0`, `sweep-1`, ..., each with an execution "tune", a model with four hyperparameters, and its evaluation
  (`accuracy` and `loss`, with the label `optimizer`);
- aliases: "production" at the newest version of every fifth model name, "staging" at the version before it; the best of
  the sweep is in production too, and has the label `stage=production`.

A store of 100,000 artifacts has 30,866 values of `auc`; `generate` returns these and other counts.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.bulk import DATA_SET, END, METRICS, MODEL, Place, Records, Rows, Types, insert, put_types
from lineal.config import DatabaseSettings
from lineal.sdk import stored_form
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import records

WORKSPACES = ("bakery", "fraud", "search", "vision", "speech")
TEAMS = ("forecasting", "risk", "ranking", "perception", "voice", "platform")
ODD_NAMES = (
    "<script>alert('name')</script>",
    "\"quoted\" & 'single' <b>bold</b>",
    "n" * 10_000,
    "نموذج اللغة العربية",
    "מודל \u202etxt.exe",
    "🧁🚀 cake model 🎂",
    "a/very/long/path/" * 30,
    " leading and trailing ",
    "javascript:alert(1)",
)
FAILURES = (
    ("torch.cuda.OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has 312 MiB free."),
    ("OOMKilled", "the container used more memory than its limit: out of memory"),
    ("FileNotFoundError", "[Errno 2] No such file or directory: 's3://data/orders/part-00017.parquet'"),
    ("ValueError", "the column 'price' has 1,204 missing values, and the model takes none"),
    ("ConnectionError", "the feature store at features.example.org:443 did not answer within 30 s"),
)
SWEEP = "resnet-sweep"
MOST_SWEEP_RUNS = 200
HUB_USERS = 300
BATCH = 5000
DAYS = 300


@dataclass
class Held:
    """How many there are of some things in a generated store."""

    artifacts: int = 0
    executions: int = 0
    auc_values: int = 0
    failures: int = 0
    sweep_runs: int = 0
    in_production: int = 0


def generate(
    url: str,
    *,
    artifacts: int = 100_000,
    executions: int | None = None,
    seed: int = 1,
    end: int = END,
    days: float = DAYS,
) -> Held:
    """Fill an empty store and say what it holds.

    Args:
        url: the database.
        artifacts: how many artifacts, at least 30.
        executions: how many executions besides those of the sweep; by default one for each three artifacts.
        seed: another seed makes another store.
        days: how long before `end` the first execution began.
        end: when the newest artifacts are from, milliseconds since the epoch; an execution lasts up to an hour.
    """
    with open_service(DatabaseSettings(url, synchronous="OFF")) as service:
        types = put_types(service, WORKSPACES)
        steps = _Steps(types, artifacts, executions or max(1, artifacts // 3), seed, (end, days))
        for rows in steps.batches():
            insert(service, rows)
        steps.held.in_production = _promote(service, steps)
    return steps.held


def _promote(service: MetadataService, steps: _Steps) -> int:
    """Give aliases; return how many models are in production."""
    named = [versions for name, versions in steps.versions.items() if name.rpartition("-")[2][-1:] in {"0", "5"}]
    holders = {versions[-1]: "production" for versions in named}
    holders |= {versions[-2]: "staging" for versions in named if len(versions) > 1}
    if steps.best is not None:
        holders[steps.best] = "production"
    for artifact_id, alias in holders.items():
        service.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias=alias))
    return sum(alias == "production" for alias in holders.values())


class _Steps:
    """Executions one after the other, each with what it reads and writes."""

    def __init__(self, types: Types, artifacts: int, executions: int, seed: int, times: tuple[int, float]) -> None:
        self.records = Records(types)
        self.held = Held(artifacts, executions)
        self.end, self.span = times[0], int(times[1] * 86_400_000)
        self.dice = random.Random(seed)  # noqa: S311
        # Their own dice, so that what was drawn before there were reasons and sweeps is drawn still.
        self.other_dice = random.Random(seed + 1)  # noqa: S311
        self.models: list[int] = []
        self.versions: dict[str, list[int]] = {}
        self.best: int | None = None

    @property
    def room(self) -> int:
        """How many more artifacts there may be."""
        return self.held.artifacts - self.records.next_artifact + 1

    def batches(self) -> Iterator[Rows]:
        """Yield rows in pieces."""
        steps = self.held.executions
        for number in range(1, steps + 1):
            self._add_step(number)
            if number == min(steps, max(1, self.held.artifacts // 8)):
                self._add_sweep(steps, self._moment(number))
            if number % BATCH == 0:
                yield self.records.taken()
        while self.room > 0:
            at = self.records.next_artifact
            self._add_data_set(Place(WORKSPACES[at % len(WORKSPACES)], "nightly-0", self.end))
            if at % BATCH == 0:
                yield self.records.taken()
        yield self.records.taken()

    def _moment(self, number: int) -> int:
        return self.end - self.span + self.span * number // self._steps

    @property
    def _steps(self) -> int:
        """How many executions there are besides those of the sweep."""
        return self.held.executions - self.held.sweep_runs

    def _add_step(self, number: int) -> None:
        """Add an execution with its inputs and outputs."""
        run = number // 20
        place = Place(WORKSPACES[run % len(WORKSPACES)], f"nightly-{run}", self._moment(number))
        is_odd = self._steps - number < len(ODD_NAMES)
        state = 3 if is_odd else self.dice.choices((3, 4, 2), (90, 7, 3))[0]
        failed = state == pb.Execution.FAILED
        duration = self.dice.randrange(1000, 3_600_000)
        name = ("prepare", "train", "evaluate")[number % 3]
        custom = self._failure(name) if failed else None
        self.records.execution(number, name, place, state=state, duration=duration, custom=custom)
        self.records.read(number, self._inputs(number, place), place.moment)
        written = [] if failed or self.room < 2 else self._outputs(number, place.later(duration))
        self.records.wrote(number, written, place.moment + duration)

    def _failure(self, name: str) -> dict[str, str]:
        """Return the properties that say why an execution failed."""
        self.held.failures += 1
        kind, message = self.other_dice.choice(FAILURES)
        trace = f'Traceback (most recent call last):\n  File "{name}.py", line 41, in main\n    fit(table)\n'
        reason = (kind, message, f"{trace}{kind}: {message}\n")
        return dict(zip(stored_form.FAILURE_NAMES, reason, strict=True))

    def _inputs(self, number: int, place: Place) -> list[int]:
        if self.room < 4:
            return []
        found = [self._add_data_set(place)]
        if number <= HUB_USERS and found[0] != 1:
            found.append(1)
        if self.models and number % 4:
            found.append(self.models[-1] if number % 2 else self.dice.choice(self.models[-1000:]))
        return found

    def _outputs(self, number: int, place: Place) -> list[int]:
        model = self._add_model(number, place)
        self.models.append(model)
        return [model, self._add_metrics(number, place, model)]

    def _add_data_set(self, place: Place) -> int:
        number = self.records.next_artifact
        name = f"orders-{number % 200}"
        owner = f"{TEAMS[WORKSPACES.index(place.workspace)]}@example.org"
        texts = {"name": name, "version": f"v{number // 200}", "owner": owner, "query": f"SELECT * FROM {name}"}
        return self.records.artifact(DATA_SET, f"s3://data/{name}", place, texts, {"labels": self._labels(place)})

    def _add_model(self, number: int, place: Place) -> int:
        last = self._steps - number
        is_odd = last < len(ODD_NAMES)
        name = ODD_NAMES[last] if is_odd else f"churn/xgb-{number % 200}"
        texts = {"name": name, "version": f"v{number // 200}", "model_type": "boosted trees"}
        tuned = {"learning_rate": round(self.dice.uniform(0.001, 0.5), 4), "depth": self.dice.randrange(2, 12)}
        labels = {**self._labels(place), **({"odd <i>key</i>": name[:100]} if is_odd else {})}
        state = pb.Artifact.LIVE if number % 4 == 0 else None
        uri = name if is_odd else f"s3://models/{number}"
        fields = {"hyperparameters": tuned, "labels": labels}
        model = self.records.artifact(MODEL, uri, place, texts, fields, state=state)
        self.versions.setdefault(name, []).append(model)
        return model

    def _add_metrics(self, number: int, place: Place, model: int) -> int:
        auc = float("nan") if number % 997 == 0 else round(self.dice.betavariate(9, 2), 4)
        self.held.auc_values += 1
        values = {"auc": auc, "loss": round(1 - auc, 4)}
        return self._evaluation(f"s3://metrics/{number}", place, model, values, self._labels(place))

    def _evaluation(self, uri: str, place: Place, model: int, values: dict[str, float], labels: dict[str, str]) -> int:
        texts = {"name": "holdout", "model_id": str(model), "metrics_type": "validation"}
        return self.records.artifact(METRICS, uri, place, texts, {"values": values, "labels": labels})

    def _labels(self, place: Place) -> dict[str, str]:
        team = TEAMS[WORKSPACES.index(place.workspace)]
        labels = {"team": team, "env": self.dice.choice(("dev", "staging", "prod"))}
        return {**labels, "audit": "yes"} if self.dice.random() < 0.0005 else labels

    def _add_sweep(self, steps: int, moment: int) -> None:
        """Add runs that try hyperparameters; their executions have the ids after those of the steps."""
        runs = min(MOST_SWEEP_RUNS, self.held.artifacts // 100, (self.room - 1) // 2)
        if runs < 1:
            return
        trials = [self._trial() for _ in range(runs)]
        best = max(range(runs), key=lambda number: trials[number][1])
        texts = {"name": "imagenet", "version": "v1"}
        read = self.records.artifact(DATA_SET, "s3://data/imagenet", Place("vision", "sweep-0", moment), texts, {})
        for number, (tried, accuracy) in enumerate(trials):
            place = Place("vision", f"sweep-{number}", moment + number * self.span // (4 * runs))
            execution = steps + number + 1
            self.records.execution(execution, "tune", place, state=pb.Execution.COMPLETE, duration=50_000)
            self.records.read(execution, [read], place.moment)
            labels = {"team": TEAMS[3], **({"stage": "production"} if number == best else {})}
            written = self._add_tried(number + 1, place.later(50_000), labels, tried, accuracy)
            self.records.wrote(execution, written, place.moment + 50_000)
            self.best = written[0] if number == best else self.best
        self.held.sweep_runs = runs
        self.held.executions += runs

    def _trial(self) -> tuple[dict[str, Any], float]:
        """Return hyperparameters and the accuracy that they lead to."""
        dice = self.other_dice
        rate, depth = round(10 ** dice.uniform(-4, -1), 6), dice.choice((18, 34, 50))
        tried = {"learning_rate": rate, "depth": depth, "dropout": round(dice.uniform(0, 0.5), 2)}
        quality = 0.93 - 0.002 * abs(depth - 34) - 3 * abs(rate - 0.03) + dice.uniform(-0.02, 0.02)
        return {**tried, "optimizer": dice.choice(("adam", "sgd"))}, round(quality, 4)

    def _add_tried(
        self, version: int, place: Place, labels: dict[str, str], tried: dict[str, Any], accuracy: float
    ) -> list[int]:
        """Add a model of the sweep and its evaluation."""
        texts = {"name": SWEEP, "version": f"v{version}", "model_type": "neural network"}
        fields = {"hyperparameters": tried, "labels": labels}
        model = self.records.artifact(MODEL, f"s3://models/{SWEEP}/{version}", place, texts, fields)
        values = {"accuracy": accuracy, "loss": round(1.2 * (1 - accuracy), 4)}
        own = {"team": TEAMS[3], "optimizer": tried["optimizer"]}
        return [model, self._evaluation(f"s3://metrics/{SWEEP}/{version}", place, model, values, own)]


def main() -> None:
    """Generate from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the database, which must be empty")
    parser.add_argument("--artifacts", type=int, default=100_000)
    parser.add_argument("--executions", type=int)
    parser.add_argument("--now", action="store_true", help="the newest records are from two hours ago")
    parser.add_argument("--days", type=float, default=DAYS, help="how long before that the first ones are from")
    args = parser.parse_args()
    began = time.monotonic()
    end = int(time.time() * 1000) - 7_200_000 if args.now else END
    held = generate(args.url, artifacts=args.artifacts, executions=args.executions, end=end, days=args.days)
    print(f"{held} in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
