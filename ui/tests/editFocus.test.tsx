// @vitest-environment happy-dom
// Where the focus is after a change was saved or refused: where a person can go on by keyboard.

import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { useNode } from "../src/api/details";
import ArchiveButton from "../src/edit/ArchiveButton";
import FieldEditor from "../src/edit/FieldEditor";
import { drawAt, nodeOf, serve } from "./drawing";

const REFUSED = () => Response.json({ title: "No", detail: "The store is read-only." }, { status: 403 });
const STALE = () => Response.json({ title: "Stale", detail: "It is different now." }, { status: 412 });
const text = (value: string) => ({ kind: "string" as const, value });
const described = (value: string) => nodeOf(1, { properties: { description: text(value) } });

beforeEach(() => {
  document.body.innerHTML = '<div id="undo"></div>';
});

/** Serve artifact 1, which is read as `before`; each PATCH gets the next of the answers, and is then what is read. */
function serveNode(before: unknown, ...answers: readonly (() => unknown)[]) {
  let sent = 0;
  let read = before;
  serve({ caller: { may_change: true, why_not: null, workspaces: null }, "artifacts/1": () => read });
  const get = fetch;
  const stub = async (request: Request) => {
    if (request.method !== "PATCH") return get(request);
    const answer = answers[sent++]?.();
    if (answer instanceof Response) return answer;
    read = answer;
    return Response.json(answer);
  };
  globalThis.fetch = stub as typeof fetch;
}

function Archive() {
  const { data } = useNode("artifacts", "1");
  return data ? <ArchiveButton record={data} /> : null;
}

function edit(field: "description" | "labels", node = described("old")) {
  drawAt("/", <FieldEditor field={field} record={node} onClose={() => undefined} shown={<p>old</p>} />);
}

const focused = (name: string | RegExp) => waitFor(() => expect(nameOf(document.activeElement)).toMatch(name));
const nameOf = (element: Element | null) =>
  element === document.body ? "nothing" : (element?.getAttribute("aria-label") ?? element?.textContent ?? "");

describe("the focus after a refusal", () => {
  it("is in the text that was refused", async () => {
    serveNode(described("old"), REFUSED);
    edit("description");
    const box = (await screen.findByRole("textbox")) as HTMLTextAreaElement;
    fireEvent.change(box, { target: { value: "new" } });
    fireEvent.keyDown(box, { key: "Enter", ctrlKey: true });
    await screen.findByText("The store is read-only.");
    await focused("Description");
    expect((document.activeElement as HTMLTextAreaElement).value).toBe("new");
  });

  it("is on the choice where somebody else has changed the same", async () => {
    serveNode(described("theirs"), STALE);
    edit("description");
    const box = await screen.findByRole("textbox");
    fireEvent.change(box, { target: { value: "new" } });
    fireEvent.keyDown(box, { key: "Enter", ctrlKey: true });
    await focused("Save mine over it");
  });

  it("is on the button of the question that was refused", async () => {
    serveNode(nodeOf(1), REFUSED);
    drawAt("/", <Archive />);
    fireEvent.click(await screen.findByRole("button", { name: "Archive" }));
    const yes = (await screen.findAllByRole("button", { name: "Archive", hidden: true })).at(-1) as HTMLElement;
    yes.focus();
    fireEvent.click(yes);
    await screen.findByText("The store is read-only.");
    await focused(/^Archive$/);
    expect(document.activeElement?.closest("[role=dialog]")).not.toBeNull();
  });
});

describe("an editor", () => {
  it("leaves Esc and Ctrl+Enter to a character that is being composed", async () => {
    serveNode(described("old"));
    let isClosed = false;
    const close = () => {
      isClosed = true;
    };
    drawAt("/", <FieldEditor field="description" record={described("old")} onClose={close} shown={<p>old</p>} />);
    const box = await screen.findByRole("textbox");
    fireEvent.keyDown(box, { key: "Escape", isComposing: true });
    fireEvent.keyDown(box, { key: "Enter", ctrlKey: true, keyCode: 229 });
    expect(isClosed).toBe(false);
  });
});

describe("the focus after archiving", () => {
  it("is on Restore, and after that on Archive", async () => {
    serveNode(
      nodeOf(1),
      () => nodeOf(1, { archived: 5 }),
      () => nodeOf(1),
    );
    drawAt("/", <Archive />);
    fireEvent.click(await screen.findByRole("button", { name: "Archive" }));
    const yes = (await screen.findAllByRole("button", { name: "Archive", hidden: true })).at(-1) as HTMLElement;
    yes.focus();
    fireEvent.click(yes);
    await focused("Restore");
    fireEvent.click(document.activeElement as HTMLElement);
    (document.activeElement as HTMLElement).blur();
    await focused(/^Archive$/);
  });
});

describe("the focus in the editor of labels", () => {
  it("is in the new line after Another label, and on that button after Remove", async () => {
    serveNode(nodeOf(1, { labels: { team: "a" } }));
    edit("labels", nodeOf(1, { labels: { team: "a" } }));
    const another = await screen.findByRole("button", { name: "Another label" });
    another.focus();
    fireEvent.click(another);
    const keys = screen.getAllByLabelText("New label");
    expect(document.activeElement).toBe(keys.at(-1));
    const [remove] = screen.getAllByRole("button", { name: /^Remove/ });
    remove?.focus();
    fireEvent.click(remove as HTMLElement);
    await focused("Another label");
  });
});
