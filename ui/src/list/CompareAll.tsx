// The way to compare all that a filter finds, if they are not too many.

import { Button } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { fetchPage, isCounted } from "../api/listing";
import { Problem } from "../api/problem";
import { MOST_COMPARED } from "../compare/address";
import { formatCount } from "../values/numbers";
import type { List } from "./useList";

export function CompareAll({ list }: { list: List }) {
  const { kind, total, search, asked, selected } = list;
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  const [mistake, setMistake] = useState<Problem>();
  const hasFilter = Boolean(search.filter || search.fx);
  if (!isCounted(kind) || !hasFilter || total === undefined || total < 2 || selected.size > 0) return null;
  const isTooMany = total > MOST_COMPARED || list.counted?.exact === false;
  const compare = async () => {
    setIsAsking(true);
    setMistake(undefined);
    try {
      const keys = await allKeys(list);
      void navigate({ to: "/compare", search: { ids: keys.join(",") } });
    } catch (error) {
      setMistake(Problem.from(error));
    } finally {
      setIsAsking(false);
    }
  };
  const title = isTooMany
    ? `${formatCount(total)} fit; up to ${MOST_COMPARED} can be compared. Narrow the filter, or tick some`
    : `Compare all that fit${asked.filter ? `: ${asked.filter}` : ""}`;
  return (
    <>
      <Button
        // Its place and its width stay while the counts change: nothing moves under the pointer, and the focus is kept.
        className="compare-all"
        justify="start"
        variant="subtle"
        leftSection={<IconArrowsDiff size={14} />}
        loading={isAsking}
        disabled={isTooMany}
        title={title}
        onClick={() => void compare()}
      >
        {isTooMany ? `Compare all: at most ${MOST_COMPARED}` : `Compare all ${formatCount(total)}`}
      </Button>
      {mistake && (
        <span className="tone-failed" role="alert">
          {mistake.title}: nothing is compared.
        </span>
      )}
    </>
  );
}

/** The keys of all records of a list, page by page. */
async function allKeys({ asked }: List): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null && keys.length < MOST_COMPARED) {
    const page: Awaited<ReturnType<typeof fetchPage>> = await fetchPage(asked, cursor);
    keys.push(...page.rows.map(({ key }) => key));
    cursor = page.next;
  }
  return keys.slice(0, MOST_COMPARED);
}
