// Which columns a list shows, and in which order. Fields come with how many records fill them.

import { ActionIcon, Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconColumns, IconPin, IconPinnedFilled } from "@tabler/icons-react";
import { useState } from "react";
import { useFields } from "../api/listing";
import type { ListKind } from "../api/shapes";
import { fieldName, metricName } from "../values/humanNames";
import { count, formatCount } from "../values/numbers";
import { changed, moved, toggled, withFigure } from "./columnChanges";
import { type Column, columnOf, FIGURES, type Figure, fixedColumns, metricOf } from "./columns";

interface ColumnsMenuProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly query: string | undefined;
  /** Leave out archived records. */
  readonly unarchived?: boolean | undefined;
  readonly columns: readonly Column[];
  readonly onColumns: (keys: readonly string[]) => void;
  readonly onReset: () => void;
}

export function ColumnsMenu(props: ColumnsMenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} trapFocus>
      <Popover.Target>
        <Button size="xs" leftSection={<IconColumns size={16} />} onClick={() => setOpen(!open)} aria-expanded={open}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ColumnList {...props} />
      </Popover.Dropdown>
    </Popover>
  );
}

const SHOWN = 200;

function ColumnList({ kind, filter, query, unarchived, columns, onColumns, onReset }: ColumnsMenuProps) {
  const [typed, setTyped] = useState("");
  const [onlyFilled, setOnlyFilled] = useState(true);
  const [onlyDiffering, setOnlyDiffering] = useState(false);
  const fields = useFields(
    kind,
    onlyFilled ? filter : "",
    onlyFilled ? query : undefined,
    true,
    onlyFilled && unarchived,
  );
  const known = new Map(fields.data?.columns.map((field) => [field.key, field]));
  const offered = [...known.values()].filter(({ internal, distinct }) => !internal && (!onlyDiffering || distinct > 1));
  const keys = keysOf(kind, columns, offered);
  const wanted = keys.filter((key) => `${key} ${labelOf(key)}`.toLowerCase().includes(typed.trim().toLowerCase()));
  return (
    <div className="columns-menu">
      <TextInput
        data-autofocus
        placeholder="Find a column"
        aria-label="Find a column"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className="columns-only">
        <Checkbox size="xs" label="only filled here" checked={onlyFilled} onChange={() => setOnlyFilled(!onlyFilled)} />
        <Checkbox
          size="xs"
          label="only differing"
          checked={onlyDiffering}
          onChange={() => setOnlyDiffering(!onlyDiffering)}
        />
      </div>
      <ul className="columns-list">
        {wanted.slice(0, SHOWN).map((key) => (
          <ColumnLine
            key={key}
            column={key}
            says={saysFilled(known.get(keyOfField(key)), fields.data)}
            columns={columns}
            onColumns={onColumns}
          />
        ))}
      </ul>
      {wanted.length > SHOWN && (
        <p className="muted">{count(wanted.length - SHOWN, "more column")}: type a part of a name.</p>
      )}
      <Uncounted found={fields.data} typed={typed.trim()} onAdd={(key) => onColumns(toggled(columns, key))} />
      <Button variant="subtle" onClick={onReset}>
        Reset columns
      </Button>
    </div>
  );
}

interface UncountedProps {
  readonly found: Found | undefined;
  readonly typed: string;
  readonly onAdd: (key: string) => void;
}

/** Fields are counted in some records alone: a rare one can be shown all the same, by its key. */
function Uncounted({ found, typed, onAdd }: UncountedProps) {
  if (!found || found.exact) return null;
  const key = typedKey(typed, found);
  return (
    <p className="muted">
      Counted in {count(found.counted, "record")} only.{" "}
      {found.all_metrics
        ? "All metrics are listed; for a rare property or label, type its key, such as label.team."
        : "The store has more names of metrics than were looked for: type the exact name of a metric, or the key of a rare property or label, such as label.team."}{" "}
      {key && (
        <button type="button" className="link-button" onClick={() => onAdd(key)}>
          Show {key}
        </button>
      )}
    </p>
  );
}

/** The column that a typed text names and the list does not have: a key, or a metric where not all are listed. */
function typedKey(typed: string, { columns, all_metrics }: Found): string | undefined {
  const hasFamily = /^(prop|label|metric|least|greatest)\../.test(typed);
  const key = hasFamily ? typed : typed && !all_metrics ? `metric.${typed}` : undefined;
  return columns.some((column) => column.key === key) ? undefined : key;
}

