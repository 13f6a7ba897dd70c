"""Fill a store fast with records as the SDK writes them: for the benchmark, the journeys and to try things out.

    python -m bench.generate sqlite:///large.db --artifacts 100000

Rows are inserted in bulk, past the service: a store of 100,000 artifacts takes seconds. The same numbers give the same
store but for the times of types. What it holds, so that tests can look for it:

- workspaces `bakery`, `fraud`, `search`, `vision`, `speech`; runs `nightly-0`, `nightly-1`, ... of about 20 executions;
- for every execution a data set, a model and its evaluation ("metrics"), with versions of 200 names, and labels `team`,
  `env` and, rarely, `audit=yes`; every fourth model is LIVE;
- data set 1, the hub, which the first 300 executions all read; a chain of models, each trained from the one before;
- model names that try to break a UI (ODD_NAMES), which are their uris and labels too, made by the last executions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.engine.statement import insertion
from lineal.store.tables.mlmd_tables import EVENT, MEMBERSHIP, NODE, PROPERTY
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

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
HUB_USERS = 300
BATCH = 5000
_SPAN = 300 * 86_400_000
_END = 1_760_000_000_000
_META = "__ALL_META__"
_VALUES = ("int_value", "double_value", "string_value", "proto_value", "bool_value")


@dataclass
class _Rows:
    """Rows waiting to be inserted."""

    artifacts: list[Any] = field(default_factory=list)
    executions: list[Any] = field(default_factory=list)
    artifact_properties: list[Any] = field(default_factory=list)
    execution_properties: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    attributions: list[Any] = field(default_factory=list)
    associations: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class _Types:
    """The ids of the types and workspaces."""

    data_set: int
    model: int
    metrics: int
    execution: int
    workspaces: tuple[int, ...]


def generate(url: str, *, artifacts: int = 100_000, executions: int | None = None, seed: int = 1) -> None:
    """Fill an empty store.

    Args:
        url: the database.
        artifacts: how many artifacts, at least 30.
        executions: how many executions; by default one for each three artifacts.
        seed: another seed makes another store.
    """
    with open_service(DatabaseSettings(url, synchronous="OFF")) as service:
        types = _put_types(service)
        steps = _Steps(types, artifacts, executions or max(1, artifacts // 3), random.Random(seed))  # noqa: S311
        for rows in steps.batches():
            service.database.write(lambda session, rows=rows: _insert(session, rows))


def _put_types(service: MetadataService) -> _Types:
    text = pb.STRING
    names = {
        "data_set": ("query",),
        "model": ("model_type",),
        "metrics": ("data_set_id", "model_id", "metrics_type"),
    }
    common = ("name", "create_time", "description", "owner", _META, "version")
    ids = []
    for name, own in names.items():
        type_ = pb.ArtifactType(name=f"kubeflow.org/alpha/{name}", properties=dict.fromkeys((*common, *own), text))
        ids.append(service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=type_)).type_id)
    step = pb.ExecutionType(
        name="kubeflow.org/alpha/execution", properties=dict.fromkeys(("name", "create_time", "description"), text)
    )
    ids.append(service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=step)).type_id)
    place = pb.ContextType(name="kubeflow.org/alpha/workspace", properties={"description": text, "labels": text})
    place_id = service.call("PutContextType", rpc.PutContextTypeRequest(context_type=place)).type_id
    contexts = [pb.Context(type_id=place_id, name=name) for name in WORKSPACES]
    put = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts))
    return _Types(*ids, tuple(put.context_ids))


class _Steps:
    """Executions one after the other, each with what it reads and writes."""

    def __init__(self, types: _Types, artifacts: int, executions: int, dice: random.Random) -> None:
        self.types = types
        self.artifacts = artifacts
        self.executions = executions
        self.dice = dice
        self.rows = _Rows()
        self.next_artifact = 1
        self.models: list[int] = []

    def batches(self) -> Iterator[_Rows]:
        """Yield rows in pieces."""
        for number in range(1, self.executions + 1):
            self._add_step(number)
            if number % BATCH == 0:
                yield self._taken()
        while self.next_artifact <= self.artifacts:
            self._add_data_set(_END, self.next_artifact % len(WORKSPACES), 0)
            if self.next_artifact % BATCH == 0:
                yield self._taken()
        yield self._taken()

    def _taken(self) -> _Rows:
        taken, self.rows = self.rows, _Rows()
        return taken

    def _add_step(self, number: int) -> None:
        """Add an execution with its inputs and outputs."""
        moment = _END - _SPAN + _SPAN * number // self.executions
        place = number // 20 % len(WORKSPACES)
        run = number // 20
        is_odd = self.executions - number < len(ODD_NAMES)
        state = 3 if is_odd else self.dice.choices((3, 4, 2), (90, 7, 3))[0]
        duration = self.dice.randrange(1000, 3_600_000)
        row = (number, self.types.execution, state, None, None, moment, moment + duration)
        self.rows.executions.append(row)
        self._add_texts(
            self.rows.execution_properties, number, {"name": ("prepare", "train", "evaluate")[number % 3]}, place, run
        )
        self.rows.associations.append((self.types.workspaces[place], number))
        for artifact_id in self._inputs(number, moment, place, run):
            self.rows.events.append((artifact_id, number, pb.Event.INPUT, moment))
        for artifact_id in self._outputs(number, moment + duration, place, run, failed=state == 4):
            self.rows.events.append((artifact_id, number, pb.Event.OUTPUT, moment + duration))

    def _inputs(self, number: int, moment: int, place: int, run: int) -> list[int]:
        if self.next_artifact > self.artifacts - 3:
            return []
        found = [self._add_data_set(moment, place, run)]
        if number <= HUB_USERS and found[0] != 1:
            found.append(1)
        if self.models and number % 4:
            found.append(self.models[-1] if number % 2 else self.dice.choice(self.models[-1000:]))
        return found

    def _outputs(self, number: int, moment: int, place: int, run: int, *, failed: bool) -> list[int]:
        if self.next_artifact + 1 > self.artifacts or failed:
            return []
        model = self._add_model(number, moment, place, run)
        self.models.append(model)
        return [model, self._add_metrics(number, moment, place, run, model)]

    def _add_data_set(self, moment: int, place: int, run: int) -> int:
        name = f"orders-{self.next_artifact % 200}"
        texts = {"name": name, "version": f"v{self.next_artifact // 200}", "owner": f"{TEAMS[place]}@example.org"}
        fields = {**texts, "query": f"SELECT * FROM {name}", "labels": self._labels(place)}
        return self._add_artifact(self.types.data_set, f"s3://data/{name}", None, moment, texts, fields, place, run)

    def _add_model(self, number: int, moment: int, place: int, run: int) -> int:
        last = self.executions - number
        is_odd = last < len(ODD_NAMES)
        name = ODD_NAMES[last] if is_odd else f"churn/xgb-{number % 200}"
        texts = {"name": name, "version": f"v{number // 200}", "model_type": "boosted trees"}
        tuned = {"learning_rate": round(self.dice.uniform(0.001, 0.5), 4), "depth": self.dice.randrange(2, 12)}
        labels = {**self._labels(place), **({"odd <i>key</i>": name[:100]} if is_odd else {})}
        fields = {**texts, "hyperparameters": tuned, "labels": labels}
        state = 2 if number % 4 == 0 else None
        uri = name if is_odd else f"s3://models/{number}"
        return self._add_artifact(self.types.model, uri, state, moment, texts, fields, place, run)

    def _add_metrics(self, number: int, moment: int, place: int, run: int, model: int) -> int:
        auc = float("nan") if number % 997 == 0 else round(self.dice.betavariate(9, 2), 4)
        texts = {"name": "holdout", "model_id": str(model), "metrics_type": "validation"}
        fields = {**texts, "values": {"auc": auc, "loss": round(1 - auc, 4)}, "labels": self._labels(place)}
        uri = f"s3://metrics/{number}"
        return self._add_artifact(self.types.metrics, uri, None, moment, texts, fields, place, run)

    def _labels(self, place: int) -> dict[str, str]:
        labels = {"team": TEAMS[place], "env": self.dice.choice(("dev", "staging", "prod"))}
        return {**labels, "audit": "yes"} if self.dice.random() < 0.0005 else labels

    def _add_artifact(
        self,
        type_id: int,
        uri: str,
        state: int | None,
        moment: int,
        texts: dict[str, str],
        fields: dict[str, Any],
        place: int,
        run: int,
    ) -> int:
        artifact_id, self.next_artifact = self.next_artifact, self.next_artifact + 1
        self.rows.artifacts.append((artifact_id, type_id, uri, state, None, None, moment, moment))
        whole = {**texts, _META: json.dumps({"uri": uri, "workspace": None, **fields})}
        self._add_texts(self.rows.artifact_properties, artifact_id, whole, place, run)
        self.rows.attributions.append((self.types.workspaces[place], artifact_id))
        return artifact_id

    @staticmethod
    def _add_texts(rows: list[Any], owner: int, texts: dict[str, str], place: int, run: int) -> None:
        rows.extend((owner, name, False, None, None, text, None, None) for name, text in texts.items())
        rows.append((owner, "__kf_workspace__", True, None, None, WORKSPACES[place], None, None))
        rows.append((owner, "__kf_run__", True, None, None, f"nightly-{run}", None, None))


_TIMES = ("create_time_since_epoch", "last_update_time_since_epoch")
_STATEMENTS = {
    "artifacts": insertion(NODE[ARTIFACT], ["id", "type_id", "uri", "state", "name", "external_id", *_TIMES]),
    "executions": insertion(NODE[EXECUTION], ["id", "type_id", "last_known_state", "name", "external_id", *_TIMES]),
    "artifact_properties": insertion(PROPERTY[ARTIFACT], ["artifact_id", "name", "is_custom_property", *_VALUES]),
    "execution_properties": insertion(PROPERTY[EXECUTION], ["execution_id", "name", "is_custom_property", *_VALUES]),
    "events": insertion(EVENT, ["artifact_id", "execution_id", "type", "milliseconds_since_epoch"]),
    "attributions": insertion(MEMBERSHIP[ARTIFACT], ["context_id", "artifact_id"]),
    "associations": insertion(MEMBERSHIP[EXECUTION], ["context_id", "execution_id"]),
}


def _insert(session: Session, rows: _Rows) -> None:
    for name, statement in _STATEMENTS.items():
        session.change_many(statement, getattr(rows, name))


def main() -> None:
    """Generate from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the database, which must be empty")
    parser.add_argument("--artifacts", type=int, default=100_000)
    parser.add_argument("--executions", type=int)
    args = parser.parse_args()
    began = time.monotonic()
    generate(args.url, artifacts=args.artifacts, executions=args.executions)
    print(f"{args.artifacts} artifacts in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
