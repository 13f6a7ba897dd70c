// What a file holds, as far as that can be shown: a picture, a table, JSON, text. Of a large file only the beginning is read,
// and that is said.

import { type ReactNode, useMemo, useState } from "react";
import { type RecordFile, useBeginning } from "../api/files";
import { Failed, Loading } from "../state/States";
import { count } from "../values/numbers";
import Rich from "../values/Rich";
import {
  formatSize,
  isHtml,
  MOST_COLUMNS,
  MOST_PICTURE,
  mostOf,
  type Shown,
  shownOf,
  textOf,
  type Way,
  wayOf,
} from "./reading";

export function FileContent({ file }: { file: RecordFile }) {
  const way = wayOf(file.name);
  if (way.kind === "picture" && (file.size ?? 0) > MOST_PICTURE)
    return <p className="muted">Pictures of up to {formatSize(MOST_PICTURE)} are shown. Download it to see it.</p>;
  return <Beginning file={file} way={way} />;
}

function Beginning({ file, way }: { file: RecordFile; way: Way }) {
  const size = file.size ?? 0;
  const { data: bytes, error, refetch } = useBeginning(file, mostOf(way));
  const shown = useMemo(
    () => bytes && shownOf(bytes, wayOf(file.name), bytes.length >= size),
    [bytes, file.name, size],
  );
  if (!bytes || !shown)
    return error ? <Failed error={error} retry={refetch} /> : <Loading rows={6} label="Loading the file" />;
  return (
    <>
      {bytes.length < size && shown.kind !== "binary" && (
        <p className="file-note-line">
          Only the first {formatSize(bytes.length)} of {formatSize(size)} are shown. Download the file to have all of
          it.
        </p>
      )}
      {isHtml(file.name) && <p className="file-note-line">HTML is shown as text, and never run here.</p>}
      <Content name={file.name} shown={shown} bytes={bytes} />
    </>
  );
}

interface ContentProps {
  readonly name: string;
  readonly shown: Shown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function Content({ name, shown, bytes }: ContentProps) {
  switch (shown.kind) {
    case "empty":
      return <p className="muted">The file is empty.</p>;
    case "binary":
      return <p className="muted">This is no text. Download the file to open it with a program that knows it.</p>;
    case "picture":
      return <Picture name={name} source={shown.source} bytes={bytes} />;
    case "json":
      return (
        <OrText text={shown.text}>
          <Rich json={shown.value} table={shown.table} />
        </OrText>
      );
    case "table":
      return (
        <>
          {shown.columns > MOST_COLUMNS && (
            <p className="file-note-line">
              The first {MOST_COLUMNS} of {count(shown.columns, "column")} are shown.
            </p>
          )}
          <OrText text={shown.text}>
            <Rich table={shown.table} copy={shown.text} label="Copy the text that was read" />
          </OrText>
        </>
      );
    default:
      return <FileText text={shown.text} />;
  }
}

/** A picture; one that is written as text (SVG) can be read as well. */
function Picture({ name, source, bytes }: { name: string; source: string; bytes: Uint8Array<ArrayBuffer> }) {
  const picture = <Rich picture={source} name={name} />;
  const text = useMemo(() => textOf(bytes, true), [bytes]);
  return text === undefined ? picture : <OrText text={text}>{picture}</OrText>;
}

/** Something that is written as text, and a button that shows the text. */
function OrText({ text, children }: { text: string; children: ReactNode }) {
  const [isText, setIsText] = useState(false);
  return (
    <>
      {isText ? <FileText text={text} /> : children}
      <p>
        <button type="button" className="link-button" onClick={() => setIsText(!isText)}>
          {isText ? "Show what it means" : "Show the text of the file"}
        </button>
      </p>
    </>
  );
}

function FileText({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it too
    <pre className="text-block file-text" tabIndex={0}>
      {text}
    </pre>
  );
}
