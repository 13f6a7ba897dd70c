// @vitest-environment happy-dom
// The message after a change: how long it stays, and where it is shown.

import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { offerUndo } from "../src/edit/undo";

function newShell(): void {
  document.body.innerHTML = '<div id="undo"></div>';
}

function pass(seconds: number): void {
  act(() => void vi.advanceTimersByTime(seconds * 1000));
}

const offer = (text: string) => act(() => offerUndo(text, []));
const message = () => document.getElementById("undo")?.textContent ?? "";

beforeEach(() => {
  vi.useFakeTimers();
  newShell();
});
afterEach(() => {
  pass(20);
  vi.useRealTimers();
  cleanup();
});

describe("the message after a change", () => {
  it("goes by itself, also after another one was closed under the pointer", async () => {
    await offer("First");
    fireEvent.pointerEnter(screen.getByText("First"));
    fireEvent.pointerOver(screen.getByText("First"));
    pass(30);
    expect(message()).toContain("First");
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    await offer("Second");
    expect(message()).toContain("Second");
    pass(7);
    expect(message()).toBe("");
  });

  it("gives the focus back to where it was", async () => {
    document.body.insertAdjacentHTML("afterbegin", "<button id='edit'>Edit</button>");
    document.getElementById("edit")?.focus();
    await offer("First");
    act(() => screen.getByRole("button", { name: "Close" }).focus());
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(document.activeElement?.id).toBe("edit");
  });

  it("is shown in the shell that is there after an error", async () => {
    await offer("First");
    pass(20);
    newShell();
    await offer("Second");
    expect(message()).toContain("Second");
  });
});
