"""Fill a store with one large lineage, to look at it and to measure it.

    python -m bench.lineages deep sqlite:///deep.db
    python -m bench.lineages wide sqlite:///wide.db

Both print the id of the artifact to look at. The same shape gives the same store but for the times of types.

- `deep`: the newest version of the model `churn/deep` has 347 artifact ancestors over 60 generations. Each of its 60
  versions is trained from the one before and from four or five data sets.
- `wide`: the last model and its ancestors are 441 nodes: 111 trainings and the models that they wrote, 110 versions of
  a data set, and the 109 executions that prepared all of these but the first. They have 9 names: six models whose long
  names differ only in the middle, the data set, "train" and "prepare". The first version of the data set is read by
  the first two trainings and by the last one, more than a hundred columns later. Trainings take turns in two lanes,
  each from the model of the same lane before it; each tenth one also reads the model of the other lane.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping
from typing import Any

from bench.bulk import DATA_SET, END, MODEL, Place, Records, insert, put_types
from lineal.config import DatabaseSettings
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb

GENERATIONS = 60
ANCESTORS = 347
NODES = 441
TRIALS = tuple(f"resnet-sweep/trial-{number:03}-steady-thought-useful" for number in range(17, 23))
SHARDS = "imagenet-shards"
NAMES = (*TRIALS, SHARDS, "train", "prepare")
_TRAININGS = 111
_SOURCES = ("clicks", "orders", "prices", "users", "weather")
_HOUR = 3_600_000


def deep(records: Records, workspace: str, end: int) -> int:
    """Add a model with 347 artifact ancestors over 60 generations; return its id."""
    model: int | None = None
    for number in range(1, GENERATIONS + 1):
        place = Place(workspace, f"week {number}", end - (GENERATIONS - number) * 24 * _HOUR)
        count = len(_SOURCES) if number % 5 else len(_SOURCES) - 1
        read = [_data_set(records, name, number, place) for name in _SOURCES[:count]]
        model = _trained(records, number, "churn/deep", number, place, [*read, *([model] if model else [])])
    return model or 0


def wide(records: Records, workspace: str, end: int) -> int:
    """Add 441 nodes of 9 names; return the id of the model that has all others as its ancestors."""
    models: list[int] = []
    first = 0
    for number in range(1, _TRAININGS + 1):
        place = Place(workspace, f"round {number}", end - (_TRAININGS - number) * 6 * _HOUR)
        first = first or _data_set(records, SHARDS, 1, place)
        read = [] if number <= 2 else [_prepared(records, _TRAININGS + number - 2, number - 1, place)]
        read += [first] if number in {1, 2, _TRAININGS} else []
        before = [number - 3] if number > 2 else []
        before += [number - 2] if number % 10 == 0 or number == _TRAININGS else []
        read += [models[at] for at in before]
        name = TRIALS[number % len(TRIALS)]
        models.append(_trained(records, number, name, number // len(TRIALS) + 1, place, read))
    return models[-1]


def _data_set(records: Records, name: str, version: int, place: Place) -> int:
    texts = {"name": name, "version": f"v{version}", "query": f"SELECT * FROM {name.replace('-', '_')}"}
    return records.artifact(DATA_SET, f"s3://data/{name}/{version}", place, texts, {})


def _prepared(records: Records, execution: int, version: int, place: Place) -> int:
    """Add a data set and the execution that wrote it."""
    state = pb.Execution.CACHED if version % 7 == 0 else pb.Execution.COMPLETE
    records.execution(execution, "prepare", place, state=state, duration=_HOUR // 4)
    data_set = _data_set(records, SHARDS, version, place.later(_HOUR // 4))
    records.wrote(execution, [data_set], place.moment + _HOUR // 4)
    return data_set


def _trained(records: Records, execution: int, name: str, version: int, place: Place, read: list[int]) -> int:
    """Add a model and the execution that wrote it from what it read."""
    dice = random.Random(execution)  # noqa: S311
    start, end = place.later(_HOUR // 2), place.later(2 * _HOUR)
    records.execution(execution, "train", start, state=pb.Execution.COMPLETE, duration=end.moment - start.moment)
    texts = {"name": name, "version": f"v{version}", "model_type": "neural network"}
    fields: Mapping[str, Any] = {
        "hyperparameters": {"learning_rate": round(dice.uniform(0.0001, 0.1), 5), "layers": dice.randrange(18, 152)},
        "values": {"accuracy": round(0.7 + 0.25 * execution / _TRAININGS + dice.uniform(0, 0.04), 4)},
        "labels": {"team": "vision"},
    }
    model = records.artifact(MODEL, f"s3://models/{name}/{version}", end, texts, fields)
    records.read(execution, read, start.moment)
    records.wrote(execution, [model], end.moment)
    return model


SHAPES: Mapping[str, tuple[str, Callable[[Records, str, int], int]]] = {
    "deep": ("churn", deep),
    "wide": ("vision", wide),
}


def generate(url: str, shape: str, *, end: int = END) -> int:
    """Fill an empty store with a lineage.

    Args:
        url: the database.
        shape: "deep" or "wide".
        end: the time of the newest records, milliseconds since the epoch.

    Returns:
        The id of the artifact that has everything else as its ancestors.
    """
    workspace, fill = SHAPES[shape]
    with open_service(DatabaseSettings(url, synchronous="OFF")) as service:
        records = Records(put_types(service, [workspace]))
        focus = fill(records, workspace, end)
        insert(service, records.taken())
    return focus


def main() -> None:
    """Generate from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=sorted(SHAPES))
    parser.add_argument("url", help="the database, which must be empty")
    args = parser.parse_args()
    print(generate(args.url, args.shape))


if __name__ == "__main__":
    main()
