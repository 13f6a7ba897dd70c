"""Draw the pictures of docs/concepts; `make pictures` runs it.

Each drawing is an SVG 440 px wide, so that its words can be read on a screen of 360 px. It has a background of its own
and colours for light and for dark screens. Shapes are those of the web UI: an artifact is a card with a coloured edge,
and an execution is a pill; each drawing that has them says so in its last line. What the drawings mean is said by the
pages and by their alternative texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "concepts" / "drawings"
WIDTH = 440  # px
MIDDLE = WIDTH / 2
LIGHT = {
    "paper": "#ffffff",
    "ink": "#1c2733",
    "quiet": "#566370",
    "line": "#6b7884",
    "card": "#ffffff",
    "pill": "#eef1f5",
    "group": "#f6f8fa",
    "data": "#0b5cad",
    "model": "#7a3db8",
    "metrics": "#8a4b08",
    "good": "#1a7f37",
    "bad": "#b3261e",
}
DARK = {
    "paper": "#15191e",
    "ink": "#e8ecf0",
    "quiet": "#a9b4bf",
    "line": "#8b97a3",
    "card": "#1e242b",
    "pill": "#2b333c",
    "group": "#1a1f25",
    "data": "#6cb0f5",
    "model": "#c79af0",
    "metrics": "#e0a45c",
    "good": "#63c97f",
    "bad": "#ff8f85",
}
NAMES = {"data": "data set", "model": "model", "metrics": "metrics"}
"""The kinds of artifacts, as a legend says them."""
STEPS = ("prepare", "train", "evaluate")
STYLE = (
    "text{{font:15px system-ui,sans-serif;fill:{ink}}}.quiet{{fill:{quiet};font-size:13px}}.paper{{fill:{paper}}}"
    ".card{{fill:{card};stroke:{line}}}.pill{{fill:{pill};stroke:{line}}}"
    ".group{{fill:{group};stroke:{line};stroke-dasharray:5 4}}"
    ".edge{{fill:none;stroke:{line};stroke-width:1.5}}.moving{{stroke-dasharray:5 4}}"
    ".head{{fill:{line}}}.focus{{stroke:{data};stroke-width:3}}"
    ".data{{fill:{data}}}.model{{fill:{model}}}.metrics{{fill:{metrics}}}.good{{fill:{good}}}.bad{{fill:{bad}}}"
)


@dataclass(frozen=True)
class Box:
    """A shape by its middle and its size, in px."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Drawing:
    """An SVG that grows by its methods; `title` is what a reader of the file alone is shown."""

    title: str
    height: int
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, *, kind: str = "", anchor: str = "middle") -> None:
        """Write words whose baseline is a little below y, so that they are in the middle of a shape at y."""
        classes = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text{classes} x="{x:g}" y="{y + 5:g}" text-anchor="{anchor}">{escape(words)}</text>')

    def artifact(
        self, x: float, y: float, name: str, kind: str = "data", *, width: int = 120, focus: bool = False
    ) -> Box:
        """Draw an artifact: `kind` is data, model or metrics."""
        box = Box(x, y, width, 36)
        self._rectangle(box, "card focus" if focus else "card", 4)
        self._rectangle(Box(x - width / 2 + 2.5, y, 5, 36), kind, 2)
        self.text(x + 2, y, name)
        return box

    def execution(self, x: float, y: float, name: str, *, width: int = 100, kind: str = "pill") -> Box:
        """Draw an execution, or a state of one."""
        box = Box(x, y, width, 32)
        self._rectangle(box, kind, 16)
        self.text(x, y, name)
        return box

    def program(self, x: float, y: float, name: str) -> Box:
        """Draw what writes or reads records."""
        box = Box(x, y, 120, 32)
        self._rectangle(box, "card", 2)
        self.text(x, y, name)
        return box

    def group(self, box: Box, name: str, *, below: bool = False) -> None:
        """Draw what holds other shapes, with its name at its upper or lower left; draw it before them."""
        self._rectangle(box, "group", 8)
        y = box.y + (1 if below else -1) * (box.height / 2 - 16)
        self.text(box.x - box.width / 2 + 12, y, name, kind="quiet", anchor="start")

    def legend(self, *kinds: str, executions: bool = True) -> None:
        """Say in the last line what the shapes and the colours are; `kinds` are those of its artifacts."""
        entries = [("pill", "execution")] if executions else []
        entries += [(kind, NAMES[kind]) for kind in kinds]
        widths = [30 + 7 * len(name) for _, name in entries]
        x, y = MIDDLE - (sum(widths) + 12 * (len(entries) - 1)) / 2, self.height - 17
        for (kind, name), width in zip(entries, widths, strict=True):
            self._rectangle(Box(x + 10, y, 20, 14), "pill" if kind == "pill" else "card", 7 if kind == "pill" else 2)
            if kind != "pill":
                self._rectangle(Box(x + 2, y, 4, 14), kind, 1)
            self.text(x + 26, y, name, kind="quiet", anchor="start")
            x += width + 12

    def arrow(self, begin: Box, end: Box, word: str = "", *, upright: bool = False, kind: str = "edge") -> None:
        """Draw an arrow from one shape to another; `upright` leaves by the lower edge and not by the right one."""
        if upright:
            down = 1 if end.y > begin.y else -1
            x1, y1 = begin.x, begin.y + down * begin.height / 2
            x2, y2 = end.x, end.y - down * end.height / 2 - down * 7
            bends = f"{x1:g} {(y1 + y2) / 2:g} {x2:g} {(y1 + y2) / 2:g}"
            head = f"{x2 - 4:g} {y2:g} {x2 + 4:g} {y2:g} {x2:g} {y2 + down * 7:g}"
        else:
            x1, y1, x2, y2 = begin.x + begin.width / 2, begin.y, end.x - end.width / 2 - 7, end.y
            bends = f"{(x1 + x2) / 2:g} {y1:g} {(x1 + x2) / 2:g} {y2:g}"
            head = f"{x2:g} {y2 - 4:g} {x2:g} {y2 + 4:g} {x2 + 7:g} {y2:g}"
        self.parts.append(f'<path class="{kind}" d="M{x1:g} {y1:g}C{bends} {x2:g} {y2:g}"/>')
        self.parts.append(f'<polygon class="head" points="{head}"/>')
        if word:
            self.text((x1 + x2) / 2 + (8 if upright else 0), (y1 + y2) / 2, word, kind="quiet", anchor="start")

    def svg(self) -> str:
        """Return the text of the file."""
        dark = f"@media(prefers-color-scheme:dark){{{STYLE.format(**DARK)}}}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
            f'viewBox="0 0 {WIDTH} {self.height}" role="img">'
        )
        paper = f'<rect class="paper" width="{WIDTH}" height="{self.height}" rx="8"/>'
        style = f"<style>{STYLE.format(**LIGHT)}{dark}</style>"
        return "\n".join([head, f"<title>{escape(self.title)}</title>", style, paper, *self.parts, "</svg>"]) + "\n"

    def _rectangle(self, box: Box, kind: str, radius: int) -> None:
        corner = f'x="{box.x - box.width / 2:g}" y="{box.y - box.height / 2:g}"'
        size = f'width="{box.width:g}" height="{box.height:g}" rx="{radius}"'
        self.parts.append(f'<rect class="{kind}" {corner} {size}/>')


