// Values that need no room: numbers, addresses, texts that fold, and one line for everything else. HTML and SVG are text.

import { useState } from "react";
import { CopyButton } from "./CopyButton";
import { contentOf } from "./content";
import { breakable, isLinkable } from "./names";
import { count, formatInteger, formatNumber, toNumber } from "./numbers";
import { formatLocal, formatSeconds } from "./times";

/** A value as the API gives it: 64-bit integers as text, NaN and infinities as text. */
export interface TypedValue {
  readonly kind: string;
  readonly value: unknown;
}

/** JSON up to this length is shown as it is written. */
export const SHORT_JSON = 60;
const FOLD_TEXT = 280;
const FOLD_LINES = 6;
/** Cells look for a kind in the beginning of a text only. */
const LOOKED_AT = 100_000;

/** A value in one line: JSON and tables say what they are, pictures are named. */
export function ShortValue({ kind, value }: TypedValue) {
  if (value === null || value === undefined) return <span className="muted">–</span>;
  if (kind === "int")
    return (
      <span className="number" title={String(value)}>
        {formatInteger(String(value))}
      </span>
    );
  if (kind === "double" || typeof value === "number") return <Double value={value} />;
  if (typeof value === "boolean") return <span className="number">{String(value)}</span>;
  if (typeof value === "object") return <ShortJson value={value} />;
  return <ShortText text={String(value)} />;
}

function ShortJson({ value }: { value: object }) {
  const text = JSON.stringify(value);
  if (text.length <= SHORT_JSON) return <code className="json">{text}</code>;
  return <span className="muted">{summaryOf(value)}</span>;
}

function Double({ value }: { value: unknown }) {
  const number = toNumber(value);
  return (
    <span className="number" title={String(value)}>
      {number === null ? String(value) : formatNumber(number)}
    </span>
  );
}

const WITH_SECONDS = /T\d\d:\d\d:/;

/** A time as people write it, to the second where that is recorded, with the recorded text on hover. */
export function Moment({ text }: { text: string }) {
  const format = WITH_SECONDS.test(text) ? formatSeconds : formatLocal;
  return (
    <time dateTime={text} title={text}>
      {format(Date.parse(text))}
    </time>
  );
}

function ShortText({ text }: { text: string }) {
  const content = contentOf(text.slice(0, LOOKED_AT));
  if (content.kind === "json") return <ShortJson value={content.value as object} />;
  if (content.kind === "time") return <Moment text={text} />;
  if (content.kind === "picture") return <span className="muted">picture</span>;
  if (content.kind === "table")
    return <span className="muted">table of {count(content.table.rows.length, "row")}</span>;
  if (content.kind === "link") return <Uri uri={text} />;
  return (
    <bdi className="text-value" title={text.slice(0, 2000)}>
      {breakable(text.slice(0, FOLD_TEXT))}
    </bdi>
  );
}

/** A text, folded where it is long, with what is hidden counted. */
export function LongText({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const cut = cutAt(text);
  if (cut === text.length) return <bdi className="text-value">{breakable(text)}</bdi>;
  return (
    <>
      <bdi className="text-value">
        {breakable(open ? text : text.slice(0, cut))}
        {!open && "…"}
      </bdi>{" "}
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Show less" : `Show ${count(text.length - cut, "more character")}`}
      </button>{" "}
      <CopyButton value={text} label="Copy the text" />
    </>
  );
}

/** Where a text is folded; its length where it is not. */
function cutAt(text: string): number {
  const lines = text.split("\n", FOLD_LINES + 1);
  const byLines = lines.length > FOLD_LINES ? lines.slice(0, FOLD_LINES).join("\n").length : text.length;
  const byLength = text.length > FOLD_TEXT + 40 ? FOLD_TEXT : text.length;
  return Math.min(byLines, byLength);
}

interface UriProps {
  readonly uri: string;
  readonly canCopy?: boolean;
}

/** An address: a link where it is http, else text to copy (s3:, gs:). javascript: and the like are never links. */
export function Uri({ uri, canCopy = false }: UriProps) {
  if (!isLinkable(uri))
    return (
      <>
        <bdi className="mono uri">{breakable(uri)}</bdi>
        {canCopy && <CopyButton value={uri} label="Copy the address" />}
      </>
    );
  return (
    <a className="mono uri" href={uri} target="_blank" rel="noopener noreferrer">
      <bdi>{breakable(uri)}</bdi>
    </a>
  );
}

function summaryOf(value: unknown): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  const keys = Object.keys(value as object);
  return `{ ${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ", …" : ""} }`;
}
