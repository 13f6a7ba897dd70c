// Loading the page again where a part of the program is gone. It needs nothing else, so that it works where all else is gone.

const NAME = "lineal.reloaded";

/** Load the page again, unless this build of it has been: then false, and nothing happens. */
export function reloadOnce(): boolean {
  const build = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src ?? "";
  try {
    if (sessionStorage.getItem(NAME) === build) return false;
    sessionStorage.setItem(NAME, build);
  } catch {
    return false; // without a memory it could go on for ever
  }
  location.reload();
  return true;
}