def workspace() -> Drawing:
    """Draw two runs in a workspace, with what their steps read and make."""
    drawing = Drawing("A workspace with two runs", 388)
    drawing.group(Box(MIDDLE, 182, 420, 344), "workspace bakery")
    for number, (run, top) in enumerate((("run monday", 40), ("run tuesday", 200)), start=7):
        drawing.group(Box(MIDDLE, top + 38, 396, 76), run)
        steps = [drawing.execution(80 + 140 * each, top + 48, name, width=96) for each, name in enumerate(STEPS)]
        made = [
            drawing.artifact(80 + 140 * each, top + 118, f"{name} {number}", kind, width=104)
            for each, (name, kind) in enumerate((("orders", "data"), ("loaves", "model"), ("scores", "metrics")))
        ]
        for begin, end in zip(steps, made, strict=True):
            drawing.arrow(begin, end, upright=True)
        for begin, end in zip(made[:-1], steps[1:], strict=True):
            drawing.arrow(begin, end)
    drawing.legend("data", "model", "metrics")
    return drawing


def states() -> Drawing:
    """Draw how an execution ends."""
    drawing = Drawing("The states of an execution", 250)
    running = drawing.execution(74, 110, "RUNNING")
    drawing.text(74, 40, "the step begins", kind="quiet")
    drawing.arrow(Box(74, 42, 0, 16), running, upright=True)
    ends = (("COMPLETE", "good", "the block ended"), ("FAILED", "bad", "an exception, sys.exit(1)"))
    for row, (state, kind, why) in enumerate((*ends, ("CANCELED", "metrics", "Ctrl-C, SIGTERM, end of program"))):
        y = 40 + row * 70
        drawing.arrow(running, drawing.execution(250, y, state, width=110))
        drawing.text(250, y + 28, why, kind="quiet")
        drawing.parts.append(f'<circle class="{kind}" cx="325" cy="{y}" r="6"/>')
    drawing.text(MIDDLE, 234, "If the machine is lost, it stays RUNNING.", kind="quiet")
    return drawing


