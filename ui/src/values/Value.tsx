// One value of a property: numbers readable and exact on hover, texts folded, addresses as links. What needs room (JSON,
// tables, pictures) is in Rich.tsx. HTML and SVG are text here: nothing of a value is ever run.

import { lazy, Suspense } from "react";
import { loadPart } from "../app/loadPart";
import { contentOf, isPictureAddress, mayShowPicture, pictureOrigins, tableOf } from "./content";
import { LongText, Moment, SHORT_JSON, ShortValue, type TypedValue, Uri } from "./Plain";

export { parseJson } from "./content";
export { Uri } from "./Plain";

const Rich = lazy(() => loadPart(() => import("./Rich")));

export type { TypedValue };

interface ValueProps extends TypedValue {
  /** One line, for a cell: JSON and tables say what they are, pictures are named. */
  readonly isShort?: boolean;
}

export function Value({ kind, value, isShort = false }: ValueProps) {
  if (isShort || kind === "int" || kind === "double") return <ShortValue kind={kind} value={value} />;
  if (typeof value === "string") return <Text text={value} />;
  if (typeof value === "object" && value !== null) return <Json value={value} />;
  return <ShortValue kind={kind} value={value} />;
}

function Text({ text }: { text: string }) {
  const content = contentOf(text);
  switch (content.kind) {
    case "json":
      return <Json value={content.value as object} />;
    case "table":
      return (
        <Suspense fallback={<LongText text={text} />}>
          <Rich table={content.table} text={text} written={content.written} />
        </Suspense>
      );
    case "picture":
      return (
        <Suspense fallback={<span className="muted">picture</span>}>
          <Rich picture={content.source} />
        </Suspense>
      );
    case "time":
      return <Moment text={text} />;
    case "link":
      return <LinkedText uri={text} />;
    case "address":
      return <Uri uri={text} canCopy />;
    default:
      return <LongText text={text} />;
  }
}

/** A link, and the picture behind it where the operator allows its origin. */
function LinkedText({ uri }: { uri: string }) {
  if (!isPictureAddress(uri)) return <Uri uri={uri} />;
  if (mayShowPicture(uri, pictureOrigins()))
    return (
      <>
        <Suspense fallback={null}>
          <Rich picture={uri} />
        </Suspense>
        <Uri uri={uri} />
      </>
    );
  return (
    <>
      <Uri uri={uri} />{" "}
      <span className="muted">
        Pictures of {new URL(uri).origin} are shown here if the server runs with <code>--image-origins</code>.
      </span>
    </>
  );
}

function Json({ value }: { value: object }) {
  const short = <ShortValue kind="json" value={value} />;
  if (JSON.stringify(value).length <= SHORT_JSON) return short;
  return (
    <Suspense fallback={short}>
      <Rich json={value} table={tableOf(value)} />
    </Suspense>
  );
}
