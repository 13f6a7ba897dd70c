// The texts of the first steps: what to paste, given how programs reach the server and where the browser reached it.

import type { Connection } from "../api/home";
import { addressOf, isBehindProxy, type Place, proxyNote, urlOf } from "../values/serverUrl";

/** The Python that logs a data set and a model. */
export function firstSteps(known: Connection, place: Place): string {
  return `from kubeflow.metadata import metadata

store = metadata.Store(url="${urlOf(known, place)}")
workspace = metadata.Workspace(store=store, name="first-steps")
run = metadata.Run(workspace=workspace, name="run-1")
with metadata.Execution(name="train", workspace=workspace, run=run) as training:
    training.log_input(metadata.DataSet(name="orders", uri="file:///data/orders.csv"))
    training.log_output(metadata.Model(name="forecast", uri="file:///models/forecast", version="1"))
`;
}

export function tutorialCommand(known: Connection, place: Place): string {
  return `lineal tutorial --server ${known.tls ? urlOf(known, place) : addressOf(known, place)}`;
}

const LOGINS: Readonly<Record<string, string>> = {
  token: "The server needs a token: put it into the variable LINEAL_TOKEN first. “lineal token create” makes one.",
  oidc: "The server takes tokens of your login (OpenID Connect): put one into the variable LINEAL_TOKEN first.",
  certificate: "The server takes client certificates: add “?cert_file=…&key_file=…” to the address.",
  kubeflow: "Inside Kubeflow, the platform tells the server who you are.",
};

/** What else a program needs: a login, another address, this machine. */
export function accessNote(known: Connection, place: Place): string[] {
  const notes = known.login.map((method) => LOGINS[method] ?? `The server needs a login (${method}).`);
  if (known.tls)
    notes.push("The connection is encrypted; for a certificate of your own, add “?ca_file=…” to the address.");
  if (isBehindProxy(known, place)) notes.push(proxyNote(known));
  if (known.local_only) notes.push("The server listens on its own machine alone, so run this there.");
  return notes;
}