/** What can be shown: first what is shown, then what every record has, then what the store offers. */
function keysOf(kind: ListKind, columns: readonly Column[], offered: readonly { readonly key: string }[]): string[] {
  const shown = columns.map(({ key }) => key);
  // A metric is one line, whichever of its reports is shown.
  const shownMetrics = new Set(shown.map((key) => metricOf(key)?.name));
  const others = offered.map(({ key }) => key).filter((key) => !shownMetrics.has(metricOf(key)?.name ?? ""));
  return [...new Set([...shown, ...fixedColumns(kind), ...others])];
}

interface ColumnLineProps extends Pick<ColumnsMenuProps, "columns" | "onColumns"> {
  readonly column: string;
  readonly says: string | undefined;
}

function ColumnLine({ column, says, columns, onColumns }: ColumnLineProps) {
  const shown = columns.find(({ key }) => key === column);
  const choose = (figure: Figure) => {
    const next = withFigure(columns, column, figure);
    if (next) onColumns(next);
  };
  return (
    <li>
      <Checkbox
        size="xs"
        label={<span title={column}>{labelOf(column)}</span>}
        description={says}
        checked={shown !== undefined}
        onChange={() => onColumns(toggled(columns, column))}
      />
      {shown && metricOf(column) && <FigureChoice column={column} onChoose={choose} />}
      {shown && (
        <Movers
          name={labelOf(column)}
          isPinned={Boolean(shown.pinned)}
          onMove={(by) => onColumns(moved(columns, column, by))}
          onPin={() => onColumns(changed(columns, column, { pinned: !shown.pinned }))}
        />
      )}
    </li>
  );
}

/** The field that a column is of: greatest.auc is of metric.auc. */
function keyOfField(key: string): string {
  const metric = metricOf(key);
  return metric ? `metric.${metric.name}` : key;
}

/** "Accuracy, metric": fields of different families may have the same name. */
function labelOf(key: string): string {
  const family = /^[a-z]+(?=\.)/.exec(keyOfField(key))?.[0];
  return family ? `${fieldName(key)} · ${FAMILIES[family] ?? family}` : columnOf(key).title;
}

const FAMILIES: Readonly<Record<string, string>> = { metric: "metric", label: "label", prop: "property" };

function FigureChoice({ column, onChoose }: { column: string; onChoose: (figure: Figure) => void }) {
  const { name, figure } = metricOf(column) ?? { name: "", figure: "metric" };
  return (
    <select
      className="figure-choice"
      aria-label={`Which report of ${metricName(name)}`}
      value={figure}
      onChange={(event) => onChoose(event.currentTarget.value as Figure)}
    >
      {Object.entries(FIGURES).map(([key, says]) => (
        <option key={key} value={key}>
          {says}
        </option>
      ))}
    </select>
  );
}

function saysFilled(field: { filled: number; distinct: number } | undefined, found: Found | undefined) {
  if (!field || !found) return undefined;
  if (field.filled === 0) return `in none of the ${formatCount(found.counted)} that were counted, but in others`;
  const distinct = field.distinct >= 100 ? "100+" : field.distinct;
  return `in ${formatCount(field.filled)} of ${formatCount(found.counted)} · ${distinct} different`;
}

type Found = NonNullable<ReturnType<typeof useFields>["data"]>;

interface MoversProps {
  readonly name: string;
  readonly isPinned: boolean;
  readonly onMove: (by: number) => void;
  readonly onPin: () => void;
}

function Movers({ name, isPinned, onMove, onPin }: MoversProps) {
  const Pin = isPinned ? IconPinnedFilled : IconPin;
  return (
    <span className="columns-move">
      <ActionIcon size={24} aria-label={`Pin ${name}`} aria-pressed={isPinned} onClick={onPin}>
        <Pin size={14} />
      </ActionIcon>
      <ActionIcon size={24} aria-label={`Move ${name} to the left`} onClick={() => onMove(-1)}>
        <IconArrowUp size={14} />
      </ActionIcon>
      <ActionIcon size={24} aria-label={`Move ${name} to the right`} onClick={() => onMove(1)}>
        <IconArrowDown size={14} />
      </ActionIcon>
    </span>
  );
}
