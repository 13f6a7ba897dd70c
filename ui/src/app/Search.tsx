// The search of the whole store: a name, a part of one, an id or a uri; Enter opens the first that is found.

import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { findRecords, useFound } from "../api/search";
import { type Card, pageOf, titleOf } from "../api/shapes";
import { quoteValue } from "../filter/write";
import { Ago } from "../values/Ago";
import { Name } from "../values/Name";
import { shortType } from "../values/names";
import { RecordIcon } from "../values/RecordIcon";

export function Search() {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const found = useFound(asked);
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const navigate = useNavigate();
  useHotkeys([["/", () => input.current?.focus()]]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first option is chosen anew for each answer
  useEffect(() => void box.selectFirstOption(), [found.data]);

  const open = (record: Card) => {
    close();
    void navigate({ to: pageOf(record), params: { id: record.id } });
  };
  const close = () => {
    setText("");
    box.closeDropdown();
    input.current?.blur();
  };
  const listAll = () => {
    close();
    void navigate({ to: "/artifacts", search: { filter: quoteValue(text.trim()) } });
  };
  /** Enter may come before the answer: then it is asked for, so that nothing else opens than what was typed. */
  const submit = async () => {
    const records = asked === text.trim() && found.data ? found.data : await findRecords(text.trim());
    if (records[0]) open(records[0]);
    else listAll();
  };
  const records = found.data ?? [];
  return (
    <Combobox
      store={box}
      onOptionSubmit={(key) => {
        const record = records.find((candidate) => candidate.key === key);
        if (record) open(record);
        else listAll();
      }}
    >
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
          onChange={(event) => {
            setText(event.currentTarget.value);
            box.openDropdown();
          }}
          onFocus={() => text && box.openDropdown()}
          onBlur={() => box.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key === "Escape") close();
            if (event.key === "Enter" && text.trim() && !(box.getSelectedOptionIndex() > 0)) {
              event.preventDefault();
              void submit();
            }
          }}
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
