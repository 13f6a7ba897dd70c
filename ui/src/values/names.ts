// Names of any length and script. What stays out: drawing them (Name.tsx).

/** Places where a long name may break get a zero-width space after them: / _ - . */
export function breakable(name: string): string {
  return name.replace(/([/_\-.:])(?=\S)/g, "$1\u200b");
}

/** Cut a name in the middle, by whole code points: "preprocess-…-2024". */
export function cutMiddle(name: string, most: number): string {
  const points = Array.from(name);
  if (points.length <= most) return name;
  const tail = Math.floor((most - 1) / 2);
  return `${points.slice(0, most - 1 - tail).join("")}…${points.slice(points.length - tail).join("")}`;
}

/** Cut several names so that those that differ still look different: where they meet, the part that differs is kept. */
export function cutDistinct(names: readonly string[], most: number): Map<string, string> {
  const cut = new Map<string, string>();
  for (const [short, group] of groupBy([...new Set(names)], (name) => cutMiddle(name, most))) {
    if (group.length === 1) cut.set(group[0] as string, short);
    else cutAlike(group, most, cut);
  }
  return cut;
}

function cutAlike(names: readonly string[], most: number, cut: Map<string, string>): void {
  const shared = sharedStart(names);
  const head = Math.max(2, Math.floor(most / 4));
  for (const name of names) {
    const points = Array.from(name);
    const rest = points.slice(Math.max(0, shared - 1)).join("");
    cut.set(name, `${points.slice(0, head).join("")}…${cutEnd(rest, most - head - 1)}`);
  }
}

function cutEnd(text: string, most: number): string {
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join("")}…`;
}

/** How many letters names share at their start. */
export function sharedStart(names: readonly string[]): number {
  const lists = names.map((name) => Array.from(name));
  const first = lists[0] ?? [];
  let length = 0;
  while (length < first.length && lists.every((points) => points[length] === first[length])) length += 1;
  return length;
}

function groupBy(names: readonly string[], key: (name: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(key(name), [...(groups.get(key(name)) ?? []), name]);
  return groups;
}

/** The last part of a type's name: kubeflow.org/alpha/model → model, system.Model → Model. */
export function shortType(type: string): string {
  return (
    type
      .split(/[/]/)
      .pop()
      ?.replace(/^system\./, "") || type
  );
}

const LINKED = /^https?:$/;

/** Whether a uri may become a link: only schemes that a browser opens and that run nothing. */
export function isLinkable(uri: string): boolean {
  try {
    return LINKED.test(new URL(uri).protocol);
  } catch {
    return false;
  }
}

/** A sentence of the server with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
