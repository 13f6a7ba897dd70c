// The box for a filter: suggestions while typing, the spot of a mistake underlined, the hint beside it.

import { ActionIcon, Button, Popover, Tooltip } from "@mantine/core";
import { IconFilter, IconHelp, IconX } from "@tabler/icons-react";
import { type RefObject, useRef, useState } from "react";
import type { Completion, FilterMistake } from "../api/searches";
import type { ListKind } from "../api/shapes";
import { FilterHelp } from "../app/Help";
import { isComposing } from "../app/useOptionKeys";
import { capital } from "../values/names";
import { type FilterText, type FilterTextProps, useFilterText } from "./useFilterText";

const EXAMPLES: Readonly<Record<ListKind, string>> = {
  artifacts: "type:model metric.auc>0.9 -label.team=x",
  executions: "state:failed run:nightly created>7d",
  runs: "workspace:bakery",
  workspaces: "name:bakery",
};

export function FilterBox(props: FilterTextProps) {
  const filter = useFilterText(props);
  const { mistake, mark } = filter;
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState(-1);
  const take = ({ text, caret }: Completion) => {
    if (!filter.isFresh) return;
    filter.write(text, caret);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(caret, caret));
  };
  const choice = { chosen, setChosen, take };
  return (
    <div className="filter">
      <div className={`filter-box ${mistake ? "filter-wrong" : ""}`}>
        <IconFilter size={16} aria-hidden className="muted" />
        <div className="filter-field">
          <div className="filter-marks" aria-hidden>
            {mark && <Marked text={filter.text} mistake={mark} />}
          </div>
          <FilterInput input={input} filter={filter} placeholder={`Filter: ${EXAMPLES[props.kind]}`} {...choice} />
        </div>
        <FilterButtons filter={filter} />
      </div>
      {filter.completions.length > 0 && <Suggestions completions={filter.completions} {...choice} />}
      {filter.isWaiting && !mistake && <p className="filter-waiting muted">The filter waits for the server.</p>}
      {mistake && (
        <p id="filter-mistake" className="filter-mistake" role="alert">
          {capital(mistake.problem)}. <span>{capital(mistake.hint)}</span>
        </p>
      )}
    </div>
  );
}

interface ChoiceProps {
  /** Which suggestion the arrow keys have reached; -1 for none. */
  readonly chosen: number;
  readonly setChosen: (at: number) => void;
  readonly take: (completion: Completion) => void;
}

interface FilterInputProps extends ChoiceProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly filter: FilterText;
  readonly placeholder: string;
}

function FilterInput({ input, filter, placeholder, ...choice }: FilterInputProps) {
  const { text, isRaw, mistake, completions } = filter;
  const follow = () => filter.setCaret(input.current?.selectionStart ?? null);
  return (
    <input
      id="filter"
      ref={input}
      value={text}
      spellCheck={false}
      autoComplete="off"
      role="combobox"
      aria-expanded={completions.length > 0}
      aria-controls="filter-suggestions"
      aria-activedescendant={choice.chosen >= 0 ? `suggestion-${choice.chosen}` : undefined}
      aria-label={isRaw ? "Filter query" : "Filter"}
      aria-invalid={mistake !== undefined}
      aria-describedby={mistake ? "filter-mistake" : undefined}
      placeholder={isRaw ? "type = 'Model' AND state = LIVE" : placeholder}
      onChange={({ currentTarget }) => {
        filter.write(currentTarget.value, currentTarget.selectionStart);
        choice.setChosen(-1);
      }}
      onKeyDown={(event) => press(event, filter, choice)}
      onKeyUp={(event) => ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && follow()}
      onClick={follow}
      onFocus={follow}
      onBlur={() => {
        filter.setCaret(null);
        if (text.trim() !== filter.current) void filter.submit();
      }}
    />
  );
}

/**
 * Arrow keys walk through the suggestions, Home and End go to the first and the last once one is chosen; Enter and Tab take
 * one; Enter hands the filter on; Escape closes them.
 */
function press(event: React.KeyboardEvent, filter: FilterText, { chosen, setChosen, take }: ChoiceProps): void {
  if (isComposing(event)) return;
  const completion = filter.completions[chosen];
  if (event.key === "ArrowDown") setChosen(Math.min(chosen + 1, filter.completions.length - 1));
  else if (event.key === "ArrowUp") setChosen(Math.max(chosen - 1, -1));
  else if (event.key === "Home" && completion) setChosen(0);
  else if (event.key === "End" && completion) setChosen(filter.completions.length - 1);
  else if ((event.key === "Enter" || event.key === "Tab") && completion) take(completion);
  else if (event.key === "Enter") void filter.submit();
  else if (event.key === "Escape") filter.setCaret(null);
  else return;
  event.preventDefault();
}

function Suggestions({ completions, chosen, take }: ChoiceProps & { readonly completions: readonly Completion[] }) {
  return (
    <div id="filter-suggestions" role="listbox" aria-label="Suggestions" className="suggestions">
      {completions.map((completion, at) => (
        <div
          key={completion.title}
          id={`suggestion-${at}`}
          role="option"
          aria-selected={at === chosen}
          ref={(option) => {
            if (at === chosen) option?.scrollIntoView?.({ block: "nearest" });
          }}
          className={at === chosen ? "suggestion suggestion-chosen" : "suggestion"}
          onPointerDown={(event) => {
            event.preventDefault();
            take(completion);
          }}
        >
          <bdi className="mono">{completion.title}</bdi>
          <span className="muted">{completion.says}</span>
        </div>
      ))}
    </div>
  );
}

function FilterButtons({ filter }: { filter: FilterText }) {
  return (
    <>
      {filter.text && (
        <ActionIcon size={24} aria-label="Clear the filter" onClick={filter.clear}>
          <IconX size={14} />
        </ActionIcon>
      )}
      <FilterHint />
      <Tooltip label={filter.isRaw ? "Back to the plain filter" : "Write the server's own filter query"}>
        <Button
          variant={filter.isRaw ? "light" : "subtle"}
          aria-pressed={filter.isRaw}
          className="fx"
          onClick={filter.toggleRaw}
        >
          fx
        </Button>
      </Tooltip>
    </>
  );
}

function Marked({ text, mistake }: { text: string; mistake: FilterMistake }) {
  return (
    <>
      {text.slice(0, mistake.start)}
      <mark>{text.slice(mistake.start, mistake.end) || " "}</mark>
      {text.slice(mistake.end)}
    </>
  );
}

function FilterHint() {
  return (
    <Popover position="bottom-end" width={420}>
      <Popover.Target>
        <ActionIcon size={24} aria-label="How to write a filter">
          <IconHelp size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterHelp />
      </Popover.Dropdown>
    </Popover>
  );
}
