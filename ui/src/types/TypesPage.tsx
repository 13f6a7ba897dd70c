// The types of the store: what each is for, what it declares, how many records it has, an example, and how to make one.

import "./types.css";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useConnection } from "../api/home";
import { useListing } from "../api/listing";
import { useTypes } from "../api/metrics";
import type { TypeInfo } from "../api/shapes";
import { useTitle } from "../app/useTitle";
import { listWith } from "../filter/where";
import { Loaded } from "../state/States";
import { CopyButton } from "../values/CopyButton";
import { fieldName, typeNames } from "../values/humanNames";
import { breakable } from "../values/names";
import { count, formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";
import { RecordIcon } from "../values/RecordIcon";
import { isBehindProxy, proxyNote, urlOf } from "../values/serverUrl";
import { purposeOf, pythonToMake } from "./about";

const KINDS = [
  { kind: "artifact", list: "artifacts", title: "Artifact types", to: "/artifacts" },
  { kind: "execution", list: "executions", title: "Execution types", to: "/executions" },
  { kind: "context", list: "workspaces", title: "Context types", to: "/workspaces" },
] as const;
type Kind = (typeof KINDS)[number];

export default function TypesPage() {
  useTitle("Types");
  const types = useTypes();
  return (
    <article className="record-page">
      <h1>Types</h1>
      <p className="muted">
        A type says what its records are and which properties they declare. Open one for an example.
      </p>
      <Loaded query={types} rows={8}>
        {({ items }) => KINDS.map((kind) => <Section key={kind.kind} kind={kind} types={items} />)}
      </Loaded>
    </article>
  );
}

function Section({ kind, types }: { kind: Kind; types: readonly TypeInfo[] }) {
  const own = types.filter((type) => type.kind === kind.kind);
  const used = own.filter((type) => type.count > 0).sort((left, right) => right.count - left.count);
  const unused = own.filter((type) => type.count === 0);
  const names = useMemo(() => typeNames(own.map(({ name }) => name)), [own]);
  return (
    <section aria-label={kind.title}>
      <h2>{kind.title}</h2>
      {used.length === 0 && <p className="muted">None has records yet.</p>}
      <Types kind={kind} types={used} names={names} />
      {unused.length > 0 && (
        <details className="internal">
          <summary>{count(unused.length, "type")} without records</summary>
          <Types kind={kind} types={unused} names={names} />
        </details>
      )}
    </section>
  );
}

interface TypesProps {
  readonly kind: Kind;
  readonly types: readonly TypeInfo[];
  readonly names: ReadonlyMap<string, string>;
}

function Types({ kind, types, names }: TypesProps) {
  return (
    <ul className="types">
      {types.map((type) => (
        <TypeItem key={type.id} kind={kind} type={type} name={names.get(type.name) ?? type.name} />
      ))}
    </ul>
  );
}

function TypeItem({ kind, type, name }: { kind: Kind; type: TypeInfo; name: string }) {
  const [open, setOpen] = useState(false);
  const purpose = purposeOf(type);
  return (
    <li className="type">
      <div className="type-line">
        <button type="button" className="type-name" aria-expanded={open} onClick={() => setOpen(!open)}>
          <IconChevronRight size={14} aria-hidden className={open ? "turned" : ""} />
          <RecordIcon type={type.name} kind={type.kind} size={16} /> <strong>{name}</strong>
        </button>
        <bdi className="mono muted">{breakable(type.name)}</bdi>
        {type.version && <span className="muted">version {type.version}</span>}
        <Link to={kind.to} search={listWith([["type==", type.name]])} className="type-count">
          {count(type.count - type.archived, "record")}
        </Link>
        {type.archived > 0 && <span className="muted">and {formatCount(type.archived)} archived</span>}
      </div>
      {purpose && <p>{purpose}</p>}
      {open && <TypeDetails kind={kind} type={type} />}
    </li>
  );
}

function TypeDetails({ kind, type }: { kind: Kind; type: TypeInfo }) {
  const declared = Object.entries(type.properties);
  return (
    <div className="type-details">
      <section aria-label="Properties">
        <h3>Properties</h3>
        {declared.length === 0 && <p className="muted">It declares none; records can have custom properties.</p>}
        <dl className="pairs">
          {declared.map(([field, sort]) => (
            <div key={field}>
              <dt title={field}>
                <bdi>{fieldName(field)}</bdi>
              </dt>
              <dd>
                <code>{field}</code> <span className="muted">{sort.toLowerCase()}</span>
              </dd>
            </div>
          ))}
        </dl>
        {type.base_type && <p className="muted">It is a kind of {type.base_type.toLowerCase()}.</p>}
      </section>
      {type.count > 0 && <Example kind={kind} type={type} />}
      <section aria-label="In Python">
        <h3>Make one in Python</h3>
        <Python type={type} />
      </section>
    </div>
  );
}

function Python({ type }: { type: TypeInfo }) {
  return (
    <Loaded query={useConnection()} rows={6}>
      {(known) => {
        const python = pythonToMake(type, urlOf(known, location));
        return (
          <>
            <div className="snippet">
              <pre>{python}</pre>
              <CopyButton value={python} label="Copy the Python" />
            </div>
            {isBehindProxy(known, location) && <p className="muted">{proxyNote(known)}</p>}
          </>
        );
      }}
    </Loaded>
  );
}

function Example({ kind, type }: { kind: Kind; type: TypeInfo }) {
  const filter = `type==${JSON.stringify(type.name)}`;
  const newest = useListing({ kind: kind.list, filter, query: undefined, sort: "-created", unarchived: true });
  return (
    <section aria-label="Example">
      <h3>Newest record</h3>
      <Loaded query={newest} rows={1}>
        {({ pages }) =>
          pages[0]?.rows[0] ? (
            <RecordChip card={pages[0].rows[0]} />
          ) : (
            <p className="muted">None that is not archived.</p>
          )
        }
      </Loaded>
    </section>
  );
}
