// Where an execution ran: code, command, Python and packages, machine. On the page of the execution.

import "./environment.css";
import type { ReactNode } from "react";
import type { Node } from "../api/shapes";
import { CopyButton } from "../values/CopyButton";
import { count } from "../values/numbers";
import { Pairs } from "../values/Pairs";
import { byName, type Environment, fieldsOf, missingOf } from "./environment";

export function EnvironmentSection({ execution: { environment } }: { execution: Node }) {
  if (!environment) return null;
  return (
    <section aria-label="Environment" className="environment">
      <h2>Environment</h2>
      <Pairs pairs={fieldsOf(environment).map(([title, text]) => [title, shown(title, text)])} />
      <Packages packages={environment.packages} />
      <Missing environment={environment} />
    </section>
  );
}

/** The same where there is little room: folded, without the packages. */
export function FoldedEnvironment({ execution: { environment } }: { execution: Node }) {
  if (!environment) return null;
  return (
    <details className="internal">
      <summary>Environment</summary>
      <Pairs pairs={fieldsOf(environment)} />
    </details>
  );
}

const COPIED = new Set(["Commit", "Command", "Image"]);

function shown(title: string, text: string): ReactNode {
  if (!COPIED.has(title)) return text;
  return (
    <span className="environment-code">
      <code className="mono">{text}</code> <CopyButton value={text} label={`Copy the ${title.toLowerCase()}`} />
    </span>
  );
}

function Packages({ packages }: Pick<Environment, "packages">) {
  const pairs = Object.entries(packages).sort(([one], [other]) => byName(one, other));
  if (pairs.length === 0) return null;
  return (
    <details className="internal">
      <summary>{count(pairs.length, "imported package")}</summary>
      <Pairs pairs={pairs} />
    </details>
  );
}

function Missing({ environment }: { environment: Environment }) {
  const missing = missingOf(environment);
  if (missing.length === 0) return null;
  return <p className="muted">Not recorded: {missing.join("; ")}</p>;
}
