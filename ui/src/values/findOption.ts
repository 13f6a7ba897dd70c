// Which options a searchable field finds: those whose exact name or whose readable name has the text that was typed.

import type { ComboboxItem, OptionsFilter } from "@mantine/core";

/** Mantine's own filter looks at labels only; people also type mean_error, as programs and the address have it. */
export const findOption: OptionsFilter = ({ options, search, limit }) => {
  const text = search.trim().toLowerCase();
  const has = (part: string | undefined) => part?.toLowerCase().includes(text);
  return (options as ComboboxItem[]).filter(({ value, label }) => has(value) || has(label)).slice(0, limit);
};
