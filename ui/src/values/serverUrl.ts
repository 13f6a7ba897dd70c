// How programs reach the server, for what people paste: gRPC has a port of its own, with or without TLS.

import type { Connection } from "../api/home";

/** Where the browser reached the web UI. */
export interface Place {
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
}

/** host:port of gRPC, with brackets around an IPv6 address, as `location.hostname` has them. */
export function addressOf({ grpc_port }: Connection, { hostname }: Place): string {
  return `${hostname || "localhost"}:${grpc_port}`;
}

/** The URL that opens the store from a program: grpc://host:port */
export function urlOf(known: Connection, place: Place): string {
  return `${known.tls ? "grpcs" : "grpc"}://${addressOf(known, place)}`;
}
