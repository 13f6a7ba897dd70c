// The head of a record's page: name, facts, labels, what can be copied, where to go.

import { Button, Menu } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCaller } from "../api/caller";
import { useConnection } from "../api/home";
import { durationOf, LISTS, type Node, pythonFor, type Reference, titleOf } from "../api/shapes";
import { useViewed } from "../app/viewed";
import { Fields } from "../edit/Fields";
import { listWith } from "../filter/where";
import { ChangedSince, Unindexed } from "../state/Notes";
import { Ago } from "./Ago";
import { typeName } from "./humanNames";
import { Name } from "./Name";
import { shortType } from "./names";
import { RecordIcon } from "./RecordIcon";
import { isBehindProxy, proxyNote, urlOf } from "./serverUrl";
import { formatDuration } from "./times";
import { Uri } from "./Value";

const LIST_NAMES = { artifact: "Artifacts", execution: "Executions", context: "Workspaces" } as const;

export function RecordHeader({ record, children }: { record: Node; children?: ReactNode }) {
  useViewed(record);
  const caller = useCaller();
  return (
    <header className="record-header">
      <p className="crumbs">
        <Link to={LISTS[record.kind]}>{LIST_NAMES[record.kind]}</Link> /{" "}
        <span title={record.type}>{typeName(record.type)}</span>
      </p>
      <div className="record-title">
        <RecordIcon type={record.type} kind={record.kind} size={24} />
        <h1>
          <Name name={titleOf(record)} />
        </h1>
        {record.version && (
          <span className="version" title="Version">
            <Name name={record.version} most={40} />
          </span>
        )}
        <CopyMenu record={record} />
      </div>
      <p className="facts">
        <span className="mono muted">id {record.id}</span>
        <Recorded record={record} />
        <Took record={record} />
        {record.contexts.map((context) => (
          <Link key={context.key} to="/workspaces/$id" params={{ id: context.id }} title={context.type}>
            <RecordIcon type="" kind={isRun(context, record) ? "run" : "workspace"} size={14} />{" "}
            <bdi>{context.name || `context ${context.id}`}</bdi>
          </Link>
        ))}
        {record.run && !record.contexts.some(({ name }) => name === record.run) && (
          <Link to="/executions" search={listWith([["run", record.run]])}>
            <RecordIcon type="" kind="run" size={14} /> <bdi>{record.run}</bdi>
          </Link>
        )}
      </p>
      {record.uri && (
        <p className="uri-line">
          <Uri uri={record.uri} canCopy />
        </p>
      )}
      <Fields record={record} />
      <ChangedSince names={record.changed_since ?? []} />
      {record.unindexed && <Unindexed reason={record.unindexed} />}
      <nav className="record-links" aria-label="From here">
        {children}
        {caller?.may_read_audit && (
          <Link to="/audit" search={{ subject: record.kind, id: record.id }}>
            Changes
          </Link>
        )}
      </nav>
    </header>
  );
}

/** When it was recorded, and whose call did it, if the audit log has that. */
function Recorded({ record: { created, recorded_by: by } }: { record: Node }) {
  return (
    <span className="muted">
      recorded <Ago time={created} />
      {by && " by "}
      {by && <bdi>{by}</bdi>}
    </span>
  );
}

/** Whether a context is a run: by its type, or because it is what the record says that its run is. */
function isRun(context: Reference, record: Node): boolean {
  return context.name === record.run || /run/i.test(shortType(context.type));
}

function CopyMenu({ record }: { record: Node }) {
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconCopy size={14} />}>Copy</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => copy(record.id)}>Id</Menu.Item>
        {record.uri && <Menu.Item onClick={() => copy(record.uri ?? "")}>URI</Menu.Item>}
        <Menu.Item onClick={() => copy(titleOf(record))}>Name</Menu.Item>
        <Menu.Item onClick={() => copy(location.href)}>Link to this page</Menu.Item>
        <PythonItem record={record} copy={copy} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** The server says at which port programs reach it, so the item can be used once that is known. */
function PythonItem({ record, copy }: { record: Node; copy: (text: string) => void }) {
  const { data: known, isError, refetch } = useConnection();
  if (isError) {
    return (
      <Menu.Item closeMenuOnClick={false} onClick={() => void refetch()}>
        Python: the server’s address could not be read. Try again
      </Menu.Item>
    );
  }
  return (
    <>
      <Menu.Item disabled={!known} onClick={() => known && copy(pythonFor(record, urlOf(known, location)))}>
        Python
      </Menu.Item>
      {known && isBehindProxy(known, location) && <Menu.Label maw={320}>{proxyNote(known)}</Menu.Label>}
    </>
  );
}

function Took({ record }: { record: Node }) {
  const duration = durationOf(record);
  if (duration === undefined) return null;
  return (
    <span className="muted">
      {record.state === "RUNNING" ? "running for" : "took"} {formatDuration(duration)}
    </span>
  );
}
