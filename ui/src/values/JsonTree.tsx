// JSON as a tree: branches fold, a search leaves what matches, and every branch can be copied.

import { TextInput } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import { CopyButton } from "./CopyButton";
import { breakable } from "./names";
import { count } from "./numbers";
import { LongText } from "./Plain";

type Entry = readonly [string, unknown];

const MANY = 12;
const FIRST = 100;

export function Tree({ value }: { value: unknown }) {
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const leaves = useMemo(() => countLeaves(value), [value]);
  const found = useMemo(() => (wanted ? narrowed(value, wanted) : undefined), [value, wanted]);
  const shown = found === undefined ? value : found.value;
  return (
    <div className="json-tree">
      <div className="json-tools">
        <span className="muted">
          {Array.isArray(value) ? `List of ${value.length}` : count(Object.keys(value as object).length, "field")}
        </span>
        <CopyButton value={JSON.stringify(value, null, 2)} label="Copy the JSON" />
        {leaves > MANY && (
          <TextInput
            size="xs"
            aria-label="Search in this JSON"
            placeholder="Search in it"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {found && <output className="muted">{count(found.matches, "match", { plural: "matches" })}</output>}
      </div>
      {shown !== undefined && <Branch key={wanted} value={shown} isOpen={Boolean(wanted) || leaves <= MANY} />}
    </div>
  );
}

function Branch({ value, isOpen }: { value: unknown; isOpen: boolean }) {
  const [most, setMost] = useState(FIRST);
  const entries: readonly Entry[] = Object.entries(value as object);
  const left = entries.length - most;
  return (
    <ul className="json-branch">
      {entries.slice(0, most).map(([name, item]) => (
        <li key={name}>
          <Item name={name} value={item} isOpen={isOpen} />
        </li>
      ))}
      {left > 0 && (
        <li>
          <button type="button" className="link-button" onClick={() => setMost(most + 10 * FIRST)}>
            {count(left, "more field")} · show {Math.min(left, 10 * FIRST)}
          </button>
        </li>
      )}
    </ul>
  );
}

function Item({ name, value, isOpen }: { name: string; value: unknown; isOpen: boolean }) {
  const [open, setOpen] = useState(isOpen);
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0)
    return (
      <span className="json-leaf">
        <bdi className="json-name">{breakable(name)}</bdi>: <Leaf value={value} />
      </span>
    );
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <bdi className="json-name">{breakable(name)}</bdi>{" "}
        <span className="muted">{Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`}</span>
      </summary>
      {open && (
        <>
          <Branch value={value} isOpen={isOpen} />
          <CopyButton value={JSON.stringify(value, null, 2)} label={`Copy ${name}`} />
        </>
      )}
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <LongText text={value} />;
  return <code>{JSON.stringify(value)}</code>;
}

function countLeaves(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countLeaves(item), 0);
}

/** What of a value holds a text, in its names or its leaves, and how often. */
export function narrowed(value: unknown, wanted: string): { value: unknown; matches: number } {
  if (typeof value !== "object" || value === null) {
    const matches = String(value).toLowerCase().includes(wanted) ? 1 : 0;
    return { value: matches ? value : undefined, matches };
  }
  const kept: Record<string, unknown> = {};
  let matches = 0;
  for (const [name, item] of Object.entries(value)) {
    const inside = narrowed(item, wanted);
    const isNamed = name.toLowerCase().includes(wanted) && !Array.isArray(value);
    if (isNamed) kept[name] = item;
    else if (inside.matches > 0) kept[name] = inside.value;
    matches += isNamed ? Math.max(1, inside.matches) : inside.matches;
  }
  return { value: matches ? kept : undefined, matches };
}
