// Which lines are drawn, of how many, and the way to choose others.

import { Button, MultiSelect } from "@mantine/core";
import { joinList, type MonitorSearch } from "../app/search";
import { fieldName } from "../values/humanNames";
import { count, formatCount } from "../values/numbers";
import { MOST_LINES } from "./address";

interface LinePickerProps {
  /** The key whose values have a line each. */
  readonly group: string;
  /** What can be chosen, the newest first. */
  readonly names: readonly string[];
  readonly drawn: ReadonlyMap<string, number>;
  readonly groups: number;
  readonly chosen: readonly string[];
  readonly change: (changes: MonitorSearch) => void;
}

/** As many names as a list draws at once. */
export const MOST_OPTIONS = 200;

export function LinePicker({ group, names, drawn, groups, chosen, change }: LinePickerProps) {
  const label = group.startsWith("label.") ? `of the label ${group.slice("label.".length)}` : undefined;
  const noun = label ? `value ${label}` : fieldName(group).toLowerCase();
  const plural = label ? `values ${label}` : group === "metrics_type" ? noun : undefined;
  const total = count(groups, noun, plural ? { plural } : {});
  const options = [...new Set([...chosen, ...names])].map((name) => ({ value: name, label: name || "(none)" }));
  const hidden = groups - drawn.size;
  if (groups <= drawn.size && chosen.length === 0) return <p className="muted">{total}, a line for each.</p>;
  return (
    <div className="monitor-lines">
      <span>
        <strong>{formatCount(drawn.size)}</strong> of {total} drawn
        {chosen.length === 0 && `, those with the newest values; ${formatCount(hidden)} not drawn`}.
      </span>
      <MultiSelect
        size="xs"
        className="monitor-pick"
        aria-label="Lines to draw"
        placeholder={chosen.length === 0 ? "Choose others" : "Add a line"}
        data={options}
        value={[...chosen]}
        onChange={(values) => change({ lines: joinList(values) ?? "" })}
        searchable
        limit={MOST_OPTIONS}
        maxValues={MOST_LINES}
        nothingFoundMessage="Nothing like it has this metric"
      />
      {chosen.length > 0 && <Button onClick={() => change({ lines: "" })}>The newest</Button>}
      <ListLimits names={names.length} groups={groups} />
    </div>
  );
}

/** What a list of names leaves out, if it does. */
export function ListLimits({ names, groups }: { readonly names: number; readonly groups: number }) {
  const older = groups - names;
  return (
    <>
      {names > MOST_OPTIONS && (
        <span className="muted">
          The list shows {MOST_OPTIONS} of {formatCount(names)} at a time: write a part of the name.
        </span>
      )}
      {older > 0 && (
        <span className="muted">
          {formatCount(older)} older {older === 1 ? "one is" : "ones are"} not in the list: narrow{" "}
          {older === 1 ? "it" : "them"} with the filter.
        </span>
      )}
    </>
  );
}
