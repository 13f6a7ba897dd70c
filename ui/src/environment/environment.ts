// Where executions ran, in words, and what differs between several of them. Pure.

import type { components } from "../api/schema";
import type { Node } from "../api/shapes";
import { formatDuration } from "../values/times";

export type Environment = components["schemas"]["Environment"];
export type RecordEnvironment = components["schemas"]["RecordEnvironment"];

/** What of an environment is said in a line each, in this order: a title, and the text; undefined if it is not known. */
const FIELDS: readonly (readonly [string, (environment: Environment) => string | null | undefined])[] = [
  ["Commit", ({ commit }) => commit],
  ["Changed files", ({ is_dirty: isDirty }) => sayDirty(isDirty)],
  ["Branch", ({ branch }) => branch],
  ["Repository", ({ repository }) => repository],
  ["Command", ({ command }) => command],
  ["Notebook", ({ notebook }) => notebook],
  ["Python", ({ python }) => python],
  ["Platform", ({ platform }) => platform],
  ["Image", ({ image }) => image],
  ["Host", ({ host }) => host],
  ["User", ({ user }) => user],
];

const PEAK = "Peak memory";

function sayDirty(isDirty: boolean | null): string | undefined {
  if (isDirty === null) return undefined;
  return isDirty ? "yes: files differed from the commit" : "no";
}

/** 300.5 MiB → "300 MiB", 2048 MiB → "2.0 GiB". */
function sayMemory(peak: Environment["peak_mib"]): string | undefined {
  if (typeof peak !== "number") return undefined;
  return peak < 1024 ? `${Math.round(peak)} MiB` : `${(peak / 1024).toFixed(1)} GiB`;
}

/** The known fields of an environment with their titles. */
export function fieldsOf(environment: Environment): [string, string][] {
  const known = knownOf(environment);
  const peak = sayMemory(environment.peak_mib);
  return peak ? [...known, [PEAK, peak]] : known;
}

function knownOf(environment: Environment): [string, string][] {
  return FIELDS.flatMap(([title, read]): [string, string][] => {
    const text = read(environment);
    return text ? [[title, text]] : [];
  });
}

/** Why parts are not known, in words: "git: git did not answer within 2 s". */
export function missingOf(environment: Environment): string[] {
  return Object.entries(environment.missing).map(([part, why]) => `${part}: ${why}`);
}

/** One fact of several environments, in their order; undefined where it is not known. */
export interface Fact {
  readonly title: string;
  readonly values: readonly (string | undefined)[];
}

export interface ComparedFacts {
  readonly differing: readonly Fact[];
  readonly equal: readonly Fact[];
}

/** What is known of some of the environments, divided by whether it is the same for all of them. */
export function compareFields(environments: readonly (Environment | null)[]): ComparedFacts {
  const columns = environments.map((each) => new Map(each ? knownOf(each) : []));
  return divided(
    FIELDS.map(([title]) => title),
    columns,
  );
}

/** The same for the versions of packages; by name, in the order of the alphabet. */
export function comparePackages(environments: readonly (Environment | null)[]): ComparedFacts {
  const columns = environments.map((each) => new Map(Object.entries(each?.packages ?? {})));
  const names = [...new Set(columns.flatMap((versions) => [...versions.keys()]))];
  return divided(names.sort(byName), columns);
}

/** The same for what is measured and differs each time: memory and duration. */
export function compareMeasured(records: readonly (RecordEnvironment | undefined)[]): ComparedFacts {
  const columns = records.map((each) => {
    const texts = { [PEAK]: sayMemory(each?.environment?.peak_mib ?? null), Duration: sayDuration(each?.duration) };
    return new Map(Object.entries(texts).filter((pair): pair is [string, string] => Boolean(pair[1])));
  });
  return divided([PEAK, "Duration"], columns);
}

function sayDuration(duration: number | null | undefined): string | undefined {
  return typeof duration === "number" ? formatDuration(duration) : undefined;
}

export function byName(one: string, other: string): number {
  return one.localeCompare(other, "en", { sensitivity: "base" });
}

function divided(titles: readonly string[], columns: readonly ReadonlyMap<string, string>[]): ComparedFacts {
  const facts = titles
    .map((title): Fact => ({ title, values: columns.map((column) => column.get(title)) }))
    .filter(({ values }) => values.some((value) => value !== undefined));
  const isEqual = ({ values }: Fact) => new Set(values).size === 1;
  return { differing: facts.filter((fact) => !isEqual(fact)), equal: facts.filter(isEqual) };
}

/** Each different value with how many have it, the most frequent first; of those that have none, last. */
export function tally({ values }: Fact): { readonly value: string | undefined; readonly times: number }[] {
  const times = new Map<string | undefined, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times]
    .map(([value, number]) => ({ value, times: number }))
    .sort(
      (one, other) => Number(one.value === undefined) - Number(other.value === undefined) || other.times - one.times,
    );
}

/** Whether the environment of an execution says what a property says, or the text that it is read from. */
export function isOfEnvironment(name: string): boolean {
  return name.startsWith("git.") || name.startsWith("env.") || name === "__environment__";
}

/** An execution without the properties that its environment says. */
export function withoutEnvironment(execution: Node): Node {
  if (!execution.environment) return execution;
  const rest = Object.entries(execution.custom_properties).filter(([name]) => !isOfEnvironment(name));
  return { ...execution, custom_properties: Object.fromEntries(rest) };
}
