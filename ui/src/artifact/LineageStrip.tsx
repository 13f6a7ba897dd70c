// Made from ← this → used by, without opening the graph: direct inputs and what lies further back on the left, users on
// the right.

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { MOST_RELATIVES, useEvents, useRelatives } from "../api/details";
import type { Card, Neighbour, Node } from "../api/shapes";
import { familyOf } from "../lineage/looks";
import { Loaded } from "../state/States";
import { count, formatCount } from "../values/numbers";
import { RecordChip } from "../values/RecordChip";

const SHOWN = 6;
const MOST_DIRECT = 12;

export function LineageStrip({ artifact }: { artifact: Node }) {
  return (
    <section className="strip" aria-label="Lineage in short">
      <MadeFrom artifact={artifact} />
      <div className="strip-here" aria-hidden>
        <span>this</span>
      </div>
      <UsedBy artifact={artifact} />
    </section>
  );
}

function MadeFrom({ artifact }: { artifact: Node }) {
  const makers = useEvents("artifacts", artifact.id, "output");
  const ancestors = useRelatives(artifact.key, "up", "artifact");
  return (
    <div className="strip-side">
      <h2>Made from</h2>
      <Loaded query={ancestors} rows={3}>
        {({ items, total, exact }) => {
          if (total === 0) return <p className="muted">Nothing is recorded: this is where a lineage begins.</p>;
          const direct = byImportance(items.filter(isDirect));
          const further = byImportance(items.filter((item) => !isDirect(item)));
          return (
            <>
              {direct.length > 0 && <h3 className="strip-title">Direct inputs</h3>}
              <Relatives cards={direct} most={MOST_DIRECT} />
              {direct.length > MOST_DIRECT && <MoreInputs focus={artifact.key} known={direct.length} />}
              {further.length > 0 && (
                <>
                  <h3 className="strip-title">Further back</h3>
                  <Relatives cards={further} most={SHOWN} way="back" />
                </>
              )}
              {total > direct.length && (
                <Link to="/lineage" search={{ focus: artifact.key, up: "all", down: "0" }}>
                  all {formatCount(total)}
                  {exact ? "" : "+"} ancestors
                </Link>
              )}
            </>
          );
        }}
      </Loaded>
      <Loaded query={makers} rows={1}>
        {({ pages: [first] }) => first && <By focus={artifact.key} side="up" events={first} word="by" />}
      </Loaded>
    </div>
  );
}

/**
 * How many direct inputs are not listed, and the way to them.
 *
 * @param known how many of the first relatives are direct; where all of them are, more are read to count them.
 */
function MoreInputs({ focus, known }: { focus: string; known: number }) {
  const few = useRelatives(focus, "up", "artifact");
  const isAll = (few.data?.items.length ?? 0) > known || few.data?.items.length === few.data?.total;
  const many = useRelatives(focus, "up", "artifact", "", { limit: MOST_RELATIVES, enabled: !isAll });
  if (!isAll && !many.data) return null;
  const direct = isAll ? known : (many.data?.items.filter(isDirect).length ?? known);
  const isMore = direct === MOST_RELATIVES && (many.data?.total ?? 0) > MOST_RELATIVES;
  return <More focus={focus} side="up" number={direct - MOST_DIRECT} isMore={isMore} />;
}

interface MoreProps {
  readonly focus: string;
  readonly side: "up" | "down";
  readonly number: number;
  /** There are at least so many. */
  readonly isMore?: boolean;
}

/** One generation of the lineage has all of them. */
function More({ focus, side, number, isMore = false }: MoreProps) {
  return (
    <Link to="/lineage" search={{ focus, up: side === "up" ? "1" : "0", down: side === "up" ? "0" : "1" }}>
      and {formatCount(number)}
      {isMore ? "+" : ""} more
    </Link>
  );
}

type Relative = Card & { readonly distance: number };

/** What was read by the execution that wrote this, or uses it directly: two events away. */
function isDirect({ distance }: Relative): boolean {
  return distance <= 2;
}

/** The nearest first; of those equally near data, then models. */
function byImportance(relatives: readonly Relative[]): Relative[] {
  const rank = ({ type }: Relative) =>
    ({ data: 0, model: 1, other: 2, metric: 3, execution: 4 })[familyOf(type, "artifact")];
  return [...relatives].sort((left, right) => left.distance - right.distance || rank(left) - rank(right));
}

function UsedBy({ artifact }: { artifact: Node }) {
  const users = useEvents("artifacts", artifact.id, "input");
  const descendants = useRelatives(artifact.key, "down", "artifact");
  return (
    <div className="strip-side">
      <h2>Used by</h2>
      <Loaded query={users} rows={1}>
        {({ pages }) => {
          const [first] = pages;
          if (!first || first.total === 0) return <p className="muted">Nothing has used it yet.</p>;
          return <By focus={artifact.key} side="down" events={first} word={`${formatCount(first.total)} ×`} />;
        }}
      </Loaded>
      <Loaded query={descendants} rows={2}>
        {({ items, total, exact }) =>
          total > 0 && (
            <>
              <Relatives cards={liveFirst(items)} most={SHOWN} way="on" />
              <Link to="/lineage" search={{ focus: artifact.key, up: "0", down: "all" }}>
                {count(total, "artifact", { more: !exact })} came from it
              </Link>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function liveFirst<Listed extends Card>(cards: readonly Listed[]): Listed[] {
  return [...cards].sort((left, right) => Number(right.state === "LIVE") - Number(left.state === "LIVE"));
}

interface RelativesProps {
  readonly cards: readonly Relative[];
  readonly most: number;
  /** Which way they are away, where that is not said above them. */
  readonly way?: "back" | "on";
}

function Relatives({ cards, most, way }: RelativesProps) {
  return (
    <ul className="chip-list">
      {cards.slice(0, most).map((card) => (
        <li key={card.key}>
          <RecordChip card={card} />
          {way && (
            <span className="muted" title={`${count(generationsOf(card), "generation")} ${way}`}>
              {count(generationsOf(card), "step")} {way}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** How many generations away a relative is: two events each. */
function generationsOf({ distance }: Relative): number {
  return Math.ceil(distance / 2);
}

/** Each maker once: it may have declared what it wrote later. */
function onceEach({ items, total }: ByProps["events"]): ByProps["events"] {
  const makers = [...new Map(items.map((item) => [item.node.key, item])).values()];
  return { items: makers, total: total - (items.length - makers.length) };
}

interface ByProps extends Pick<MoreProps, "focus" | "side"> {
  /** The first page, and how many events there are. */
  readonly events: { readonly items: readonly Neighbour[]; readonly total: number };
  readonly word: string;
}

function By({ focus, side, events, word }: ByProps): ReactNode {
  if (events.items.length === 0) return null;
  const { items, total } = side === "up" ? onceEach(events) : events;
  return (
    <ul className="chip-list">
      {items.slice(0, SHOWN).map(({ node }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one execution may use an artifact twice
        <li key={`${node.key}-${at}`}>
          {at === 0 && <span className="muted">{word} </span>}
          <RecordChip card={node} />
        </li>
      ))}
      {total > SHOWN && (
        <li>
          <More focus={focus} side={side} number={total - SHOWN} />
        </li>
      )}
    </ul>
  );
}
