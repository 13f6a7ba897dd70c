// @vitest-environment happy-dom
// The dialog of a bulk edit while it runs: it stays until the end, and the way back is offered also where it is gone.

import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import BulkEdit from "../src/edit/BulkEdit";
import { drawAt, nodeOf, serve } from "./drawing";

let answer: (response: Response) => void = () => undefined;
const onClose = vi.fn();

beforeEach(() => {
  document.body.innerHTML = '<div id="undo"></div>';
  onClose.mockReset();
  const caller = { may_change: true, why_not: null, workspaces: null };
  const asked = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  serve({ caller, "artifacts/batch": { items: [nodeOf(1)], missing: [] }, "artifacts/1": () => asked });
});
afterEach(cleanup);

async function startArchiving() {
  const drawn = drawAt(
    "/",
    <BulkEdit kind="artifacts" noun="artifact" ids={["1"]} onSelect={() => undefined} onClose={onClose} />,
  );
  fireEvent.change(await screen.findByLabelText("What to change"), { target: { value: "archive" } });
  fireEvent.click(await screen.findByRole("button", { name: "Change 1 artifact" }));
  await screen.findByRole("button", { name: "Stop" });
  return drawn;
}

const message = () => document.getElementById("undo")?.textContent ?? "";

describe("a bulk edit that runs", () => {
  it("is not closed by Escape, and offers the way back when it is done", async () => {
    await startArchiving();
    fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
    expect(onClose).not.toHaveBeenCalled();
    answer(Response.json(nodeOf(1, { archived: 5 })));
    await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
    cleanup();
    await waitFor(() => expect(message()).toContain("1 artifact archived"));
    expect(message()).toContain("Undo");
  });

  it("says what it did where its page was left meanwhile", async () => {
    (await startArchiving()).unmount();
    answer(Response.json(nodeOf(1, { archived: 5 })));
    await waitFor(() => expect(message()).toContain("1 artifact archivedUndo"));
  });

  it("says what failed where its page was left meanwhile", async () => {
    (await startArchiving()).unmount();
    answer(Response.json({ title: "No", detail: "The store is read-only." }, { status: 403 }));
    await waitFor(() => expect(message()).toContain("1 artifact not changed: The store is read-only."));
  });
});
