// The keys of a field that finds while one types: arrow keys, Home and End walk through what is found, Enter chooses, Esc
// leaves. What is found, how it looks and when it is in sight is left to the field.

import { type InputHTMLAttributes, type KeyboardEvent, useEffect, useId, useState } from "react";

interface OptionsProps {
  /** What is typed. */
  readonly text: string;
  /** The keys of the options, in their order. */
  readonly keys: readonly string[];
  /** Whether the options are those of the text, and not of the one before it. */
  readonly isCurrent: boolean;
  /** Whether the options are in sight. */
  readonly isOpen: boolean;
  readonly onChoose: (key: string) => void;
  readonly onLeave?: () => void;
}

export interface OptionKeys {
  /** Whether Enter was pressed and waits for the answer to what is typed. */
  readonly isWaiting: boolean;
  /** What the field needs to be a combobox. */
  readonly fieldProps: Omit<InputHTMLAttributes<HTMLInputElement>, "size">;
  /** The id of the element that holds the options. */
  readonly listId: string;
  /** What an option needs. */
  readonly optionProps: (key: string) => { id: string; role: "option"; "aria-selected": boolean };
}

/**
 * Enter before the answer is kept until the answer is there, and chooses from that one alone: never an option of another
 * text. It is dropped when another text is typed, on Esc, and when the field loses the focus.
 */
export function useOptionKeys({ text, keys, isCurrent, isOpen, onChoose, onLeave }: OptionsProps): OptionKeys {
  const listId = useId();
  const [reached, setReached] = useState({ text, key: "" });
  const [wanted, setWanted] = useState<string>();
  const at = reached.text === text ? Math.max(keys.indexOf(reached.key), 0) : 0;
  const chosen = keys[at];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text drops what was wanted of the one before it
  useEffect(() => setWanted(undefined), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is chosen once, when the answer is there
  useEffect(() => {
    if (wanted === undefined || wanted !== text || !isCurrent) return;
    setWanted(undefined);
    if (chosen !== undefined) onChoose(chosen);
  }, [wanted, text, isCurrent]);
  const idOf = (key: string) => `${listId}-${keys.indexOf(key)}`;
  const press = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const next = placeAfter(event.key, at, keys.length);
    if (event.key === "Enter") setWanted(text);
    else if (event.key === "Escape" && onLeave) onLeave();
    else if (isOpen && next !== undefined) {
      setReached({ text, key: keys[next] ?? "" });
      document.getElementById(`${listId}-${next}`)?.scrollIntoView?.({ block: "nearest" });
    } else return;
    event.preventDefault();
  };
  return {
    isWaiting: wanted === text && !isCurrent,
    fieldProps: {
      role: "combobox",
      autoComplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": isOpen,
      "aria-controls": isOpen ? listId : undefined,
      "aria-activedescendant": isOpen && chosen !== undefined ? idOf(chosen) : undefined,
      onKeyDown: press,
      onBlur: () => setWanted(undefined),
    },
    listId,
    optionProps: (key) => ({ id: idOf(key), role: "option", "aria-selected": key === chosen }),
  };
}

/** Which option a key leads to. Home and End belong to the caret until an arrow key has gone into the list. */
function placeAfter(key: string, at: number, number: number): number | undefined {
  if (number === 0) return undefined;
  if (key === "ArrowDown") return (at + 1) % number;
  if (key === "ArrowUp") return (at + number - 1) % number;
  if (at === 0) return undefined;
  return { Home: 0, End: number - 1 }[key];
}

/** Whether a key belongs to a character that is being composed, as Enter does that ends one; 229 is what Safari says. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
