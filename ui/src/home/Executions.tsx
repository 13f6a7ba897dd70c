// What ran and what failed in a span of time: counts by state, the last executions, reasons, and the inputs of failures.

import { Link } from "@tanstack/react-router";
import { type RecentExecution, type RecentExecutions, useRecentExecutions } from "../api/home";
import { durationOf, titleOf } from "../api/shapes";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { FailureLine } from "../values/Failure";
import { cutMiddle } from "../values/names";
import { count, formatCount } from "../values/numbers";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import { formatDuration } from "../values/times";
import { Panel, type Shown } from "./Panel";
import type { Span } from "./span";

interface PanelOfSpan {
  readonly span: Span;
  readonly since: number;
}

export function WhatRan({ span, since }: PanelOfSpan) {
  const query = useRecentExecutions(span, since, "");
  return (
    <Panel title="What ran" shown={shownOf(query.data)}>
      <Loaded query={query} rows={5}>
        {(ran) => (
          <>
            <States ran={ran} />
            <ul className="home-rows">
              {ran.items.map((row) => (
                <li key={row.key}>
                  <Execution row={row} />
                  <Took row={row} />
                </li>
              ))}
            </ul>
            {ran.items.length === 0 && <p className="muted">Nothing ran.</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

export function WhatFailed({ span, since }: PanelOfSpan) {
  const query = useRecentExecutions(span, since, "FAILED");
  return (
    <Panel title="What failed, and why" shown={shownOf(query.data)}>
      <Loaded query={query} rows={5}>
        {(failed) => (
          <>
            <Reasons failed={failed} />
            <ul className="home-rows">
              {failed.items.map((row) => (
                <li key={row.key}>
                  <Execution row={row} />
                  <span className="muted">
                    <Ago time={row.ended} />
                  </span>
                  <div className="home-below">
                    <FailureLine failure={row.failure} fallback="No reason is recorded" />
                    <Inputs row={row} />
                  </div>
                </li>
              ))}
            </ul>
            {failed.items.length === 0 && <p className="muted">Nothing failed.</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function totalOf(ran: RecentExecutions): number {
  return Object.values(ran.states).reduce((sum, each) => sum + each, 0);
}

function shownOf(ran: RecentExecutions | undefined): Shown | undefined {
  if (!ran) return undefined;
  const more = !ran.exact;
  return {
    number: ran.items.length,
    total: totalOf(ran),
    more,
    to: "executions",
    search: { filter: ran.q, sort: "-ran" },
  };
}

const ORDER = ["FAILED", "RUNNING", "CANCELED", "COMPLETE", "CACHED", "NEW", "UNKNOWN"];

/** "45 executions: 5 failed, 2 running, 38 complete"; each is a link to the list of just those. */
function States({ ran }: { ran: RecentExecutions }) {
  const states = ORDER.filter((state) => ran.states[state]);
  if (states.length === 0) return null;
  return (
    <p className="home-states">
      <strong>{count(totalOf(ran), "execution", { more: !ran.exact })}</strong>
      {states.map((state) => (
        <Link key={state} to="/executions" search={{ filter: `${ran.q} state=${state.toLowerCase()}`, sort: "-ran" }}>
          {formatCount(ran.states[state] ?? 0)}
          {!ran.exact && "+"} {state === "UNKNOWN" ? "without a state" : <StateBadge state={state} />}
        </Link>
      ))}
    </p>
  );
}

function Reasons({ failed }: { failed: RecentExecutions }) {
  const others = failed.other_reasons;
  if (failed.reasons.length === 0 || totalOf(failed) < 2) return null;
  return (
    <p className="home-states">
      {failed.reasons.map(({ type, count: number, term }) => (
        <Link key={type} to="/executions" search={{ filter: `${failed.q} ${term}`, sort: "-ran" }} title={type}>
          {formatCount(number)}
          {!failed.exact && "+"} {type ? <bdi>{cutMiddle(type, 40)}</bdi> : "without a type"}
        </Link>
      ))}
      {others > 0 && <span className="muted">and {count(others, "other type")}</span>}
    </p>
  );
}

function Execution({ row }: { row: RecentExecution }) {
  return (
    <span className="home-name">
      <RecordIcon type={row.type} kind={row.kind} />
      <Link to="/executions/$id" params={{ id: row.id }} title={titleOf(row)}>
        <bdi>{cutMiddle(titleOf(row), 30)}</bdi>
      </Link>
      {(row.run || row.workspace) && <bdi className="muted">{cutMiddle(row.run || row.workspace || "", 20)}</bdi>}
    </span>
  );
}

function Took({ row }: { row: RecentExecution }) {
  const isRunning = row.state === "RUNNING";
  const took = durationOf(row);
  return (
    <span className="home-end muted">
      {row.state && <StateBadge state={row.state} />}
      {took !== undefined && (
        <span>
          {isRunning ? "for " : ""}
          {formatDuration(took)}
        </span>
      )}
      <Ago time={(row.end_is_recorded ? row.ended : row.started) ?? row.created} />
    </span>
  );
}

/** The artifacts that a failed execution read, each a link; the execution has the rest. */
function Inputs({ row }: { row: RecentExecution }) {
  if (row.inputs.length === 0) return <span className="muted">It read nothing.</span>;
  const rest = row.input_count - row.inputs.length;
  return (
    <span className="home-inputs">
      <span className="muted">read</span>
      {row.inputs.map((input) => (
        <Link key={input.key} to="/artifacts/$id" params={{ id: input.id }} title={input.name ?? ""}>
          <RecordIcon type={input.type} kind="artifact" size={14} />{" "}
          <bdi>{cutMiddle(input.name || `id ${input.id}`, 28)}</bdi>
        </Link>
      ))}
      {rest > 0 && (
        <Link to="/executions/$id" params={{ id: row.id }}>
          and {formatCount(rest)} more
        </Link>
      )}
    </span>
  );
}
