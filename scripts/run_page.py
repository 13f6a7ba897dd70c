"""Run the blocks of a page of the documentation in a fresh folder: `run_page.py PAGE [--write] [--home FOLDER]`.

It shows every program and command that prints something else than the page says, and ends with 1 if there is one. With
--write the page gets what was printed. With --home everything that the page makes stays in `FOLDER/work`. How pages are
written is in tests/pages/page.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from tests.pages.interpreters import Interpreters  # noqa: E402
from tests.pages.page import Block, blocks_of, commands_of, is_output  # noqa: E402
from tests.pages.running import Printed, reader, run_page  # noqa: E402


def main() -> None:
    """Run one page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--write", action="store_true", help="write what was printed into the page")
    parser.add_argument("--home", type=Path, help="an empty folder for what the page makes (default: a temporary one)")
    args = parser.parse_args()
    printed = run(args.page, args.home)
    differing = [each for each in printed if not each.is_as_said]
    for each in printed:
        report(each)
    if args.write and differing:
        args.page.write_text(written(args.page, printed))
    print(f"{args.page}: {len(printed)} ran, {len(differing)} printed something else than the page says")
    sys.exit(bool(differing) and not args.write)


def run(page: Path, home: Path | None) -> list[Printed]:
    """Return what each program and command of a page printed, up to one that failed."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineal-page-")))
        home = home.resolve() if home else temporary
        reading = stack.enter_context(reader(home, Interpreters(stack), blocks_of(page)))
        found = []
        for printed in run_page(page, reading):
            found.append(printed)
            if has_failed(printed):
                break
        return found


def has_failed(printed: Printed) -> bool:
    """Tell whether it ended otherwise than the page says."""
    return bool(printed.code) and "fails" not in printed.block.marks


def report(printed: Printed) -> None:
    """Print what ran otherwise than the page says."""
    if not has_failed(printed) and printed.is_as_said:
        return
    what = printed.command.text if printed.command else "the program"
    print(f"line {printed.block.line}: {what}\n  ended with {printed.code} and printed")
    print("".join(f"    {line}\n" for line in printed.lines), end="")


def written(page: Path, printed: list[Printed]) -> str:
    """Return the text of a page with what was printed, where it differs."""
    lines = page.read_text().splitlines()
    blocks = blocks_of(page)
    for number, block in reversed(list(enumerate(blocks))):
        ran = [each for each in printed if each.block == block]
        if all(each.is_as_said for each in ran) or any(map(has_failed, ran)):
            continue
        if block.language == "python":
            after = blocks[number + 1] if number + 1 < len(blocks) else None
            put_output(lines, block, after if after is not None and is_output(after, block) else None, ran[0].lines)
        elif len(ran) == len(commands_of(block)):
            new = [line for each in ran for line in _with_output(each)]
            lines[block.line - 1 : block.line - 1 + block.count] = _indented(new, block)
    return "\n".join(lines) + "\n"


def put_output(lines: list[str], block: Block, output: Block | None, printed: list[str]) -> None:
    """Put what a program printed into the block of text after it, which is made or removed as needed."""
    if output is not None:
        start, end = output.line - 2, output.line + output.count
    else:
        start = end = block.line + block.count
    new = _indented(["```text", *printed, "```"], block) if printed else []
    lines[start:end] = new if output is not None else ["", *new]


def _with_output(printed: Printed) -> list[str]:
    text = printed.command.text if printed.command else ""
    return [*f"$ {text}".splitlines(), *(printed.said if printed.is_as_said else printed.lines)]


def _indented(lines: list[str], block: Block) -> list[str]:
    return [f"{block.indent}{line}".rstrip() for line in lines]


if __name__ == "__main__":
    main()
