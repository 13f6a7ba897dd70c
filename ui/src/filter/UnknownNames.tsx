// Names in a filter that no record has, and the ways to what was probably meant.

import { Button } from "@mantine/core";
import type { UnknownInFilter } from "../api/shapes";
import { LinkButton } from "../app/LinkButton";
import { capital } from "../values/names";

interface UnknownNamesProps {
  readonly filter: string;
  readonly unknown: UnknownInFilter;
  readonly onFilter: (filter: string) => void;
}

export function UnknownNames({ filter, unknown: { names, meant }, onFilter }: UnknownNamesProps) {
  const others = new Set(names.map(({ elsewhere }) => elsewhere).filter((kind) => kind !== null));
  return (
    <>
      {names.map(({ key, name, text }) => (
        <p key={`${key} ${name}`}>{capital(text)}</p>
      ))}
      {meant && (
        <Button onClick={() => onFilter(meant)}>
          Search for <code>{meant}</code>
        </Button>
      )}
      {[...others].map((kind) => (
        <LinkButton key={kind} to={`/${kind}s`} search={{ filter } as never}>
          Search {kind}s
        </LinkButton>
      ))}
    </>
  );
}
