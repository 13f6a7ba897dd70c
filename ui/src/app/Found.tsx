// One line of what a search finds: its name, and quietly what it is, how many of it there are and how old it is.

import type { Found } from "../api/search";
import { type Card, titleOf } from "../api/shapes";
import { Ago } from "../values/Ago";
import { typeName } from "../values/humanNames";
import { Name } from "../values/Name";
import { count } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

export function FoundLine({ found }: { found: Found }) {
  if ("run" in found) {
    const { run } = found;
    return (
      <Line
        icon={<RecordIcon type="" kind="run" />}
        name={run.name}
        facts={["Run", count(run.executions, "execution"), run.workspace]}
        time={run.updated}
      />
    );
  }
  const { card } = found;
  return (
    <Line
      icon={<RecordIcon type={card.type} kind={card.kind} />}
      name={titleOf(card)}
      facts={[typeName(card.type), versionsOf(card, found.count), found.count === 1 && `id ${card.id}`]}
      time={card.created}
    />
  );
}

/** "v7", or "12 versions, newest v12"; of executions "12 executions". */
function versionsOf(card: Card, number: number): string | null {
  if (number === 1) return card.version;
  const noun = card.kind === "artifact" ? "version" : card.kind;
  return `${count(number, noun)}${card.version ? `, newest ${card.version}` : ""}`;
}

interface LineProps {
  readonly icon: React.ReactNode;
  readonly name: string;
  readonly facts: readonly (string | null | false)[];
  readonly time: number | null;
}

function Line({ icon, name, facts, time }: LineProps) {
  return (
    <div className="found">
      {icon}
      <span className="found-name">
        <Name name={name} most={48} />
      </span>
      <span className="muted">
        {facts.filter(Boolean).join(" · ")} · <Ago time={time} />
      </span>
    </div>
  );
}
