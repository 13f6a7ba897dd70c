// Where the web UI starts: it asks for what the address shows first, and then loads the web UI itself, so that the server
// works while the browser reads the program. What stays out: drawing (main.tsx).

import { askEarly } from "./api/early";
import { firstRequests } from "./app/firstRequests";

const base = new URL(".", document.baseURI);
const place = location.pathname.slice(base.pathname.length);
for (const address of firstRequests(place, location.search)) askEarly(new URL(address, base).href);
void import("./main");
// Its part of the program as well, which otherwise waits until the rest has been read.
if (place === "lineage") void import("./lineage/LineagePage");
