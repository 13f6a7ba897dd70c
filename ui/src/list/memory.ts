// What a browser remembers of lists: columns and their widths per kind, saved views. Never reset by new data.

import type { ListKind } from "../api/shapes";

export interface View {
  readonly name: string;
  /** The search of the address, with its question mark. */
  readonly search: string;
}

const PREFIX = "lineal.";

export function read<Data>(name: string, otherwise: Data): Data {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : (JSON.parse(text) as Data);
  } catch {
    return otherwise;
  }
}

export function write(name: string, data: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(data));
  } catch {
    // Storage is full or forbidden, as in some frames: the choice then lasts as long as the address.
  }
}

type Columns = readonly string[] | undefined;

/**
 * The columns that a person chose for a list of one type, or of all; a type without a choice of its own has those of
 * all. Undefined if there is no choice.
 */
export function rememberedColumns(kind: ListKind, type?: string): Columns {
  const ofAll = read<Columns>(`columns.${kind}`, undefined);
  return type ? read(`columns.${kind}.${type}`, ofAll) : ofAll;
}

/** Whether a type has columns of its own. */
export function remembersTypes(kind: ListKind): boolean {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith(`${PREFIX}columns.${kind}.`));
  } catch {
    return false;
  }
}

export function rememberColumns(kind: ListKind, type: string | undefined, columns: readonly string[]): void {
  write(type ? `columns.${kind}.${type}` : `columns.${kind}`, columns);
}

/** From now on the list has the columns that suit its type again. */
export function forgetColumns(kind: ListKind, type: string | undefined): void {
  try {
    localStorage.removeItem(`${PREFIX}columns.${kind}`);
    if (type) localStorage.removeItem(`${PREFIX}columns.${kind}.${type}`);
  } catch {
    // As above.
  }
}

export function rememberedViews(kind: ListKind): readonly View[] {
  return read(`views.${kind}`, []);
}

export function rememberViews(kind: ListKind, views: readonly View[]): void {
  write(`views.${kind}`, views);
}
