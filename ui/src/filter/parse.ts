// The filter language: text to terms, with the place of every mistake.
//   query = term {term}; term = ["-"] (key op value | word | "(" query {OR query} ")")
// What stays out: which keys exist on the server, and asking it (compile.ts).

import { FILTER_KEYS, type FilterKey, findKey, OPERATORS, type Operator } from "./keys";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface KeyTerm extends Span {
  readonly kind: "key";
  readonly negated: boolean;
  readonly key: string;
  readonly op: Operator;
  /** Any of these. */
  readonly values: readonly string[];
  /** From and to, either of which may be empty; then values is empty. */
  readonly range?: readonly [string, string];
}

export interface WordTerm extends Span {
  readonly kind: "word";
  readonly negated: boolean;
  readonly text: string;
}

export interface GroupTerm extends Span {
  readonly kind: "group";
  readonly negated: boolean;
  readonly alternatives: readonly (readonly Term[])[];
}

export type Term = KeyTerm | WordTerm | GroupTerm;

/** What is wrong, where, and what to write instead. */
export interface FilterMistake extends Span {
  readonly message: string;
  readonly fix: string;
}

export type Parsed =
  | { readonly terms: readonly Term[]; readonly mistake?: undefined }
  | { readonly mistake: FilterMistake };

class Mistake extends Error {
  constructor(readonly found: FilterMistake) {
    super(found.message);
  }
}

/** Read a filter. */
export function parseFilter(text: string): Parsed {
  try {
    return { terms: new Reader(text).readAll() };
  } catch (error) {
    if (error instanceof Mistake) return { mistake: error.found };
    throw error;
  }
}

