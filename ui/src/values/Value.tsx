// One value of a property: numbers readable and exact on hover, addresses as links, JSON folded.

import { useState } from "react";
import { breakable, isLinkable } from "./names";
import { formatInteger, formatNumber, toNumber } from "./numbers";

/** A value as the API gives it: 64-bit integers as text, NaN and infinities as text. */
export interface TypedValue {
  readonly kind: string;
  readonly value: unknown;
}

const FOLD_TEXT = 280;

export function Value({ kind, value }: TypedValue) {
  if (value === null || value === undefined) return <span className="muted">–</span>;
  if (kind === "int")
    return (
      <span className="number" title={String(value)}>
        {formatInteger(String(value))}
      </span>
    );
  if (kind === "double" || typeof value === "number") return <Double value={value} />;
  if (typeof value === "boolean") return <span className="number">{String(value)}</span>;
  if (typeof value === "object") return <Json value={value} />;
  return <Text text={String(value)} />;
}

function Double({ value }: { value: unknown }) {
  const number = toNumber(value);
  return (
    <span className="number" title={String(value)}>
      {number === null ? String(value) : formatNumber(number)}
    </span>
  );
}

function Text({ text }: { text: string }) {
  const parsed = parseJson(text);
  if (parsed !== undefined) return <Json value={parsed} />;
  if (isLinkable(text)) return <Uri uri={text} />;
  return <LongText text={text} />;
}

function LongText({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  if (text.length <= FOLD_TEXT || open) return <bdi className="text-value">{breakable(text)}</bdi>;
  return (
    <>
      <bdi className="text-value">{breakable(text.slice(0, FOLD_TEXT))}…</bdi>{" "}
      <button type="button" className="link-button" onClick={() => setOpen(true)}>
        all {text.length} letters
      </button>
    </>
  );
}

/** An address: a link where a browser can open it, plain text otherwise (javascript: is never a link). */
export function Uri({ uri }: { uri: string }) {
  if (!isLinkable(uri)) return <bdi className="mono uri">{breakable(uri)}</bdi>;
  return (
    <a className="mono uri" href={uri} target="_blank" rel="noreferrer noopener">
      <bdi>{breakable(uri)}</bdi>
    </a>
  );
}

function Json({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  if (text.length <= 60 && !text.includes("\n")) return <code className="json">{text}</code>;
  return (
    <details className="json-fold">
      <summary>{summaryOf(value)}</summary>
      <pre className="json">{text}</pre>
    </details>
  );
}

function summaryOf(value: unknown): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  const keys = Object.keys(value as object);
  return `{ ${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ", …" : ""} }`;
}

/** Text that is a JSON object or list, as such; undefined for all other text. */
export function parseJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
