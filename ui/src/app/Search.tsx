// The search of the whole store: a name, a part of one, an id or a uri; Enter opens the first that is found.

import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import { findRecords, useFound } from "../api/search";
import { type Card, pageOf, titleOf } from "../api/shapes";
import { listWith } from "../filter/where";
import { Ago } from "../values/Ago";
import { Name } from "../values/Name";
import { shortType } from "../values/names";
import { RecordIcon } from "../values/RecordIcon";

export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const finder = useFinder(input);
  const { text, asked, box, records } = finder;
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <Combobox store={box} onOptionSubmit={finder.choose}>
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
      <Combobox.Dropdown hidden={!text.trim() || asked === ""}>
        <Combobox.Options aria-label="What is found">
          {records.map((record) => (
            <Combobox.Option key={record.key} value={record.key}>
              <Found record={record} />
            </Combobox.Option>
          ))}
          <Combobox.Option value="all" className="muted">
            List all artifacts with “{text.trim().slice(0, 60)}”
          </Combobox.Option>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** What is typed, what is found, and what opens of it. */
function useFinder(input: RefObject<HTMLInputElement | null>) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const found = useFound(asked);
  const records = found.data ?? [];
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first option is chosen anew for each answer
  useEffect(() => void box.selectFirstOption(), [found.data]);
  const close = () => {
    setText("");
    box.closeDropdown();
    input.current?.blur();
  };
  const ways = useWays(close);
  const listAll = () => ways.listAll(text.trim());
  /** Enter may come before the answer: then it is asked for, so that nothing else opens than what was typed. */
  const submit = async () => {
    const [first] = asked === text.trim() && found.data ? found.data : await findRecords(text.trim());
    if (first) ways.open(first);
    else listAll();
  };
  const choose = (key: string) => {
    const record = records.find((candidate) => candidate.key === key);
    if (record) ways.open(record);
    else listAll();
  };
  const type = (next: string) => {
    setText(next);
    box.openDropdown();
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && text.trim() && !(box.getSelectedOptionIndex() > 0)) {
      event.preventDefault();
      void submit();
    }
  };
  return { text, asked, box, records, choose, type, press };
}

function useWays(close: () => void) {
  const navigate = useNavigate();
  return {
    open: (record: Card) => {
      close();
      void navigate({ to: pageOf(record), params: { id: record.id } });
    },
    listAll: (text: string) => {
      close();
      void navigate({ to: "/artifacts", search: listWith([["", text]]) });
    },
  };
}

function Found({ record }: { record: Card }) {
  return (
    <div className="found">
      <RecordIcon type={record.type} kind={record.kind} />
      <span className="found-name">
        <Name name={titleOf(record)} most={48} />
      </span>
      <span className="muted">
        {[record.version, shortType(record.type), `id ${record.id}`].filter(Boolean).join(" · ")} ·{" "}
        <Ago time={record.created} />
      </span>
    </div>
  );
}
