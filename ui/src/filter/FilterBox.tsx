// The box for a filter: suggestions while typing, the spot of a mistake underlined, the fix beside it.

import { ActionIcon, Button, Popover, Tooltip } from "@mantine/core";
import { IconFilter, IconHelp, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useVocabulary } from "../api/listing";
import { Problem } from "../api/problem";
import type { ListKind } from "../api/shapes";
import { FilterHelp } from "../app/Help";
import { type FilterMistake, parseFilter } from "./parse";
import { type Suggestion, suggest } from "./suggest";

interface FilterBoxProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly raw: string | undefined;
  readonly problem: unknown;
  readonly onFilter: (filter: string) => void;
  readonly onRaw: (query: string) => void;
}

const EXAMPLES: Readonly<Record<ListKind, string>> = {
  artifacts: "type:model metric.auc>0.9 -label.team=x",
  executions: "state:failed run:nightly created>7d",
  runs: "workspace:bakery",
  workspaces: "name:bakery",
};

export function FilterBox(props: FilterBoxProps) {
  const { kind, filter, raw, onFilter, onRaw } = props;
  const [isRaw, setIsRaw] = useState(raw !== undefined);
  const current = isRaw ? (raw ?? "") : filter;
  const [text, setText] = useState(current);
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const vocabulary = useVocabulary(kind, keyAt(text, caret), caret !== null);
  useEffect(() => setText(current), [current]);

  const suggestions = caret === null || isRaw ? [] : suggest(text, caret, vocabulary);
  const mistake = mistakeIn(text, current, isRaw, props.problem);
  const submit = () => {
    if (isRaw) onRaw(text.trim());
    else if (!parseFilter(text).mistake) onFilter(text.trim());
    setCaret(null);
  };
  const take = ({ insert, start }: Suggestion) => {
    const end = caret ?? text.length;
    const isValue = !/[:=<>]$/.test(insert);
    const next = `${text.slice(0, start)}${insert}${isValue ? " " : ""}${text.slice(end).trimStart()}`;
    const place = start + insert.length + (isValue ? 1 : 0);
    setText(next);
    setChosen(-1);
    setCaret(place);
    requestAnimationFrame(() => input.current?.setSelectionRange(place, place));
  };
  const press = (event: React.KeyboardEvent) => {
    const suggestion = suggestions[chosen];
    if (event.key === "ArrowDown") setChosen((at) => Math.min(at + 1, suggestions.length - 1));
    else if (event.key === "ArrowUp") setChosen((at) => Math.max(at - 1, -1));
    else if ((event.key === "Enter" || event.key === "Tab") && suggestion) take(suggestion);
    else if (event.key === "Enter") submit();
    else if (event.key === "Escape") setCaret(null);
    else return;
    event.preventDefault();
  };
  const follow = () => setCaret(input.current?.selectionStart ?? null);
  const isOpen = suggestions.length > 0;
  return (
    <div className="filter">
      <div className={`filter-box ${mistake ? "filter-wrong" : ""}`}>
        <IconFilter size={16} aria-hidden className="muted" />
        <div className="filter-field">
          <div className="filter-marks" aria-hidden>
            {mistake && <Marked text={text} mistake={mistake} />}
          </div>
          <input
            id="filter"
            ref={input}
            value={text}
            spellCheck={false}
            autoComplete="off"
            role="combobox"
            aria-expanded={isOpen}
            aria-controls="filter-suggestions"
            aria-activedescendant={chosen >= 0 ? `suggestion-${chosen}` : undefined}
            aria-label={isRaw ? "Filter query" : "Filter"}
            aria-invalid={mistake !== undefined}
            aria-describedby={mistake ? "filter-mistake" : undefined}
            placeholder={isRaw ? "type = 'Model' AND state = LIVE" : `Filter: ${EXAMPLES[kind]}`}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setChosen(-1);
              follow();
            }}
            onKeyDown={press}
            onKeyUp={(event) => ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && follow()}
            onClick={follow}
            onFocus={follow}
            onBlur={() => {
              setCaret(null);
              if (!mistake && text.trim() !== current) submit();
            }}
          />
        </div>
        {text && (
          <ActionIcon
            size={24}
            aria-label="Clear the filter"
            onClick={() => {
              setText("");
              if (isRaw) onRaw("");
              else onFilter("");
            }}
          >
            <IconX size={14} />
          </ActionIcon>
        )}
        <FilterHint />
        <Tooltip label={isRaw ? "Back to the plain filter" : "Write the server's own filter query"}>
          <Button
            variant={isRaw ? "light" : "subtle"}
            aria-pressed={isRaw}
            className="fx"
            onClick={() => {
              setIsRaw(!isRaw);
              setText("");
            }}
          >
            fx
          </Button>
        </Tooltip>
      </div>
      {isOpen && (
        <div id="filter-suggestions" role="listbox" aria-label="Suggestions" className="suggestions">
          {suggestions.map((suggestion, at) => (
            <div
              key={suggestion.title}
              id={`suggestion-${at}`}
              role="option"
              aria-selected={at === chosen}
              className={at === chosen ? "suggestion suggestion-chosen" : "suggestion"}
              onPointerDown={(event) => {
                event.preventDefault();
                take(suggestion);
              }}
            >
              <bdi className="mono">{suggestion.title}</bdi>
              <span className="muted">{suggestion.says}</span>
            </div>
          ))}
        </div>
      )}
      {mistake && (
        <p id="filter-mistake" className="filter-mistake" role="alert">
          {mistake.message}. <span>{mistake.fix}</span>
        </p>
      )}
    </div>
  );
}

/** The key whose value is being typed. */
function keyAt(text: string, caret: number | null): string | undefined {
  return /(?:^|[\s(-])([A-Za-z_][\w.\-/]*)(?:[:=<>]|!=)[^\s()]*$/.exec(text.slice(0, caret ?? 0))?.[1];
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

/** The mistake in what is typed, or the one that the server found in what it was asked. */
function mistakeIn(text: string, asked: string, isRaw: boolean, problem: unknown): FilterMistake | undefined {
  const own = isRaw ? undefined : parseFilter(text).mistake;
  if (own) return own;
  if (!(problem instanceof Problem) || problem.kind !== "refused" || text !== asked) return undefined;
  const start = problem.position ?? 0;
  const end = problem.position === undefined ? text.length : start + (problem.length ?? 1);
  return { message: problem.problem ?? problem.detail, fix: problem.hint ?? "", start, end };
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
