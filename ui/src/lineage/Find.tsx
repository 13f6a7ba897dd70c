// Find in the lineage: relatives of the focus, loaded or not, nearest first. Choosing one shows the way to it alone.

import { Button, Popover, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useRelatives } from "../api/details";
import { titleOf } from "../api/shapes";
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

function Search({ focus, onFound }: FindProps) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 200);
  const found = [
    useRelatives(focus, "up", "artifact", asked),
    useRelatives(focus, "down", "artifact", asked),
    useRelatives(focus, "up", "execution", asked),
    useRelatives(focus, "down", "execution", asked),
  ];
  const relatives = found
    .flatMap(({ data }, at) => data?.items.map((item) => ({ ...item, side: at % 2 === 0 ? "up" : "down" })) ?? [])
    .sort((left, right) => isNamed(right, asked) - isNamed(left, asked) || left.distance - right.distance);
  return (
    <>
      <TextInput
        data-autofocus
        aria-label="Find a relative"
        placeholder="Name or filter, loaded or not"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && relatives[0] && onFound(relatives[0].key)}
      />
      <div className="find-list" aria-live="polite">
        {relatives.slice(0, 40).map((relative) => (
          <button type="button" key={relative.key + relative.side} onClick={() => onFound(relative.key)}>
            <RecordIcon type={relative.type} kind={relative.kind} size={14} />
            <bdi className="find-name">{titleOf(relative)}</bdi>
            {relative.version && <bdi className="find-version">{relative.version}</bdi>}
            <span className="muted">
              {relative.distance} {relative.side}
            </span>
          </button>
        ))}
        {relatives.length === 0 && found.every(({ isSuccess }) => isSuccess) && (
          <p className="muted">No relative fits.</p>
        )}
      </div>
    </>
  );
}

/** How well a text names a relative: whole, by its version too, in part, or only in its description or properties. */
export function isNamed(relative: Parameters<typeof titleOf>[0] & { version?: string | null }, text: string): number {
  const [name, wanted] = [titleOf(relative).toLowerCase(), text.toLowerCase()];
  const whole = [name, relative.version?.toLowerCase()].filter(Boolean).join(" ");
  if (wanted && (name === wanted || whole === wanted || relative.version?.toLowerCase() === wanted)) return 2;
  return Number(whole.includes(wanted));
}