const DEEPEST = 20;
// A name with odd characters stands in quotes: label."cost centre"=7.
const KEY = /^(?:(?:label|prop|metric)\.(?:"(?:[^"\\]|\\.)*"|[^\s:=!<>"(),]+)|[A-Za-z_][\w.\-/]*)(?=[:=<>]|!=)/i;

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  readAll(): Term[] {
    const terms = this.readTerms();
    if (this.at < this.text.length) this.fail("This bracket closes nothing", "Remove it", this.at, this.at + 1);
    return terms;
  }

  private readTerms(): Term[] {
    const terms: Term[] = [];
    for (this.skipSpace(); this.at < this.text.length && this.text[this.at] !== ")"; this.skipSpace()) {
      if (this.depth > 0 && this.atOr()) break;
      terms.push(this.readTerm());
    }
    return terms;
  }

  private readTerm(): Term {
    const start = this.at;
    const negated = this.text[this.at] === "-" && !/[\s\d)]/.test(this.text[this.at + 1] ?? " ");
    if (negated) this.at += 1;
    if (this.text[this.at] === "(") return this.readGroup(start, negated);
    const key = KEY.exec(this.text.slice(this.at))?.[0];
    if (key && !this.isAddress(key)) return this.readKeyTerm(start, negated, key);
    return { kind: "word", negated, text: this.readValue("a word", true), start, end: this.at };
  }

  /** gs://… and C:\… are words: what looks like a key is the scheme. */
  private isAddress(key: string): boolean {
    return findKey(key) === undefined && /^:(\/\/|\\)/.test(this.text.slice(this.at + key.length));
  }

  private readGroup(start: number, negated: boolean): GroupTerm {
    const open = this.at;
    this.depth += 1;
    if (this.depth > DEEPEST)
      this.fail("Brackets are nested too deeply", `Use at most ${DEEPEST} levels`, open, open + 1);
    const alternatives: Term[][] = [];
    do {
      this.at += alternatives.length ? 2 : 1;
      alternatives.push(this.readTerms());
    } while (this.atOr());
    if (this.text[this.at] !== ")") this.fail("This bracket is never closed", "Add ) at the end", open, open + 1);
    this.at += 1;
    this.depth -= 1;
    if (alternatives.some((terms) => terms.length === 0)) {
      this.fail(
        "There is nothing on one side of OR",
        "Write a term on both sides, or remove the brackets",
        open,
        this.at,
      );
    }
    return { kind: "group", negated, alternatives, start, end: this.at };
  }

  private readKeyTerm(start: number, negated: boolean, written: string): KeyTerm {
    const known = findKey(written);
    if (!known) this.failUnknown(written);
    const key = known?.named ? known.key + unquoted(written.slice(known.key.length)) : written.toLowerCase();
    this.at += written.length;
    const op = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.at)) as Operator;
    this.at += op.length;
    const from = this.at;
    const values = [this.readValue(`a value after ${written}${op}`, false)];
    while (this.text[this.at] === "," && this.at < this.text.length) {
      this.at += 1;
      values.push(this.readValue("a value after the comma", false));
    }
    const term = { kind: "key", negated, key, op, values, start, end: this.at } as const;
    return this.checked(term, known as FilterKey, from);
  }

  private checked(term: KeyTerm, known: FilterKey, from: number): KeyTerm {
    const raw = this.text.slice(from, this.at);
    const range = !raw.includes('"') && term.values.length === 1 ? splitRange(raw) : null;
    if (range && term.op !== ":" && term.op !== "=") {
      this.fail(`A range does not go with ${term.op}`, `Write ${term.key}:${raw}`, term.start, this.at);
    }
    for (const value of range ?? term.values) this.checkValue(value, known, from);
    return range ? { ...term, values: [], range } : term;
  }

  private checkValue(value: string, known: FilterKey, from: number): void {
    if (value === "" && known.takes !== "text") return;
    if (known.takes === "number" && !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(nan|inf|infinity)$/i.test(value)) {
      this.fail(`“${value}” is no number`, `Write one, such as ${known.example}`, from, this.at);
    }
    if (known.takes === "id" && !/^\d+$/.test(value)) {
      this.fail(`“${value}” is no id`, "Ids are whole numbers, such as id:12", from, this.at);
    }
    if (known.takes === "time" && readTime(value, 0) === null) {
      this.fail(`“${value}” is no time`, "Write 7d, 12h, 30m or a date such as 2026-01-31", from, this.at);
    }
    if (known.takes === "key" && !/^(label|prop|metric)\..+/.test(value)) {
      this.fail(
        `has: does not know “${value}”`,
        "Write has:label.NAME, has:prop.NAME or has:metric.NAME",
        from,
        this.at,
      );
    }
  }

  private readValue(wanted: string, isWord: boolean): string {
    if (this.text[this.at] === '"') return this.readQuoted();
    const end = isWord ? /[\s)]/ : /[\s),]/;
    const start = this.at;
    while (this.at < this.text.length && !end.test(this.text[this.at] as string)) this.at += 1;
    if (this.at === start)
      this.fail(`${capital(wanted)} is missing here`, "Type it, or remove this term", start - 1, start);
    return this.text.slice(start, this.at);
  }

  private readQuoted(): string {
    const start = this.at;
    let value = "";
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const letter = this.text[this.at] as string;
      if (letter === '"') {
        this.at += 1;
        return value;
      }
      if (letter === "\\" && this.at + 1 < this.text.length) this.at += 1;
      value += this.text[this.at];
    }
    return this.fail("This quote is never closed", 'Add " at the end', start, this.text.length);
  }

  private atOr(): boolean {
    this.skipSpace();
    return /^OR(?=[\s(])/.test(this.text.slice(this.at));
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  private failUnknown(written: string): never {
    const near = nearest(written);
    const fix = near ? `Did you mean ${near}? ` : "";
    const quoted = `To search for the text itself, put it in quotes`;
    return this.fail(`There is no key “${written}”`, `${fix}${quoted}`, this.at, this.at + written.length);
  }

  private fail(message: string, fix: string, start: number, end: number): never {
    throw new Mistake({ message, fix, start: Math.max(0, start), end });
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replace(/\\(.)/g, "$1") : name;
}

function splitRange(raw: string): [string, string] | null {
  const parts = /^(.*?)\.\.(.*)$/.exec(raw);
  if (!parts || (parts[1] === "" && parts[2] === "") || /[/\\]/.test(raw)) return null;
  return [parts[1] as string, parts[2] as string];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function nearest(written: string): string | undefined {
  const head = written.toLowerCase().split(".")[0] as string;
  const plain = head.replace(/s$/, "");
  return FILTER_KEYS.map(({ key }) => key).find(
    (key) => key.replace(".", "") === plain || (plain.length > 2 && key.startsWith(plain.slice(0, 3))),
  );
}

const UNITS: Readonly<Record<string, number>> = { m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 315_360e5 };

/** Milliseconds since epoch for a date or time in UTC, milliseconds, or an age such as 7d; null for anything else. */
export function readTime(text: string, now: number): number | null {
  const age = /^(\d{1,6})([mhdwy])$/.exec(text);
  if (age) return now - Number(age[1]) * (UNITS[age[2] as string] as number);
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return null;
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  const time = new Date(text.length === 10 || hasZone ? text : `${text}Z`).getTime();
  return Number.isNaN(time) ? null : time;
}
