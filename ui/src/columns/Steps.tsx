// Where a column comes from or goes to, one step at a time: each step opens the next one.

import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type ColumnLink, useColumnLinks } from "../api/openlineage";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { breakable } from "../values/names";
import { count } from "../values/numbers";
import { sayTransformations } from "./words";

interface StepsProps {
  readonly id: string;
  readonly column: string;
  readonly direction: "up" | "down";
  /** The columns that were passed on the way here, so that a circle ends. */
  readonly passed?: readonly string[];
}

/** So many steps are shown at first: one column may go to thousands. */
const FIRST = 20;

/** Why there may be more than was found, by the limit that was reached. */
const CUTS: Readonly<Record<string, string>> = {
  events: "Only the newest runs were read; there may be more.",
  nodes: "These are the first; there are more.",
};

export function Steps({ id, column, direction, passed = [] }: StepsProps) {
  const found = useColumnLinks(id, column, direction);
  const [most, setMost] = useState(FIRST);
  return (
    <Loaded query={found} rows={2}>
      {({ links, cuts }) => (
        <>
          {links.length === 0 && <p className="muted">Nothing is recorded.</p>}
          <ul className="column-steps">
            {links.slice(0, most).map((link) => (
              <Step key={keyOf(link)} link={link} direction={direction} passed={[...passed, `${id} ${column}`]} />
            ))}
          </ul>
          {links.length > most && (
            <button type="button" className="link-button" onClick={() => setMost(most * 5)}>
              Show more of {count(links.length - most, "other column")}
            </button>
          )}
          {cuts.map(
            ({ limit }) =>
              CUTS[limit] && (
                <p key={limit} className="muted">
                  {CUTS[limit]}
                </p>
              ),
          )}
        </>
      )}
    </Loaded>
  );
}

function keyOf({ source, target }: ColumnLink): string {
  return JSON.stringify([
    source.namespace,
    source.name,
    source.column,
    target.name,
    target.artifact?.id,
    target.column,
  ]);
}

interface StepProps {
  readonly link: ColumnLink;
  readonly direction: "up" | "down";
  readonly passed: readonly string[];
}

function Step({ link, direction, passed }: StepProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { artifact, column, name, namespace } = direction === "up" ? link.source : link.target;
  const next = artifact && column !== null ? { id: artifact.id, column } : undefined;
  const isCircle = next && passed.includes(`${next.id} ${next.column}`);
  const Turn = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <li>
      <div className="column-step">
        {next && !isCircle ? (
          <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <Turn size={14} aria-hidden /> <bdi>{breakable(next.column)}</bdi>
          </button>
        ) : (
          <strong>{column === null ? "the whole data set" : <bdi>{breakable(column)}</bdi>}</strong>
        )}{" "}
        of{" "}
        {artifact ? (
          <Link
            to="/artifacts/$id"
            params={{ id: artifact.id }}
            search={{ tab: "columns", ...(column !== null && { column }) }}
          >
            <bdi>{breakable(artifact.name ?? name)}</bdi>
          </Link>
        ) : (
          <bdi title={namespace}>{breakable(name)}</bdi>
        )}
        <Way link={link} />
      </div>
      {isOpen && next && <Steps {...next} direction={direction} passed={passed} />}
    </li>
  );
}

/** How a step came about: what was done, by which run, when. */
function Way({ link }: { link: ColumnLink }) {
  const { execution, runs, time, transformations, affects_all: affectsAll } = link;
  const written = transformations.map(({ description }) => description).filter(Boolean);
  return (
    <p className="muted">
      {[sayTransformations(transformations, affectsAll), ...written].filter(Boolean).join(" · ") ||
        "how is not recorded"}
      {execution && (
        <>
          {" · by "}
          <Link to="/executions/$id" params={{ id: execution.id }}>
            <bdi>{breakable(execution.name ?? `#${execution.id}`)}</bdi>
          </Link>
        </>
      )}{" "}
      <Ago time={time} />
      {runs > 1 && `, in ${count(runs, "run")}`}
    </p>
  );
}
