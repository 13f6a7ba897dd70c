// Find in the lineage: relatives of the focus, loaded or not, nearest first. Choosing one shows the way to it alone.

import { Button, Popover, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useRelatives } from "../api/details";
import { Problem } from "../api/problem";
import { titleOf } from "../api/shapes";
import { Option } from "../app/Option";
import { useOptionKeys } from "../app/useOptionKeys";
import { formatCount } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";

interface FindProps {
  readonly focus: string;
  readonly onFound: (key: string) => void;
}

export function Find({ focus, onFound }: FindProps) {
  const [open, setOpen] = useState(false);
  const choose = (key: string) => {
    setOpen(false);
    onFound(key);
  };
  return (
    <Popover opened={open} onChange={setOpen} trapFocus width={340} position="bottom-end">
      <Popover.Target>
        <Button leftSection={<IconSearch size={14} />} onClick={() => setOpen(!open)} aria-expanded={open}>
          Find
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Search focus={focus} onFound={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

const SHOWN = 40;

function Search({ focus, onFound }: FindProps) {
  const [text, setText] = useState("");
  const typed = text.trim();
  const { found, shown, isCurrent, error } = useFoundRelatives(focus, typed);
  const keys = useOptionKeys({
    text: typed,
    keys: shown.map(idOf),
    isCurrent,
    isOpen: shown.length > 0,
    onChoose: (id) => onFound(keyOf(id)),
  });
  const note = keys.isWaiting ? "Searching…" : noteOf(found, shown.length, error);
  return (
    <>
      <TextInput
        {...keys.fieldProps}
        data-autofocus
        aria-label="Find a relative"
        placeholder="Name or filter, loaded or not"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="find-list" id={keys.listId} role="listbox" aria-label="Relatives">
        {shown.map((relative) => (
          <Option
            key={idOf(relative)}
            keys={keys}
            value={idOf(relative)}
            className="find-option"
            onChoose={() => onFound(relative.key)}
          >
            <RecordIcon type={relative.type} kind={relative.kind} size={14} />
            <bdi className="find-name">{titleOf(relative)}</bdi>
            {relative.version && <bdi className="find-version">{relative.version}</bdi>}
            <span className="muted">
              {relative.distance} {relative.side}
            </span>
          </Option>
        ))}
      </div>
      {(isCurrent || keys.isWaiting) && note && (
        <p className="muted" role="status">
          {note}
        </p>
      )}
    </>
  );
}

/** A record may be an ancestor and a descendant. */
function idOf({ key, side }: { key: string; side: string }): string {
  return `${key} ${side}`;
}

function keyOf(id: string): string {
  return id.slice(0, id.indexOf(" "));
}

/** The relatives that fit a text, those that it names first, then the nearest; and how many fit in all. */
function useFoundRelatives(focus: string, typed: string) {
  const [asked] = useDebouncedValue(typed, 200);
  const loads = [
    useRelatives(focus, "up", "artifact", asked),
    useRelatives(focus, "down", "artifact", asked),
    useRelatives(focus, "up", "execution", asked),
    useRelatives(focus, "down", "execution", asked),
  ];
  const shown = loads
    .flatMap(({ data }, at) => data?.items.map((item) => ({ ...item, side: at % 2 === 0 ? "up" : "down" })) ?? [])
    .sort((left, right) => isNamed(right, asked) - isNamed(left, asked) || left.distance - right.distance)
    .slice(0, SHOWN);
  const found = {
    total: loads.reduce((sum, { data }) => sum + (data?.total ?? 0), 0),
    isExact: loads.every(({ data }) => data?.exact !== false),
  };
  const isCurrent = asked === typed && loads.every(({ isSuccess, isError }) => isSuccess || isError);
  return { found, shown, isCurrent, error: loads.find(({ error }) => error)?.error };
}

function noteOf({ total, isExact }: { total: number; isExact: boolean }, shown: number, error: unknown): string {
  if (error) return Problem.from(error).detail || Problem.from(error).title;
  if (shown === 0) return "No relative fits.";
  if (shown === total && isExact) return "";
  return `${formatCount(shown)} of ${formatCount(total)}${isExact ? "" : "+"}: type more`;
}

/** How well a text names a relative: whole, by its version too, in part, or only in its description or properties. */
export function isNamed(relative: Parameters<typeof titleOf>[0] & { version?: string | null }, text: string): number {
  const [name, wanted] = [titleOf(relative).toLowerCase(), text.toLowerCase()];
  const whole = [name, relative.version?.toLowerCase()].filter(Boolean).join(" ");
  if (wanted && (name === wanted || whole === wanted || relative.version?.toLowerCase() === wanted)) return 2;
  return Number(whole.includes(wanted));
}
