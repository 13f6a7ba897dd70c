// A text field that suggests label keys that records have, or the values that they have for one key.

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, dataOf } from "../api/client";
import type { ApiKind } from "./changing";

interface SuggestedProps {
  readonly kind: ApiKind;
  /** The key whose values are suggested; keys are where there is none. */
  readonly of?: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly control?: React.Ref<HTMLInputElement> | undefined;
  readonly onValue: (value: string) => void;
}

export function Suggested({ kind, of, label, placeholder, value, control, onValue }: SuggestedProps) {
  const id = useId();
  const [isAsked, setIsAsked] = useState(false);
  const suggestions = useQuery({
    queryKey: ["labels", kind, of ?? null],
    queryFn: () => fetchLabels(kind, of),
    enabled: isAsked && of !== "",
    staleTime: 60_000,
  });
  return (
    <>
      <input
        ref={control ?? null}
        aria-label={label}
        placeholder={placeholder}
        list={id}
        value={value}
        onFocus={() => setIsAsked(true)}
        onChange={(event) => onValue(event.target.value)}
      />
      <datalist id={id}>
        {suggestions.data?.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
    </>
  );
}

async function fetchLabels(kind: ApiKind, of: string | undefined): Promise<readonly string[]> {
  const found =
    of === undefined
      ? await dataOf(api.GET(`/api/v1/${kind as "artifacts"}/labels`, {}))
      : await dataOf(api.GET(`/api/v1/${kind as "artifacts"}/label-values`, { params: { query: { name: of } } }));
  return found.items.map(({ text }) => text);
}
