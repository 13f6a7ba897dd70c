"""Migrations between the schema versions of ML Metadata, up and down.

`plan` says what will happen, `migrate` does it, `recognise` says what a database is. Nothing is migrated automatically:
an older database is refused when it is opened, unless the settings ask for an upgrade (preparation.py).
"""

from __future__ import annotations

from lineal.store.schema.migrations.copying import copy_rows
from lineal.store.schema.migrations.foreign import refuse_foreign
from lineal.store.schema.migrations.migration import Effect, Plan, PlannedStep, migrate, plan, plan_of_empty, upgrade
from lineal.store.schema.migrations.state import State, is_unfinished, recognise

__all__ = [
    "Effect",
    "Plan",
    "PlannedStep",
    "State",
    "copy_rows",
    "is_unfinished",
    "migrate",
    "plan",
    "plan_of_empty",
    "recognise",
    "refuse_foreign",
    "upgrade",
]
