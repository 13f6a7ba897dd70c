"""Retention policies and versions: what has an alias stays, and so do registered models and experiments of MLflow."""

from __future__ import annotations

import pytest

from lineal.kinds import KINDS
from lineal.mlflow import Tracking
from lineal.service import MetadataService
from lineal.wire import lifecycle, records
from tests.operations.lineages import LONG_AGO, Lineage, counted

EVERYTHING = "data train model judge score run"


@pytest.fixture
def lineage(local: MetadataService) -> Lineage:
    """data → train → model → judge → score; train and judge in the context run."""
    return filled(local)


def filled(service: MetadataService) -> Lineage:
    lineage = Lineage(service)
    lineage.run("train", reads="data", writes="model", inside="run")
    lineage.run("judge", reads="model", writes="score", inside="run")
    return lineage


def promote(lineage: Lineage, name: str) -> records.DeleteAliasRequest:
    """Give an alias to an artifact, and return the request that takes it away again."""
    [artifact_id] = lineage.ids(name).artifact_ids
    lineage.service.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias="production"))
    return records.DeleteAliasRequest(artifact_id=artifact_id, alias="production")


def age_all(service: MetadataService) -> None:
    for kind in KINDS:
        sql = f"UPDATE {kind.table} SET last_update_time_since_epoch = {LONG_AGO}"
        service.write(lambda session, _, sql=sql: session.script(sql))  # type: ignore[misc]


@pytest.mark.parametrize("on_reference", [lifecycle.PROTECT, lifecycle.TOMBSTONE])
def test_what_has_an_alias_stays_with_all_that_it_came_from(
    service: MetadataService, on_reference: lifecycle.OnReference
) -> None:
    lineage = filled(service)
    promote(lineage, "model")
    lineage.age(EVERYTHING)
    planned = lineage.retain(on_reference=on_reference, dry_run=True)
    response = lineage.retain(on_reference=on_reference)

    assert lineage.all_names() == {"data", "train", "model", "run"}
    assert response == planned
    assert (response.kept_deployed, counted(response.tombstones)) == (3, 0)


def test_the_metrics_of_a_version_with_an_alias_stay_with_what_they_came_from(service: MetadataService) -> None:
    lineage = filled(service)
    for name, model in (("measured", "model"), ("other", "score")):
        lineage.evaluate(name, model=model, reads=f"data{model}")
    promote(lineage, "model")
    age_all(service)
    response = lineage.retain()

    assert lineage.all_names() == {"data", "train", "model", "run", "datamodel", "measured", "measured-metrics"}
    assert response.kept_deployed == 6


def test_what_lost_its_alias_goes(lineage: Lineage) -> None:
    lineage.service.call("DeleteAlias", promote(lineage, "model"))
    lineage.age(EVERYTHING)
    lineage.retain()

    assert lineage.all_names() == set()


def test_what_has_an_alias_goes_only_when_the_policy_says_so(lineage: Lineage) -> None:
    promote(lineage, "model")
    lineage.age(EVERYTHING)
    lineage.retain(include_deployed=True)

    assert lineage.all_names() == set()


@pytest.fixture
def registry(local: MetadataService) -> Tracking:
    """An old store with the versions used 1, which has an alias, and unused 1, both of one model of a finished run."""
    tracking = Tracking(local)
    experiment = tracking.call("experiments/create", {"name": "wine"})
    run_id = tracking.call("runs/create", experiment)["run"]["info"]["run_id"]
    given = {**experiment, "name": "net", "source_run_id": run_id}
    model = tracking.call("logged-models/create", given)["model"]["info"]["model_id"]
    for name in ("used", "unused"):
        tracking.call("registered-models/create", {"name": name})
        tracking.call("model-versions/create", {"name": name, "source": f"models:/{model}", "model_id": model})
    tracking.call("registered-models/set-alias", {"name": "used", "alias": "production", "version": "1"})
    tracking.call("runs/update", {"run_id": run_id, "status": "FINISHED"})
    age_all(local)
    return tracking


def test_a_version_in_production_stays_with_its_registration_and_its_run(
    local: MetadataService, registry: Tracking
) -> None:
    response = Lineage(local).retain()

    version = registry.call("model-versions/get", {"name": "used", "version": "1"})["model_version"]
    assert version["aliases"] == ["production"]
    assert registry.call("runs/get", {"run_id": version["run_id"]})
    assert (len(response.deleted.artifact_ids), len(response.deleted.execution_ids)) == (1, 1)
    assert response.kept_deployed == 4  # the version, its registration, its model and the run


def test_registered_models_and_experiments_stay_without_members(local: MetadataService, registry: Tracking) -> None:
    Lineage(local).retain(include_deployed=True)

    assert not Lineage(local).names(KINDS[0])
    for name in ("used", "unused"):
        assert registry.call("registered-models/get", {"name": name})["registered_model"].get("latest_versions") is None
    assert registry.call("experiments/get-by-name", {"experiment_name": "wine"})
    assert registry.call("runs/create", {"experiment_id": "0"})
