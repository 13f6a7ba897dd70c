"""Generated queries: such as the official server and Lineal understand alike, and such as nobody should.

Left out are the places where the official server is known to err: names with capitals, backslashes, the same enum value
twice, states on neighbours compared by `!=`, very large queries.
"""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = ["data", "Model", "x1", "s3://bucket/%", "_ode_", "%D%", "münch", "run", "exp", "Run", "", "it's"]
INTEGERS = ["0", "1", "2", "-3", "0x2", "100", "9223372036854775807"]
DECIMALS = ["1.0", "0.5", "2.5e0", "-.5", "150."]
NUMERIC = ["id", "type_id", "create_time_since_epoch", "properties.step.int_value", "custom_properties.mixed.int_value"]
NUMERIC += ["properties.score.double_value", "custom_properties.mixed.double_value", "properties.none.int_value"]
TEXTS = ["name", "external_id", "type", "properties.owner.string_value", "custom_properties.mixed.string_value"]
TRUTHS = ["properties.done.bool_value", "custom_properties.mixed.bool_value", "true", "false", "(id = 1)"]
OWN = {
    "artifact": (
        ["contexts_a.id", "contexts_b.id", "events_0.execution_id", "events_1.milliseconds_since_epoch"],
        ["uri", "contexts_a.name", "contexts_b.type"],
    ),
    "execution": (["contexts_a.id", "events_0.artifact_id"], ["contexts_a.name", "contexts_b.type"]),
    "context": (
        ["parent_contexts_a.id", "child_contexts_a.id", "artifacts_a.id", "executions_a.create_time_since_epoch"],
        ["artifacts_a.uri", "parent_contexts_a.name", "executions_a.type"],
    ),
}
ENUMS = {
    "artifact": [("state", ["LIVE", "PENDING", "UNKNOWN"]), ("events_0.type", ["INPUT", "OUTPUT", "DECLARED_INPUT"])],
    "execution": [("last_known_state", ["RUNNING", "COMPLETE"]), ("events_0.type", ["OUTPUT", "INTERNAL_INPUT"])],
    "context": [],
}
COMPARISONS = ["=", "!=", "<>", "<", "<=", ">", ">="]


def quoted(text: str) -> str:
    return f'"{text}"'


@st.composite
def conditions(draw: st.DrawFn, kind: str, *, mixed: bool) -> str:
    """Draw one comparison; `mixed` allows operands whose types do not fit."""
    numeric, texts = (own + other for own, other in zip(OWN[kind], (NUMERIC, TEXTS), strict=True))
    groups = [[*numeric, *INTEGERS, *DECIMALS], [*texts, *map(quoted, WORDS)], TRUTHS]
    group = draw(st.sampled_from([sum(groups, ["NULL"])] if mixed else groups))
    left, low, high, other = (draw(st.sampled_from(group)) for _ in range(4))
    negation = draw(st.sampled_from(["", "NOT "]))
    forms = [f"{left} {draw(st.sampled_from(COMPARISONS))} {low}", f"{left} {negation}IN ({low}, {high}, {other})"]
    forms += [f"{left} {negation}BETWEEN {low} AND {high}", f"{left} IS {negation}NULL"]
    if mixed or group is groups[1]:
        forms.append(f"{left} {negation}LIKE {low}")
    if mixed or group is groups[2]:
        forms += [left, f"{left} IS {negation}TRUE"]
    return draw(st.sampled_from(forms))


@st.composite
def queries(draw: st.DrawFn, kind: str, *, mixed: bool = False) -> str:
    """Draw a query: up to six conditions, one of them about a state, joined by AND, OR and NOT."""
    parts = [draw(conditions(kind, mixed=mixed)) for _ in range(draw(st.integers(1, 4)))]
    for name, values in (
        draw(st.lists(st.sampled_from(ENUMS[kind]), max_size=2, unique_by=lambda enum: enum[0])) if ENUMS[kind] else []
    ):
        one, *more = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
        listed = f"{name} {draw(st.sampled_from(['IN', 'NOT IN']))} ({', '.join([one, *more])})"
        parts.append(listed if more else f"{name} {draw(st.sampled_from(['=', '!=']))} {one}")
    while len(parts) > 1:
        left, right = parts.pop(), parts.pop(draw(st.integers(0, len(parts) - 1)))
        negation = draw(st.sampled_from(["", "", "NOT "]))
        parts.append(f"{negation}({left} {draw(st.sampled_from(['AND', 'OR']))} {right})")
    return parts[0]


PIECES = [
    "AND",
    "OR",
    "NOT",
    "(",
    ")",
    "'",
    '"',
    "`",
    "\\",
    ".",
    ",",
    "IN",
    "LIKE",
    "BETWEEN",
    "IS",
    "NULL",
    "id",
    "name",
]
PIECES += [
    "state",
    "LIVE",
    "contexts_a",
    "properties",
    "'x'",
    "1",
    "1.5",
    "--",
    "/*",
    "*/",
    "#",
    "-",
    "=",
    "<",
    "\n",
    " ",
]
PIECES += ["r'''", '"""', "\\u00e9", "0x", "1e", "é", "\x00", "😀", "LOWER(", "COALESCE(", "/", "*", "events_0.type"]


@st.composite
def mutated(draw: st.DrawFn, kind: str) -> str:
    """Draw a query with pieces put in, taken out or doubled anywhere."""
    text = draw(queries(kind))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(st.sampled_from(["", text[start:end] * 2, *PIECES])) + text[end:]
    return text


nonsense = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
