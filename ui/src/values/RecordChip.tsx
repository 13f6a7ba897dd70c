// A record as a link in a line of text: icon, name, version; state where it matters.

import { Link } from "@tanstack/react-router";
import { type Card, pageOf, titleOf } from "../api/shapes";
import { typeName } from "./humanNames";
import { cutMiddle } from "./names";
import { RecordIcon, StateBadge } from "./RecordIcon";

/** `shown` is the name where it is cut so that it differs from the names beside it. */
export function RecordChip({ card, shown }: { card: Card; shown?: string | undefined }) {
  const title = `${titleOf(card)}${card.version ? ` ${card.version}` : ""} · ${typeName(card.type)} · id ${card.id}`;
  if (card.missing) return <span className="record-chip ghost">{card.key}, not in the store</span>;
  return (
    <Link to={pageOf(card)} params={{ id: card.id }} className="record-chip" title={title}>
      <RecordIcon type={card.type} kind={card.kind} size={14} />
      <bdi>{shown ?? cutMiddle(titleOf(card), 36)}</bdi>
      {card.version && <bdi className="muted">{cutMiddle(card.version, 12)}</bdi>}
      {card.state && card.state !== "COMPLETE" && <StateBadge state={card.state} />}
    </Link>
  );
}
