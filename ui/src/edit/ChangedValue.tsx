// One value before or after a change.

import { Ago } from "../values/Ago";
import { Value } from "../values/Value";

/** A time with its zone, as programs write it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export function ChangedValue({ isTime = false, value }: { isTime?: boolean | undefined; value: unknown }) {
  if (typeof value === "number" && isTime) return <Ago time={value} exact />;
  if (typeof value === "string" && MOMENT.test(value)) return <Ago time={Date.parse(value)} exact />;
  return <Value kind={typeof value === "number" ? "double" : typeof value} value={value} />;
}
