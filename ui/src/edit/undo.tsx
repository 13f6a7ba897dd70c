// The message after a change: what was changed, with a way back for ten seconds. It takes a line of its own below the page,
// so that it covers nothing. It is a live region, and Ctrl+Z does the same as its button.

import { type FocusEvent, StrictMode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createRoot, type Root } from "react-dom/client";
import { Problem } from "../api/problem";
import type { Node } from "../api/shapes";
import { count } from "../values/numbers";
import { type Reverse, refreshAfter, undo } from "./changing";
import "./undo.css";

const UNDO_SECONDS = 10;
const SAID_SECONDS = 6;
/** Where Ctrl+Z undoes typing. */
const TEXTS = "input:not([type=checkbox]), textarea, [contenteditable]";

interface Message {
  readonly text: string;
  /** What takes the change back, in this order; none where there is nothing to undo. */
  readonly reverses: readonly Reverse[];
  readonly isFailure?: boolean;
}

let current: Message | undefined;
const listeners = new Set<() => void>();

function show(message: Message | undefined): void {
  current = message;
  for (const listener of listeners) listener();
}

/** Say what was changed, and offer to undo it. */
export function offerUndo(text: string, reverses: readonly Reverse[]): void {
  mount();
  show({ text, reverses });
}

let mounted: { readonly place: HTMLElement; readonly root: Root } | undefined;

/** The shell of the web UI is another one after an error, with another place for the message. */
function mount(): void {
  const place = document.getElementById("undo");
  if (!place || mounted?.place === place) return;
  const old = mounted?.root;
  // React may be at work, for example where a dialog is being closed; it unmounts nothing meanwhile.
  if (old) queueMicrotask(() => old.unmount());
  mounted = { place, root: createRoot(place) };
  mounted.root.render(
    <StrictMode>
      <UndoMessage />
    </StrictMode>,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function takeBack(message: Message): Promise<void> {
  show({ text: "Undoing…", reverses: [] });
  const failures: string[] = [];
  for (const reverse of message.reverses) {
    try {
      await undo(reverse);
    } catch (error) {
      failures.push(Problem.from(error).detail);
    }
  }
  refreshAfter([] as Node[]);
  const undone = message.reverses.length - failures.length;
  if (failures.length === 0) show({ text: `Undone: ${message.text}`, reverses: [] });
  else show({ text: sayFailures(undone, failures), reverses: [], isFailure: true });
}

function sayFailures(undone: number, failures: readonly string[]): string {
  const why = [...new Set(failures)].slice(0, 3).join(" ");
  return undone === 0 && failures.length === 1
    ? why
    : `${undone} undone, ${count(failures.length, "change")} not. ${why}`;
}

/** The buttons of a message go away with it: then the focus is where it was before, or else in the page. */
function useFocusBefore() {
  const before = useRef<HTMLElement | null>(null);
  const enter = ({ relatedTarget, currentTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) before.current = relatedTarget as HTMLElement | null;
  };
  const leave = () => (before.current?.isConnected ? before.current : document.getElementById("main"))?.focus();
  return { enter, leave };
}

function useUndoKey(message: Message | undefined): void {
  useEffect(() => {
    if (!message) return;
    const press = (event: KeyboardEvent) => {
      const isText = event.target instanceof HTMLElement && event.target.matches(TEXTS);
      if (isText || event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void takeBack(message);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [message]);
}

function UndoMessage() {
  const message = useSyncExternalStore(subscribe, () => current);
  // A message that takes the place of another is not held: its buttons get no event when those of the other vanish.
  const [held, setHeld] = useState<Message>();
  const isHeld = held !== undefined && held === message;
  const { enter, leave } = useFocusBefore();
  const canUndo = message !== undefined && message.reverses.length > 0;
  useEffect(() => {
    // While it is pointed at or has the focus, it stays: people who need longer to reach it have the time.
    if (!message || isHeld || message.isFailure) return;
    const timer = setTimeout(() => show(undefined), (canUndo ? UNDO_SECONDS : SAID_SECONDS) * 1000);
    return () => clearTimeout(timer);
  }, [message, isHeld, canUndo]);
  useUndoKey(canUndo ? message : undefined);
  if (!message) return null;
  const hold = () => setHeld(message);
  const release = () => setHeld(undefined);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: holding the message is no act of its own
    <div
      className="undo"
      onPointerEnter={hold}
      onPointerMove={hold}
      onPointerLeave={release}
      onFocus={(event) => {
        enter(event);
        hold();
      }}
      onBlur={release}
    >
      <span className={message.isFailure ? "tone-failed" : ""}>{message.text}</span>
      {canUndo && (
        <button
          type="button"
          className="undo-button"
          aria-keyshortcuts="Control+Z"
          onClick={() => {
            leave();
            void takeBack(message);
          }}
        >
          Undo <kbd>Ctrl+Z</kbd>
        </button>
      )}
      <button
        type="button"
        className="link-button"
        onClick={() => {
          leave();
          show(undefined);
        }}
      >
        Close
      </button>
    </div>
  );
}
