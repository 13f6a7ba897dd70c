// Values that need room: JSON as a tree, tables, pictures. Loaded when there is one. What they are: content.ts.

import { useState } from "react";
import { CopyButton } from "./CopyButton";
import type { Table } from "./content";
import { Tree } from "./JsonTree";
import { count } from "./numbers";
import { ShortValue } from "./Plain";

export type RichProps =
  | { readonly json: unknown; readonly table?: Table | undefined }
  | { readonly table: Table; readonly text: string; readonly written: string }
  | { readonly table: Table; readonly copy: string; readonly label: string }
  | { readonly picture: string; readonly name?: string };

export default function Rich(props: RichProps) {
  if ("picture" in props) return <Picture source={props.picture} name={props.name} />;
  if ("copy" in props) return <DataTable {...props} />;
  if ("text" in props) return <TableOrText {...props} />;
  return <JsonOrTable {...props} />;
}

function JsonOrTable({ json, table }: { json: unknown; table?: Table | undefined }) {
  const [asTree, setAsTree] = useState(false);
  if (!table || asTree) return <Tree value={json} />;
  return (
    <DataTable table={table} copy={JSON.stringify(json, null, 2)}>
      <button type="button" className="link-button" onClick={() => setAsTree(true)}>
        Show as JSON
      </button>
    </DataTable>
  );
}

function TableOrText({ table, text, written }: { table: Table; text: string; written: string }) {
  const [asText, setAsText] = useState(false);
  if (asText)
    return (
      <>
        <pre className="text-block">{text}</pre>
        <button type="button" className="link-button" onClick={() => setAsText(false)}>
          Show as a table
        </button>
      </>
    );
  return (
    <DataTable table={table} copy={text}>
      <button type="button" className="link-button" onClick={() => setAsText(true)}>
        Show as {written}
      </button>
    </DataTable>
  );
}

const FIRST = 20;
const MOST = 1000;

interface DataTableProps {
  readonly table: Table;
  /** What the copy button copies. */
  readonly copy: string;
  /** What that is. */
  readonly label?: string;
  readonly children?: React.ReactNode;
}

function DataTable({ table: { head, rows }, copy, label = "Copy all of it", children }: DataTableProps) {
  const [shown, setShown] = useState(FIRST);
  const left = rows.length - Math.min(shown, rows.length);
  return (
    <figure className="data-table">
      <figcaption>
        {count(rows.length, "row")} × {count(head.length, "column")} <CopyButton value={copy} label={label} />{" "}
        {children}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it too */}
      <section className="scroll-x" aria-label="Table" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  <bdi>{name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and keep their places
              <tr key={at}>
                {head.map((name, column) => (
                  <td key={name}>
                    <TableCell value={row[column]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {left > 0 && (
        <p className="muted">
          {shown} of {count(rows.length, "row")} shown.{" "}
          {shown < MOST ? (
            <button type="button" className="link-button" onClick={() => setShown(Math.min(MOST, rows.length))}>
              {rows.length > MOST ? `Show ${MOST}` : "Show all"}
            </button>
          ) : (
            "Copy it to have all of it."
          )}
        </p>
      )}
    </figure>
  );
}

function TableCell({ value }: { value: unknown }) {
  if (value === undefined) return <span className="muted">–</span>;
  if (typeof value === "string") return <bdi className="text-value">{value}</bdi>;
  return <ShortValue kind={typeof value} value={value} />;
}

function Picture({ source, name }: { source: string; name: string | undefined }) {
  const [isBroken, setIsBroken] = useState(false);
  const said = name ?? (source.startsWith("data:") ? "Picture in this value" : source);
  if (isBroken) return <span className="muted">This picture cannot be shown.</span>;
  // Never an object, an embed or markup: an img element runs nothing that is inside of a picture.
  return (
    <img className="picture" src={source} alt={said} referrerPolicy="no-referrer" onError={() => setIsBroken(true)} />
  );
}
