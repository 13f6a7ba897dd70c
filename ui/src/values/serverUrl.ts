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

/** Whether something stands between the browser and the server: then gRPC may have another address than this page. */
export function isBehindProxy({ http_port, tls }: Connection, { port, protocol }: Place): boolean {
  const used = Number(port) || (protocol === "https:" ? 443 : 80);
  return used !== http_port || (protocol === "https:") !== tls;
}

/** What is said beside an address that may be another one behind a proxy. */
export function proxyNote({ grpc_port }: Connection): string {
  return `You reached this page through a proxy. gRPC listens on port ${grpc_port} of the server itself; in Kubeflow, that is metadata-grpc-service.kubeflow:8080.`;
}
