"""Where the files of runs and logged models are from the store's side, if they stay where they are.

Addresses that begin with `mlflow-artifacts:/` mean "the server that you talk to", which is another one after an import:
they become addresses of the place that is named for them. What stays out: copying files (copying.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lineal.importing.report import Report
from lineal.mlflow_sources import Experiment, Model, Run

PROXIED = "mlflow-artifacts:"
UNKNOWN_SERVER = "places of files that an MLflow server keeps (name it with --artifacts-from)"
PATH_OF_SERVER = "places of files that a server keeps that has a path in its address (copy the files)"
_SERVERS = ("http://", "https://")


@dataclass(frozen=True)
class Target:
    """An experiment in the store.

    Attributes:
        workspace: its workspace.
        context_id: the id of its context.
        experiment_id: its id as MLflow's clients know it.
    """

    workspace: str
    context_id: int
    experiment_id: str


@dataclass(frozen=True)
class Files:
    """Files that stay where they are.

    Attributes:
        kept_at: where the files at `mlflow-artifacts:` addresses are: the address of a server, or the folder or bucket
            that it keeps them in; "" if nobody knows.
        moved: the new addresses of files, by the old ones, as far as they have changed.
    """

    kept_at: str = ""
    moved: dict[str, str] = field(default_factory=dict)

    @property
    def is_server(self) -> bool:
        """Whether a server keeps the files."""
        return self.kept_at.startswith(_SERVERS)

    def place_of(self, experiment: Experiment) -> str:
        """Return where the files of new runs of an experiment are to be, "" for a place of Lineal's."""
        place = experiment.artifact_location
        return "" if place.startswith(PROXIED) else place

    def place_of_run(self, target: Target, run: Run, done: Report) -> str:
        """Return where the files of a run are."""
        return self.noted(run.artifact_uri, self.located(run.artifact_uri, run.run_id, done))

    def place_of_model(self, target: Target, model: Model, done: Report) -> str:
        """Return where the files of a logged model are."""
        return self.noted(model.artifact_uri, self.located(model.artifact_uri, model.model_id, done))

    def noted(self, old: str, new: str) -> str:
        """Remember that files are at another address, and return it."""
        if old and new != old:
            self.moved[old] = new
        return new

    def located(self, place: str, owner: str, done: Report) -> str:
        """Return an address that means the same from the store's side."""
        if not place.startswith(PROXIED) or place.startswith(f"{PROXIED}//"):
            return place
        path = place.removeprefix(PROXIED).lstrip("/")
        if not self.kept_at:
            done.left_out.add(UNKNOWN_SERVER, owner)
            return place
        if self.is_server:
            server, _, more = self.kept_at.partition("://")[2].rstrip("/").partition("/")
            done.left_out.add(PATH_OF_SERVER, owner, count=bool(more))
            return place if more else f"{PROXIED}//{server}/{path}"
        return f"{self.kept_at.rstrip('/')}/{path}"
