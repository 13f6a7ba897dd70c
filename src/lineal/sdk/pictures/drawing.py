"""A small lineage graph as inline SVG: no script, no address, every text escaped, a bounded number of nodes.

What stays out: where the nodes come from (cards.py, artifact_lineage.py).
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lineal.counting import amount
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.urls import redact
from lineal.wire import metadata_store as pb

MOST_NODES = 14
Key: TypeAlias = "tuple[str, int]"
"""The kind of a node, ARTIFACT or EXECUTION, and its id."""
Edge: TypeAlias = "tuple[Key, Key]"
ARTIFACT, EXECUTION = "artifact", "execution"

_WIDTH, _HEIGHT, _ACROSS, _BETWEEN, _MARGIN = 150, 38, 46, 12, 4
_COLUMNS_OF_TEXT = 21
_COLOURS = {ARTIFACT: "#4c8bd6", EXECUTION: "#b7791f"}  # readable on white and on black
_ROUNDNESS = {ARTIFACT: 5, EXECUTION: 19}


@dataclass(frozen=True)
class Graph:
    """What is drawn.

    Attributes:
        names: two texts for each node: its name, and what it is.
        edges: the flow from node to node; only those between nodes with names are drawn.
        focus: the node in the middle, None for none.
        left_out: how many nodes are known and not among the names.
        is_all: whether these are all; otherwise more nodes may be left out than are known.

    """

    names: Mapping[Key, tuple[str, str]]
    edges: Sequence[Edge]
    focus: Key | None = None
    left_out: int = 0
    is_all: bool = True


def edges_of(events: Iterable[pb.Event]) -> list[Edge]:
    """Return the flow that events say: from inputs to executions, and from executions to outputs, each once."""
    found: dict[Edge, None] = {}
    for event in events:
        artifact, execution = (ARTIFACT, event.artifact_id), (EXECUTION, event.execution_id)
        if event.type in INPUTS:
            found[artifact, execution] = None
        elif event.type in OUTPUTS:
            found[execution, artifact] = None
    return list(found)


def reached(edges: Sequence[Edge], focus: Key) -> set[Key]:
    """Return what leads to a node and what it leads to, with itself."""
    return _reached(focus, edges) | _reached(focus, [(end, start) for start, end in edges])


def chosen(edges: Sequence[Edge], focus: Key, *, of_a_step: int = 4) -> list[Key]:
    """Return the nodes around a node that are worth drawing, itself the first, and then the nearest.

    Args:
        edges: the flow.
        focus: the node in the middle.
        of_a_step: the most nodes of one step; those that lead on come first, and then the newest.

    """
    found = {focus: None}
    ends = {0: [focus], 1: [focus]}
    leading = {side: {edge[1 - side] for edge in edges} for side in ends}
    while any(ends.values()) and len(found) < MOST_NODES:
        for side in ends:  # 0 goes against the flow, 1 with it
            here = set(ends[side])
            met = {edge[side] for edge in edges if edge[1 - side] in here} - found.keys()
            best = sorted(met, key=lambda key: (key not in leading[side], -key[1]))
            ends[side] = best[:of_a_step]
            found |= dict.fromkeys(ends[side])
    return list(found)[:MOST_NODES]


def picture(graph: Graph) -> str:
    """Return the graph as SVG, and a sentence that says how many nodes are left out."""
    if len(graph.names) < 2:
        return "<p>No lineage is recorded yet.</p>"
    count = amount(graph.left_out, "more nodes")
    said = f"and {count}" if graph.is_all else f"and at least {count}"
    note = f"<p>... {said} that {'is' if graph.left_out == 1 else 'are'} not drawn.</p>" if graph.left_out else ""
    return _svg(graph) + note


def _svg(graph: Graph) -> str:
    edges = [edge for edge in graph.edges if edge[0] in graph.names and edge[1] in graph.names]
    places = _places(list(graph.names), edges)
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    lines = "".join(_arrow(places[start], places[end]) for start, end in edges)
    boxes = "".join(_box(key, graph.names[key], places[key], is_focus=key == graph.focus) for key in graph.names)
    return (
        f'<svg role="img" aria-label="lineage" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'style="max-width:100%;height:auto" font-family="sans-serif" font-size="11" fill="none" '
        f'stroke="currentColor">{lines}{boxes}</svg>'
    )


def _box(key: Key, names: tuple[str, str], place: tuple[int, int], *, is_focus: bool) -> str:
    x, y = place
    colour = _COLOURS[key[0]]
    name, what = (redact(text) for text in names)
    middle = x + _WIDTH // 2
    return (
        f"<g><title>{html.escape(f'{name[:300]} ({what[:300]})')}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{_ROUNDNESS[key[0]]}" stroke="{colour}" '
        f'stroke-width="{2 if is_focus else 1}" fill="{colour}" fill-opacity="{0.25 if is_focus else 0.06}"/>'
        f'<text x="{middle}" y="{y + 16}" text-anchor="middle" fill="currentColor" stroke="none" '
        f'font-weight="{"bold" if is_focus else "normal"}">{html.escape(_short(name))}</text>'
        f'<text x="{middle}" y="{y + 30}" text-anchor="middle" fill="currentColor" fill-opacity="0.7" stroke="none" '
        f'font-size="9">{html.escape(_short(what, 28))}</text></g>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    to_x, to_y = end[0], end[1] + _HEIGHT // 2
    bend = max(20, (to_x - x) // 2)
    return (
        f'<path d="M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x - 6} {to_y}" stroke-opacity="0.6"/>'
        f'<path d="M{to_x} {to_y}l-7 -3v6z" fill="currentColor" stroke="none" fill-opacity="0.6"/>'
    )


def _short(text: str, most: int = _COLUMNS_OF_TEXT) -> str:
    """Return the start of a text that fits into so many columns; wide characters take two."""
    text = " ".join(text.split())
    used = 0
    for at, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > most:
            return text[: max(1, at - 1)] + "…"
    return text


# ---- where each node is


def _places(keys: Sequence[Key], edges: Sequence[Edge]) -> dict[Key, tuple[int, int]]:
    """Return the left upper corner of each node: columns follow the flow, and inputs are next to what reads them."""
    layers = _layers(keys, list(_without_cycles(edges)))
    columns: dict[int, list[Key]] = {}
    for key in keys:
        columns.setdefault(layers[key], []).append(key)
    tallest = max(map(len, columns.values()))
    places: dict[Key, tuple[int, int]] = {}
    for at, layer in enumerate(sorted(columns)):
        column = sorted(columns[layer], key=lambda key: _height_before(key, edges, places))
        top = _MARGIN + (tallest - len(column)) * (_HEIGHT + _BETWEEN) // 2
        for row, key in enumerate(column):
            places[key] = (_MARGIN + at * (_WIDTH + _ACROSS), top + row * (_HEIGHT + _BETWEEN))
    return places


def _height_before(key: Key, edges: Sequence[Edge], places: Mapping[Key, tuple[int, int]]) -> float:
    """Return how far down the nodes are, on average, from which the flow comes."""
    heights = [places[start][1] for start, end in edges if end == key and start in places]
    return sum(heights) / len(heights) if heights else 0.0


def _layers(keys: Sequence[Key], edges: Sequence[Edge]) -> dict[Key, int]:
    layers = dict.fromkeys(keys, 0)
    for _ in keys:
        for start, end in edges:
            layers[end] = max(layers[end], layers[start] + 1)
    for key in keys:
        following = [layers[end] for start, end in edges if start == key]
        if following and all(end != key for _, end in edges):
            layers[key] = min(following) - 1
    return layers


def _without_cycles(edges: Sequence[Edge]) -> Iterator[Edge]:
    """Yield edges, without those that lead back: an execution may write what it read."""
    kept: list[Edge] = []
    for start, end in edges:
        if start not in _reached(end, kept):
            kept.append((start, end))
            yield start, end


def _reached(key: Key, edges: Sequence[Edge]) -> set[Key]:
    found, todo = {key}, [key]
    while todo:
        here = todo.pop()
        new = {end for start, end in edges if start == here} - found
        found |= new
        todo += new
    return found
