// The tab of a record's page, kept in the address: a link leads to it, Back to the one before.

import { useNavigate, useSearch } from "@tanstack/react-router";

/** The value and change handler for Tabs. */
export function useTab(first: string) {
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const onChange = (next: string | null) =>
    void navigate({
      to: ".",
      search: ((old: object) => ({ ...old, tab: next === first ? undefined : (next ?? undefined) })) as never,
      replace: true,
      resetScroll: false,
    });
  return { value: tab ?? first, onChange };
}
