// What a window remembers of one entry of its history: Back and a reload bring it back, a new visit begins anew.

/** Remember something of the present entry. */
export function rememberHere(what: string, value: unknown): void {
  try {
    sessionStorage.setItem(name(what), JSON.stringify(value));
  } catch {
    // No storage, as in some frames: Back then begins anew too.
  }
}

/** What was remembered of the present entry, if anything was. */
export function rememberedHere<Value>(what: string): Value | undefined {
  try {
    const text = sessionStorage.getItem(name(what));
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined;
  }
}

/** The router gives every entry a key, which lives through reloads. */
function name(what: string): string {
  const { __TSR_key: key = "" } = (history.state ?? {}) as { __TSR_key?: string };
  return `lineal.${what}.${key}`;
}
