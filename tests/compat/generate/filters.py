"""Random filter queries that both sides understand alike, and some that both refuse.

Left out, because the official language is known to do them wrong: property names in capitals, an enum value twice,
strings with backslashes or column names, functions and arithmetic.
"""

from __future__ import annotations

from random import Random
from typing import Any

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from tests.compat.generate.messages import chance
from tests.compat.generate.world import CUSTOM_NAMES, EXTERNAL_IDS, NAMES, PROPERTY_TYPES, TYPE_NAMES, URIS, World

COMPARISONS = ["=", "!=", "<>", "<", "<=", ">", ">="]
STATES = {
    "artifact": ["UNKNOWN", "PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED"],
    "execution": ["UNKNOWN", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED"],
}
EVENT_TYPES = ["DECLARED_OUTPUT", "DECLARED_INPUT", "INPUT", "OUTPUT", "INTERNAL_INPUT", "INTERNAL_OUTPUT"]
WRONG = ["id =", "nonsense", "id = 'x'", "name = 1", "(id = 1", "properties.x = 1", "contexts_a", "state = 'LIVE'", " "]
VALUE_KINDS = {1: "int_value", 2: "double_value", 3: "string_value", 6: "bool_value"}


def random_filter(rng: Random, world: World, kind: Kind) -> str:
    """Return a filter query for nodes of a kind."""
    if chance(rng, 0.06):
        return rng.choice(WRONG)
    return _Writer(rng, world, kind).expression(depth=rng.choice([0, 0, 1, 1, 2]))


class _Writer:
    """Writes one query; remembers which enum values it used, because each may stand once."""

    def __init__(self, rng: Random, world: World, kind: Kind) -> None:
        self._rng = rng
        self._world = world
        self._kind = kind
        self._used: set[str] = set()

    def expression(self, depth: int) -> str:
        rng = self._rng
        if depth == 0:
            atom = self._atom()
            return f"NOT ({atom})" if chance(rng, 0.1) else atom
        joiner = rng.choice([" AND ", " OR "])
        parts = [self.expression(depth - 1) for _ in range(rng.randint(1, 3))]
        text = joiner.join(f"({part})" for part in parts)
        return f"NOT ({text})" if chance(rng, 0.1) else text

    def _atom(self) -> str:
        makers = [self._own_field, self._own_field, self._property, self._neighbour, self._time]
        if self._kind.state_field:
            makers.append(lambda: self._enum(str(self._kind.state_field), STATES[self._kind.name]))
        return str(self._rng.choice(makers)())

    def _own_field(self) -> str:
        field = self._rng.choice(["id", "type_id", "name", "external_id", "type", *(["uri"] * self._kind.has_uri)])
        return self._on(field, self._kind)

    def _on(self, column: str, kind: Kind) -> str:
        field = column.rpartition(".")[2]
        if field in ("id", "type_id", "artifact_id", "execution_id"):
            return self._number(column, self._ids(field, kind))
        pools = {"name": NAMES, "external_id": EXTERNAL_IDS, "type": TYPE_NAMES, "uri": URIS}
        return self._string(column, pools[field])

    def _ids(self, field: str, kind: Kind) -> list[int]:
        if field == "type_id":
            return [1, 10, 11, *self._world.types[kind.name]]
        return [0, 1, 2, *self._world.ids(kind)]

    def _number(self, column: str, pool: list[Any]) -> str:
        rng = self._rng
        one, other = rng.choice(pool), rng.choice(pool)
        forms = [f"{column} {rng.choice(COMPARISONS)} {one}"] * 4
        forms += [f"{column} IN ({one}, {other})", f"{column} NOT IN ({one})", f"{column} BETWEEN {one} AND {other}"]
        forms += [f"{column} IS NULL", f"{column} IS NOT NULL", f"{one} = {column}"]
        return str(rng.choice(forms))

    def _string(self, column: str, pool: list[str]) -> str:
        rng = self._rng
        one, other = _quoted(rng.choice(pool)), _quoted(rng.choice(pool))
        pattern = rng.choice(["'%'", "'n%'", "'N_'", "'%0'", "'s3://%'", "'t_'"])
        forms = [f"{column} {rng.choice(COMPARISONS)} {one}"] * 4
        forms += [f"{column} IN ({one}, {other})", f"{column} NOT IN ({one}, {other})"]
        forms += [f"{column} LIKE {pattern}", f"{column} NOT LIKE {pattern}"]
        forms += [f"{column} IS NULL", f"{column} IS NOT NULL"]
        return str(rng.choice(forms))

    def _property(self) -> str:
        rng = self._rng
        if chance(rng, 0.5):
            name, kind = rng.choice([*PROPERTY_TYPES.items()])
            column = f"properties.{_name(name)}"
            return self._typed(column, kind if kind in VALUE_KINDS and chance(rng, 0.9) else 1)
        return self._typed(f"custom_properties.{_name(rng.choice(CUSTOM_NAMES))}", rng.choice(list(VALUE_KINDS)))

    def _typed(self, prefix: str, kind: int) -> str:
        column = f"{prefix}.{VALUE_KINDS[kind]}"
        if kind == 3:
            return self._string(column, ["", "a", "A", "alpha", "%_", "ünï 🙂"])
        if kind == 6:
            return str(self._rng.choice([column, f"{column} = true", f"{column} != true", f"{column} IS NULL"]))
        return self._number(column, [0, 1, -1, 2, 7] if kind == 1 else [0, 0.5, -1.25, 1, 2.5])

    def _neighbour(self) -> str:
        rng, alias = self._rng, self._rng.choice(["a", "b", "0"])
        if self._kind is CONTEXT:
            prefix, kind = rng.choice(
                [
                    ("parent_contexts", CONTEXT),
                    ("child_contexts", CONTEXT),
                    ("artifacts", ARTIFACT),
                    ("executions", EXECUTION),
                ]
            )
            return self._on(f"{prefix}_{alias}.{rng.choice(['id', 'name', 'type'])}", kind)
        if chance(rng, 0.5):
            return self._on(f"contexts_{alias}.{rng.choice(['id', 'name', 'type'])}", CONTEXT)
        if chance(rng, 0.5):
            return self._enum(f"events_{alias}.type", EVENT_TYPES)
        other = EXECUTION if self._kind is ARTIFACT else ARTIFACT
        return self._on(f"events_{alias}.{other.id_column}", other)

    def _enum(self, column: str, names: list[str]) -> str:
        free = [name for name in names if name not in self._used]
        if len(free) < 2:
            return f"{column} IS NULL"
        one, other = self._rng.sample(free, 2)
        form = self._rng.choice(["{} = {}", "{} != {}", "{} IN ({}, {})", "{} NOT IN ({}, {})"])
        self._used |= {one, other}
        return form.format(column, one, other)

    def _time(self) -> str:
        field = self._rng.choice(["create_time_since_epoch", "last_update_time_since_epoch"])
        if chance(self._rng, 0.2) or not self._world.calls:
            return "create_time_since_epoch <= last_update_time_since_epoch"
        return f"{field} {self._rng.choice(['<', '>='])} @t{self._rng.randint(0, self._world.calls - 1)}"


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _name(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").isalnum() else f"`{name}`"
