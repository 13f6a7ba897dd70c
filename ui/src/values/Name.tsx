// A name of any length and script: isolated from its neighbours' direction, breakable, whole on hover.

import { breakable, cutMiddle } from "./names";

interface NameProps {
  readonly name: string;
  /** Shown instead, in grey, where there is no name. */
  readonly fallback?: string;
  /** Cut in the middle beyond so many letters. */
  readonly most?: number;
}

export function Name({ name, fallback = "unnamed", most }: NameProps) {
  if (!name) return <span className="muted">{fallback}</span>;
  const text = most ? cutMiddle(name, most) : breakable(name);
  return (
    <bdi className="name" title={text.length < name.length ? name : undefined}>
      {text}
    </bdi>
  );
}
