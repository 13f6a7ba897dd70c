// Widths that a person gave to columns, remembered per kind of list.

import { useState } from "react";
import { read, write } from "./memory";

type Widths = Readonly<Record<string, number>>;

export function useColumnWidths(kind: string): [Widths, (key: string, width: number) => void] {
  const [widths, setWidths] = useState<Widths>(() => read(`widths.${kind}`, {}));
  const resize = (key: string, width: number) => {
    const next = { ...widths, [key]: width };
    setWidths(next);
    write(`widths.${kind}`, next);
  };
  return [widths, resize];
}
