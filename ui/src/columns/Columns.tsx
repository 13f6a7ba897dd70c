// The columns of a data set: a filter, the table, and beside it the column that the address names.

import { TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import "./columns.css";
import { type Columns as Found, useColumns } from "../api/openlineage";
import { Empty, Loaded } from "../state/States";
import { count, formatCount } from "../values/numbers";
import { ColumnPane } from "./ColumnPane";
import { ColumnTable } from "./ColumnTable";
import { fits, sayChecks } from "./words";

export default function Columns({ id }: { id: string }) {
  const columns = useColumns(id);
  return (
    <Loaded query={columns} rows={8}>
      {(found) => (found.total === 0 ? <Empty title="No columns are recorded" /> : <Parts id={id} found={found} />)}
    </Loaded>
  );
}

function Parts({ id, found }: { id: string; found: Found }) {
  const { column: name } = useSearch({ strict: false }) as { column?: string };
  const navigate = useNavigate();
  const choose = (column: string | undefined) =>
    void navigate({ to: ".", search: ((old: object) => ({ ...old, column })) as never, resetScroll: false });
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const shown = useMemo(
    () => (wanted ? found.items.filter((column) => fits(column, wanted)) : found.items),
    [found, wanted],
  );
  const chosen = found.items.find((column) => column.name === name);
  return (
    <div className="columns-part">
      <div className="columns-tools">
        <TextInput
          size="xs"
          type="search"
          aria-label="Filter the columns"
          placeholder="Filter by name, type, description or tag"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <output className="muted">
          {wanted ? `${formatCount(shown.length)} of ` : ""}
          {count(found.total, "column")}
        </output>
        <Facts found={found} />
      </div>
      {found.total > found.items.length && (
        <p className="muted">The first {formatCount(found.items.length)} are shown.</p>
      )}
      <div className="columns-body" data-chosen={chosen !== undefined}>
        <ColumnTable columns={shown} all={found.items} chosen={name} onChoose={choose} />
        {chosen && <ColumnPane key={chosen.name} id={id} column={chosen} onClose={() => choose(undefined)} />}
      </div>
    </div>
  );
}

/** What is known of the data set as a whole. */
function Facts({ found }: { found: Found }) {
  const facts = [
    found.rows !== null && count(Number(found.rows), "row"),
    found.assertions.length > 0 && `checks of the whole: ${sayChecks(found.assertions)}`,
    ...found.tags.map(({ key, value }) => (value ? `${key}: ${value}` : key)),
    !found.are_all && "checks of the newest uses only",
  ].filter(Boolean);
  return facts.length > 0 ? <span className="muted">{facts.join(" · ")}</span> : null;
}
