// Where the web UI starts: it asks for what the address shows first, and then loads the web UI itself, so that the server
// works while the browser reads the program. What stays out: drawing (main.tsx).

import { askEarly } from "./api/early";
import { firstRequests } from "./app/firstRequests";
import { reloadOnce } from "./app/reloadOnce";

const base = new URL(".", document.baseURI);
// What stands behind # is another place: a link of the original Artifact Store, or one that an MLflow client printed.
const place = location.hash.startsWith("#/") ? undefined : location.pathname.slice(base.pathname.length);
if (place !== undefined) {
  for (const address of firstRequests(place, location.search)) askEarly(new URL(address, base).href);
}
// After an upgrade of the server, a document that a proxy has kept names a program that is gone.
import("./main").catch((error: unknown) => {
  if (!reloadOnce()) throw error;
});
// Its part of the program as well, which otherwise waits until the rest has been read.
if (place === "") import("./home/HomePage").catch(() => undefined);
if (place === "lineage") import("./lineage/LineagePage").catch(() => undefined);