def events() -> Drawing:
    """Draw an execution with its inputs and outputs."""
    drawing = Drawing("Events join artifacts and executions", 280)
    train = drawing.execution(MIDDLE, 125, "train", width=120)
    inputs = drawing.artifact(110, 36, "orders"), drawing.artifact(330, 36, "encoder", "model")
    outputs = drawing.artifact(110, 214, "loaves 7", "model"), drawing.artifact(330, 214, "scores", "metrics")
    for each in inputs:
        drawing.arrow(each, train, upright=True)
    for each in outputs:
        drawing.arrow(train, each, upright=True)
    drawing.text(MIDDLE, 66, "INPUT events", kind="quiet")
    drawing.text(MIDDLE, 186, "OUTPUT events", kind="quiet")
    drawing.legend("data", "model", "metrics")
    return drawing


def lineage() -> Drawing:
    """Draw what a model was made from, and where it went."""
    drawing = Drawing("The lineage of a model", 480)
    drawing.group(Box(MIDDLE, 109, 420, 198), "upstream: what it was made from")
    drawing.group(Box(MIDDLE, 360, 420, 160), "downstream: where it went", below=True)
    sources = drawing.artifact(120, 60, "scans"), drawing.artifact(320, 60, "strokes", "model")
    prepare, digits = drawing.execution(120, 116, "prepare"), drawing.artifact(120, 172, "digits")
    train = drawing.execution(320, 172, "train")
    model = drawing.artifact(MIDDLE, 244, "digits model", "model", width=140, focus=True)
    serve, evaluate = drawing.execution(120, 326, "serve"), drawing.execution(320, 326, "evaluate")
    scores = drawing.artifact(320, 396, "scores", "metrics")
    for begin, end in ((sources[0], prepare), (prepare, digits), (sources[1], train), (train, model)):
        drawing.arrow(begin, end, upright=True)
    drawing.arrow(digits, train)
    for begin, end in ((model, serve), (model, evaluate), (evaluate, scores)):
        drawing.arrow(begin, end, upright=True)
    drawing.legend("data", "model", "metrics")
    return drawing


def identity() -> Drawing:
    """Draw three spellings of one location in a workspace."""
    drawing = Drawing("Three spellings of a location are one artifact of a workspace", 256)
    drawing.group(Box(MIDDLE, 115, 420, 210), "workspace shop", below=True)
    orders = drawing.artifact(MIDDLE, 166, "orders", focus=True)
    spellings = (("Spark", "s3a://shop/orders/"), ("the SDK", "s3://shop/orders"), ("MLflow", "s3n://shop//orders"))
    for column, (program, uri) in enumerate(spellings):
        x = 80 + column * 140
        drawing.text(x, 34, program, kind="quiet")
        drawing.text(x, 62, uri, kind="quiet")
        drawing.arrow(Box(x, 72, 0, 12), orders, upright=True)
    drawing.legend("data", executions=False)
    return drawing


def versions() -> Drawing:
    """Draw versions of a name, and an alias that moves."""
    drawing = Drawing("Versions of a name, and an alias that moves from one to the next", 200)
    drawing.group(Box(MIDDLE, 116, 420, 88), "models named loaves, in the workspace bakery", below=True)
    cards = [drawing.artifact(84 + each * 136, 104, f"loaves {7 + each}", "model", width=116) for each in range(3)]
    alias = Box(cards[1].x, 24, 116, 24)
    drawing.text(alias.x - 40, alias.y, "alias production")
    drawing.arrow(alias, cards[1], upright=True)
    drawing.arrow(alias, cards[2], upright=True, kind="edge moving")
    drawing.text(428, 38, "after version 9 is promoted", kind="quiet", anchor="end")
    drawing.legend("model", executions=False)
    return drawing


def doors() -> Drawing:
    """Draw who writes, and who reads."""
    drawing = Drawing("The ways into the store and out of it", 290)
    store = Box(MIDDLE, 145, 92, 250)
    ways_in = ("SDK", "MLMD clients", "MLflow", "OpenLineage", "watchers")
    ways_out = ("web UI", "command line", "REST", "SDK", "OpenLineage")
    boxes = [drawing.program(72, 37 + row * 54, name) for row, name in enumerate(ways_in)]
    drawing.group(store, "the store")
    for row, begin in enumerate(boxes):
        drawing.arrow(begin, Box(MIDDLE, begin.y, 92, 0))
        drawing.arrow(Box(MIDDLE, begin.y, 92, 0), drawing.program(368, begin.y, ways_out[row]))
    for row, word in enumerate(("artifacts", "executions", "events", "contexts")):
        drawing.text(MIDDLE, 85 + row * 40, word)
    return drawing


DRAWINGS = {each.__name__: each for each in (workspace, states, events, lineage, identity, versions, doors)}
"""The drawings by the names of their files."""


def main() -> None:
    """Write all drawings."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in DRAWINGS.items():
        (FOLDER / f"{name}.svg").write_text(draw().svg())


if __name__ == "__main__":
    main()
