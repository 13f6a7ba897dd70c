// What an entry of the audit log says that changed: field by field, before and after. No drawing here.

import type { AuditEntry } from "../api/audit";

export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The fields of an entry, in the order of their names; what was not there before, or is gone, is undefined. */
export function changesOf({ old, new: present }: Pick<AuditEntry, "old" | "new">): FieldChange[] {
  const [before, after] = [fieldsOf(old), fieldsOf(present)];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return fields.map((field) => ({ field, before: before[field], after: after[field] }));
}

function fieldsOf(text: string | null): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  try {
    const found: unknown = JSON.parse(text, exactly as (key: string, value: unknown) => unknown);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? { ...found } : { value: found };
  } catch {
    return { value: text };
  }
}

/** Integers beyond what a number holds stay the digits that were written. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && context?.source !== undefined ? context.source : value;
}
