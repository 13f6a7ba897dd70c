// The audit log: who changed what, when, and the values before and after. Its filters are in the address.

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import "./audit.css";
import { type AuditEntry, useAudit } from "../api/audit";
import type { AuditSearch } from "../app/search";
import { isComposing } from "../app/useOptionKeys";
import { useTitle } from "../app/useTitle";
import { AliasChanged } from "../edit/AliasChanged";
import { ChangedValue } from "../edit/ChangedValue";
import { aliasChangeOf, historyFields } from "../edit/historyFields";
import { Empty, Failed, Loading } from "../state/States";
import { Ago } from "../values/Ago";
import { fieldName } from "../values/humanNames";
import { breakable } from "../values/names";
import { formatCount } from "../values/numbers";

const SUBJECTS = ["artifact", "execution", "context", "type", "store", "token", "file"];
const PAGES = { artifact: "/artifacts/$id", execution: "/executions/$id", context: "/workspaces/$id" } as const;

export default function AuditPage() {
  useTitle("Audit log");
  const search = useSearch({ strict: false }) as AuditSearch;
  const navigate = useNavigate();
  const change = (changes: AuditSearch) =>
    void navigate({ to: "/audit", search: ((old: AuditSearch) => ({ ...old, ...changes })) as never, replace: true });
  const log = useAudit(search);
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <article className="record-page audit">
      <h1>Audit log</h1>
      <p className="muted">Who changed what, newest first. Lineal never changes or deletes an entry.</p>
      {log.data?.pages[0] && <Kept all={log.data.pages[0].records_all_writes} />}
      <Filters search={search} change={change} />
      {log.isPending && <Loading rows={10} label="Loading the audit log" />}
      {log.error && <Failed error={log.error} retry={() => void log.refetch()} />}
      {log.isSuccess && entries.length === 0 && <Nothing isFiltered={Object.keys(search).length > 0} />}
      {entries.length > 0 && <Entries entries={entries} />}
      {log.hasNextPage && (
        <Button onClick={() => void log.fetchNextPage()} loading={log.isFetchingNextPage}>
          Older changes
        </Button>
      )}
    </article>
  );
}

/** Which changes the log has, as far as that depends on how the server runs now. */
function Kept({ all }: { all: boolean }) {
  return (
    <p className="muted">
      {all ? (
        <>
          This server runs with <code>--audit</code>: it records every write.
        </>
      ) : (
        <>
          This server runs without <code>--audit</code>: it records deletions, changes of records, moved aliases,
          replaced files and tokens, and no other writes.
        </>
      )}
    </p>
  );
}

interface FiltersProps {
  readonly search: AuditSearch;
  readonly change: (changes: AuditSearch) => void;
}

function Filters({ search, change }: FiltersProps) {
  return (
    <search className="audit-filters">
      <NativeSelect
        size="xs"
        label="About"
        data={[{ value: "", label: "anything" }, ...SUBJECTS]}
        value={search.subject ?? ""}
        onChange={(event) => change({ subject: event.currentTarget.value || undefined })}
      />
      <Typed label="Id" value={search.id} onValue={(id) => change({ id: id?.replace(/\D/g, "") || undefined })} />
      <Typed label="Who" value={search.who} onValue={(who) => change({ who })} />
      <Typed label="Call" value={search.rpc} placeholder="PutArtifacts" onValue={(rpc) => change({ rpc })} />
      <TextInput
        type="date"
        label="From"
        value={search.since ?? ""}
        onChange={(event) => change({ since: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        label="To"
        value={search.until ?? ""}
        onChange={(event) => change({ until: event.currentTarget.value || undefined })}
      />
      {Object.keys(search).length > 0 && (
        <Link to="/audit" className="audit-all">
          All changes
        </Link>
      )}
    </search>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly placeholder?: string;
  readonly onValue: (value: string | undefined) => void;
}

/** A text that counts once it is left or Enter is pressed: the server looks for the whole of it. */
function Typed({ label, value, placeholder, onValue }: TypedProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const submit = () => text.trim() !== (value ?? "") && onValue(text.trim() || undefined);
  return (
    <TextInput
      label={label}
      value={text}
      {...(placeholder && { placeholder })}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={submit}
      onKeyDown={(event) => event.key === "Enter" && !isComposing(event) && submit()}
    />
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return <Empty title={isFiltered ? "No change fits" : "No change has been recorded yet"} />;
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <section className="scroll-x" aria-label="Changes">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Id</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Call</th>
            <th scope="col">Change</th>
            <th scope="col">Values</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="mono muted">{entry.id}</td>
              <td>
                <Ago time={entry.time} exact />
              </td>
              <td>
                <bdi>{breakable(entry.who)}</bdi>
              </td>
              <td>{entry.rpc}</td>
              <td>
                {wayOf(entry)} <About entry={entry} />
              </td>
              <td className="wrap">
                <Fields entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const LINKS = ["event", "attribution", "association", "parent"];

/** What was done; of a link whether it was added or removed. */
function wayOf({ action, old }: AuditEntry): string {
  if (!LINKS.includes(action)) return action;
  return `${old === null ? "add" : "remove"} ${action}`;
}

function About({ entry: { subject, node_id } }: { entry: AuditEntry }) {
  const to = PAGES[subject as keyof typeof PAGES];
  const name = node_id === "0" ? subject : `${subject} ${node_id}`;
  if (!to) return name;
  return (
    <Link to={to} params={{ id: node_id }}>
      {name}
    </Link>
  );
}

const FIRST = 4;

function Fields({ entry }: { entry: AuditEntry }) {
  const [all, setAll] = useState(false);
  const alias = aliasChangeOf(entry);
  if (alias) return <AliasChanged change={alias} />;
  const changes = historyFields(entry);
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <ul className="audit-fields">
      {shown.map(({ field, before, after, isTime }) => (
        <li key={field}>
          <bdi className="muted" title={field}>
            {breakable(fieldName(field))}
          </bdi>{" "}
          {before !== undefined && (
            <del>
              <ChangedValue isTime={isTime} value={before} />
            </del>
          )}{" "}
          {after !== undefined && (
            <ins>
              <ChangedValue isTime={isTime} value={after} />
            </ins>
          )}
        </li>
      ))}
      {changes.length > shown.length && (
        <li>
          <button type="button" className="link-button" onClick={() => setAll(true)}>
            {formatCount(changes.length - FIRST)} more
          </button>
        </li>
      )}
    </ul>
  );
}
