// Lineage without a focus: a search, what this browser showed last, and the newest models of the store.

import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useNodes } from "../api/details";
import { fetchPage } from "../api/listing";
import { Problem } from "../api/problem";
import { MOST_FOUND, useFound } from "../api/search";
import { type Card, titleOf } from "../api/shapes";
import { type OptionKeys, useOptionKeys } from "../app/useOptionKeys";
import { useTitle } from "../app/useTitle";
import { type Viewed, viewed } from "../app/viewed";
import { Ago } from "../values/Ago";
import { typeName } from "../values/humanNames";
import { Name } from "../values/Name";
import { RecordIcon } from "../values/RecordIcon";
import { familyOf } from "./looks";

const SHOWN = 8;

export function Start() {
  useTitle("Lineage");
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const answer = useFound(asked);
  const navigate = useNavigate();
  const found = (answer.data?.found ?? []).flatMap((one) => ("card" in one && hasLineage(one.card) ? [one.card] : []));
  const isSearched = asked !== "" && answer.data?.text === asked;
  const open = (key: string) => void navigate({ to: "/lineage", search: { focus: key } });
  const keys = useOptionKeys({
    text: text.trim(),
    keys: isSearched ? found.map(({ key }) => key) : [],
    isCurrent: asked === text.trim() && (isSearched || answer.isError || asked === ""),
    isOpen: isSearched && found.length > 0,
    onChoose: open,
  });
  return (
    <div className="lineage-start">
      <h1>Lineage</h1>
      <p className="muted">Choose a record to see what it was made from and what uses it.</p>
      <TextInput
        {...keys.fieldProps}
        size="sm"
        type="search"
        aria-label="Find a record by name, id or uri"
        placeholder="Name, id or uri of an artifact or execution"
        leftSection={<IconSearch size={16} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {keys.isWaiting && <p role="status">Searching…</p>}
      {asked && answer.isError && <p role="alert">{Problem.from(answer.error).title}, so nothing could be searched.</p>}
      {isSearched && (
        <Records title="Found" cards={found} nothing={`No artifact or execution is like “${asked}”.`} keys={keys} />
      )}
      {isSearched && answer.data?.isCut && (
        <p className="muted">More names may fit than the first {MOST_FOUND}: type more.</p>
      )}
      {!asked && <Recent />}
      {!asked && <NewestModels />}
    </div>
  );
}

function hasLineage({ kind }: Card): boolean {
  return kind === "artifact" || kind === "execution";
}

function Recent() {
  const [known] = useState(viewed);
  const ids = (letter: string) => known.filter(({ key }) => key.startsWith(letter)).map(({ key }) => key.slice(1));
  const artifacts = useNodes("artifacts", ids("a"));
  const executions = useNodes("executions", ids("e"));
  const found = [...(artifacts.data?.items ?? []), ...(executions.data?.items ?? [])];
  const cards = known.flatMap((item) => found.find((node) => isSame(node, item)) ?? []);
  return cards.length > 0 && <Records title="Recently viewed in this browser" cards={cards.slice(0, SHOWN)} />;
}

function isSame(node: Pick<Card, "key" | "name">, { key, name }: Viewed): boolean {
  return node.key === key && (node.name ?? "") === name;
}

/** The newest models; in a store without models, the newest artifacts. */
function NewestModels() {
  const newest = useQuery({ queryKey: ["newest-models"], queryFn: fetchNewest });
  if (!newest.data) return null;
  const { cards, areModels } = newest.data;
  const nothing = "The store holds no artifacts yet.";
  return <Records title={areModels ? "Newest models" : "Newest artifacts"} cards={cards} nothing={nothing} />;
}

async function fetchNewest(): Promise<{ cards: readonly Card[]; areModels: boolean }> {
  const listing = { kind: "artifacts", query: undefined, sort: "-created", unarchived: true } as const;
  const models = await fetchPage({ ...listing, filter: "type:model" }, "");
  const cards = models.rows.filter(({ type }) => familyOf(type, "artifact") === "model");
  if (cards.length > 0) return { cards: cards.slice(0, SHOWN), areModels: true };
  return { cards: (await fetchPage({ ...listing, filter: "" }, "")).rows.slice(0, SHOWN), areModels: false };
}

interface RecordsProps {
  readonly title: string;
  readonly cards: readonly Card[];
  /** What is said where there is none. */
  readonly nothing?: string;
  /** The keys of the field that finds them. */
  readonly keys?: OptionKeys;
}

function Records({ title, cards, nothing, keys }: RecordsProps) {
  const list = keys && cards.length > 0 ? { id: keys.listId, role: "listbox", "aria-label": title } : {};
  return (
    <section>
      <h2>{title}</h2>
      {cards.length === 0 && <p className="muted">{nothing}</p>}
      <ul {...list}>
        {cards.map((card) => (
          <li key={card.key} {...(keys && { role: "none" })}>
            <Link {...keys?.optionProps(card.key)} to="/lineage" search={{ focus: card.key }} className="start-record">
              <RecordIcon type={card.type} kind={card.kind} size={16} />
              <strong>
                <Name name={titleOf(card)} most={48} />
              </strong>
              {card.version && <Name name={card.version} most={16} />}
              <span className="muted">
                {typeName(card.type)} · <Ago time={card.created} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
