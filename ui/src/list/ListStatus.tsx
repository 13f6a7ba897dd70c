// The line above the rows: how many there are, whether there are newer ones, and what can be done with the selected ones.

import { Button } from "@mantine/core";
import { IconArrowsDiff, IconBinaryTree, IconCopy, IconX } from "@tabler/icons-react";
import { namesType } from "../api/listing";
import type { ListKind } from "../api/shapes";
import { joinList } from "../app/search";
import { MOST_COMPARED } from "../compare/address";
import { EditSelection } from "../edit/EditSelection";
import { Incomplete } from "../state/Notes";
import { count, formatCount } from "../values/numbers";
import { CompareAll } from "./CompareAll";
import { Refresh } from "./Refresh";
import { type List, useWays } from "./useList";

export function ListStatus({ list }: { list: List }) {
  const { kind, selected } = list;
  const ways = useWays(list);
  return (
    <div className="list-status" aria-live="polite">
      <StatusLine
        noun={nounOf(list)}
        shown={list.records.length}
        total={list.total}
        exact={list.counted?.exact ?? true}
        complete={list.complete}
      />
      <Archived list={list} />
      <Refresh />
      <CompareAll list={list} />
      {selected.size > 0 && (
        <Selection
          kind={kind}
          selected={selected}
          onCompare={ways.compare}
          onGraph={ways.lineage}
          onSelect={(ids) => list.change({ selected: joinList(ids) }, true)}
        />
      )}
    </div>
  );
}

/** How many archived records the list leaves out, and the way to see them. */
function Archived({ list }: { list: List }) {
  const { asked, change, hidden } = list;
  if (hidden === 0) return null;
  const isShown = !asked.unarchived;
  return (
    <span className="muted">
      {count(hidden, `archived ${nounOf(list)}`)} {isAre(hidden)} {isShown ? "shown" : "hidden"} ·{" "}
      <button
        type="button"
        className="link-button"
        title={isShown ? "Leave them out: -has:archived" : "The list leaves out what has:archived finds"}
        onClick={() => change({ archived: isShown ? undefined : "shown" }, true)}
      >
        {isShown ? "Hide" : "Show"}
      </button>
    </span>
  );
}

/** What one of the listed records is called. */
function nounOf({ kind, asked }: List): string {
  return kind === "workspaces" && namesType(asked.filter) ? "context" : kind.slice(0, -1);
}

function isAre(number: number): string {
  return number === 1 ? "is" : "are";
}

interface StatusProps {
  readonly noun: string;
  readonly shown: number;
  readonly total: number | undefined;
  readonly exact: boolean;
  readonly complete: boolean;
}

function StatusLine(props: StatusProps) {
  if (props.total === undefined) return <span className="muted">&nbsp;{!props.complete && <Incomplete />}</span>;
  const noun = props.total === 1 ? props.noun : `${props.noun}s`;
  return (
    <span key={`${props.total} ${props.exact} ${props.shown}`}>
      <strong>{`${formatCount(props.total)}${props.exact ? "" : "+"}`}</strong> {noun}
      {props.shown > 0 && props.shown < props.total && (
        <span className="muted"> · {formatCount(props.shown)} loaded, scroll for more</span>
      )}
      {!props.complete && <Incomplete />}
    </span>
  );
}

interface SelectionProps {
  readonly kind: ListKind;
  readonly selected: ReadonlySet<string>;
  readonly onCompare: () => void;
  readonly onGraph: () => void;
  readonly onSelect: (ids: readonly string[]) => void;
}

function Selection({ kind, selected, onCompare, onGraph, onSelect }: SelectionProps) {
  const hasGraph = kind === "artifacts" || kind === "executions";
  return (
    <span className="selection">
      <strong>{formatCount(selected.size)} selected</strong>
      {hasGraph && (
        <Button
          leftSection={<IconArrowsDiff size={14} />}
          onClick={onCompare}
          disabled={selected.size < 2 || selected.size > MOST_COMPARED}
          title={selected.size > MOST_COMPARED ? `At most ${MOST_COMPARED} can be compared` : "Key: c"}
        >
          Compare
        </Button>
      )}
      {hasGraph && (
        <Button leftSection={<IconBinaryTree size={14} />} onClick={onGraph}>
          Lineage
        </Button>
      )}
      <Button
        leftSection={<IconCopy size={14} />}
        onClick={() => void navigator.clipboard.writeText([...selected].join(","))}
      >
        Copy ids
      </Button>
      <EditSelection kind={kind} selected={selected} onSelect={onSelect} />
      <Button variant="subtle" leftSection={<IconX size={14} />} onClick={() => onSelect([])}>
        Clear
      </Button>
    </span>
  );
}
