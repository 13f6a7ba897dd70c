// The search of the whole store: a name, a part of one, an id or a uri. The keys of its list are those of every list: arrow
// keys, Home and End, Enter, Esc.

import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Problem } from "../api/problem";
import { type Found, findRecords, useFound } from "../api/search";
import { type Card, pageOf } from "../api/shapes";
import { listWith, type Where } from "../filter/where";
import { count } from "../values/numbers";
import { FoundLine } from "./Found";

export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const finder = useFinder(input);
  const { text, box, found } = finder;
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <Combobox store={box} onOptionSubmit={finder.choose} shadow="md">
      <Combobox.Target>
        <TextInput
          ref={input}
          className="search"
          type="search"
          aria-label="Search by name, id or uri"
          placeholder="Search by name, id or uri"
          leftSection={<IconSearch size={16} />}
          rightSection={<kbd className="only-wide">/</kbd>}
          value={text}
          onChange={(event) => finder.type(event.currentTarget.value)}
          onFocus={() => text && box.openDropdown()}
          onBlur={() => box.closeDropdown()}
          onKeyDown={finder.press}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={finder.isHidden}>
        <Combobox.Options aria-label="What is found">
          {found.map((one) => [
            <Combobox.Option key={one.key} value={one.key}>
              <FoundLine found={one} />
            </Combobox.Option>,
            hasVersions(one) && (
              <Combobox.Option key={`all ${one.key}`} value={`all ${one.key}`} className="found-all">
                All {count(one.count, one.card.kind === "artifact" ? "version" : one.card.kind)}
              </Combobox.Option>
            ),
          ])}
          <Combobox.Option value="all">
            List all artifacts with “<bdi>{text.trim().slice(0, 60)}</bdi>”
          </Combobox.Option>
        </Combobox.Options>
        {finder.note && (
          <p className="found-note muted" role="status">
            {finder.note}
          </p>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Only of an exact name all versions are offered: of others, the newest alone leaves room for more names. */
function hasVersions(one: Found): one is Extract<Found, { card: Card }> {
  return "card" in one && one.isExact && one.count > 1;
}

/** What is typed, what is found, and what opens of it. */
function useFinder(input: RefObject<HTMLInputElement | null>) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const answer = useFound(asked);
  const found = answer.data?.found ?? [];
  const isCurrent = answer.data?.text === text.trim();
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first option is chosen anew for each answer
  useEffect(() => void box.selectFirstOption(), [answer.data]);
  const close = () => {
    setText("");
    box.closeDropdown();
    input.current?.blur();
  };
  const ways = useWays(close);
  /** Enter may come before the answer: then it is asked for, so that nothing else opens than what was typed. */
  const submit = async () => {
    const [first] = isCurrent ? found : await findRecords(text.trim()).catch(() => []);
    if (first) ways.open(first);
    else ways.list([["", text.trim()]]);
  };
  const choose = (key: string) => {
    const one = found.find((candidate) => candidate.key === key.replace(/^all /, ""));
    if (!one) ways.list([["", text.trim()]]);
    else if (key.startsWith("all ") && "card" in one) ways.listVersions(one.card);
    else ways.open(one);
  };
  const type = (next: string) => {
    setText(next);
    box.openDropdown();
  };
  const press = (event: React.KeyboardEvent) => {
    const at = box.getSelectedOptionIndex();
    if (event.key === "Escape") close();
    // In the text, Home and End belong to the caret until an arrow key has gone into the list.
    else if (at > 0 && (event.key === "Home" || event.key === "End")) goTo(box, event.key);
    else if (event.key === "Enter" && text.trim() && !(at > 0)) void submit();
    else return;
    event.preventDefault();
  };
  const note = noteOf(answer.error, isCurrent && found.length === 0, text.trim());
  return { text, box, found, choose, type, press, note, isHidden: !text.trim() || asked === "" };
}

function goTo(box: ReturnType<typeof useCombobox>, key: "Home" | "End"): void {
  const options = document.querySelectorAll(`#${CSS.escape(box.listId ?? "")} [data-combobox-option]`);
  box.selectOption(key === "Home" ? 0 : options.length - 1);
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

const LISTS = { artifact: "/artifacts", execution: "/executions", context: "/workspaces" } as const;
