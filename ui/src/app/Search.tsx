// The search of the whole store: a name, a part of one, an id or a uri. The keys of its list are those of every list: arrow
// keys, Home and End, Enter, Esc.

import { Popover, TextInput } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useRef, useState } from "react";
import { Problem } from "../api/problem";
import { type Found, useFound } from "../api/search";
import { type Card, LISTS, pageOf } from "../api/shapes";
import { listWith, type Where } from "../filter/where";
import { count } from "../values/numbers";
import { FoundLine } from "./Found";
import { Option } from "./Option";
import { useOptionKeys } from "./useOptionKeys";

export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const finder = useFinder(input);
  const { text, isOpen, options, choose, keys } = finder;
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <Popover opened={isOpen} width="target" withRoles={false} trapFocus={false} transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <TextInput
          {...keys.fieldProps}
          ref={input}
          className="search"
          type="search"
          aria-label="Search by name, id or uri"
          placeholder="Search by name, id or uri"
          leftSection={<IconSearch size={16} />}
          rightSection={<kbd className="only-wide">/</kbd>}
          value={text}
          onChange={(event) => finder.type(event.currentTarget.value)}
          onFocus={() => finder.setIsIn(true)}
          onBlur={(event) => {
            keys.fieldProps.onBlur?.(event);
            finder.setIsIn(false);
          }}
        />
      </Popover.Target>
      <Popover.Dropdown p={4}>
        <div id={keys.listId} role="listbox" aria-label="What is found">
          {options.map(({ key, className, shown }) => (
            <Option key={key} keys={keys} value={key} className={className} onChoose={() => choose(key)}>
              {shown}
            </Option>
          ))}
        </div>
        {finder.note && (
          <p className="found-note muted" role="status">
            {finder.note}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

/** What is found, with all versions of an exact name, and the way to a list of everything like the text. */
function optionsOf(found: readonly Found[], text: string) {
  return [
    ...found.flatMap((one) => [
      { key: one.key, className: "", shown: <FoundLine found={one} /> },
      ...(hasVersions(one)
        ? [{ key: `all ${one.key}`, className: "found-all", shown: `All ${countOf(one.card, one.count)}` }]
        : []),
    ]),
    {
      key: "all",
      className: "",
      shown: (
        <>
          List all artifacts with “<bdi>{text.slice(0, 60)}</bdi>”
        </>
      ),
    },
  ];
}

function countOf({ kind }: Card, number: number): string {
  return count(number, kind === "artifact" ? "version" : kind);
}

/** Only of an exact name all versions are offered: of others, the newest alone leaves room for more names. */
function hasVersions(one: Found): one is Extract<Found, { card: Card }> {
  return "card" in one && one.isExact && one.count > 1;
}

/** What is typed, what is found, and what opens of it. */
function useFinder(input: RefObject<HTMLInputElement | null>) {
  const [text, setText] = useState("");
  const [isIn, setIsIn] = useState(false);
  const typed = text.trim();
  const [asked] = useDebouncedValue(typed, 150);
  const answer = useFound(asked);
  const found = answer.data?.found ?? [];
  const isCurrent = asked === typed && (answer.isError || answer.data?.text === typed);
  const isOpen = isIn && typed !== "" && asked !== "";
  const close = () => {
    setText("");
    input.current?.blur();
  };
  const ways = useWays(close);
  const choose = (key: string) => {
    const one = found.find((candidate) => candidate.key === key.replace(/^all /, ""));
    if (!one) ways.list([["", typed]]);
    else if (key.startsWith("all ") && "card" in one) ways.listVersions(one.card);
    else ways.open(one);
  };
  const options = typed ? optionsOf(found, typed) : [];
  const keys = useOptionKeys({
    text: typed,
    keys: options.map(({ key }) => key),
    isCurrent,
    isOpen,
    onChoose: choose,
    onLeave: close,
  });
  const note = keys.isWaiting ? "Searching…" : noteOf(answer.error, isCurrent && found.length === 0, typed);
  const type = (next: string) => {
    setText(next);
    setIsIn(true);
  };
  return { text, isOpen, setIsIn, options, choose, type, keys, note };
}

function noteOf(error: unknown, isNothing: boolean, text: string): string | undefined {
  if (error) return `${Problem.from(error).title}, so nothing could be searched.`;
  return isNothing ? `No name, id or uri is like “${text.slice(0, 60)}”.` : undefined;
}

function useWays(close: () => void) {
  const navigate = useNavigate();
  const list = (where: Where, to: "/artifacts" | "/executions" | "/workspaces" = "/artifacts") => {
    close();
    void navigate({ to, search: listWith(where) });
  };
  return {
    list,
    listVersions: (card: Card) => {
      const place: Where = [
        ["type", card.type],
        ["name", card.name ?? ""],
        ...(card.workspace ? ([["workspace", card.workspace]] as const) : []),
      ];
      list(place, LISTS[card.kind]);
    },
    open: (one: Found) => {
      close();
      if ("run" in one) void navigate({ to: "/runs/$id", params: { id: one.run.id } });
      else void navigate({ to: pageOf(one.card), params: { id: one.card.id } });
    },
  };
}
