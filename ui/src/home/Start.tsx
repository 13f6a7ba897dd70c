// How to begin with an empty store: the Python to paste, with the address of this server, and the tutorial.

import { Button } from "@mantine/core";
import { useConnection } from "../api/home";
import { Empty, Loaded } from "../state/States";
import { CopyButton } from "../values/CopyButton";
import { isBehindProxy } from "../values/serverUrl";
import { accessNote, firstSteps, tutorialCommand } from "./firstSteps";

export function Start() {
  const connection = useConnection();
  return (
    <Empty title="Nothing has been logged yet">
      <Loaded query={connection} rows={6}>
        {(known) => (
          <div className="start">
            <p>Log a first data set and the model that was trained on it, from any Python with Lineal installed:</p>
            <Snippet text={firstSteps(known, location)} label="Copy the Python" />
            {accessNote(known, location).map((line) => (
              <p key={line} className="muted">
                {line}
              </p>
            ))}
            <p>Or fill the store with a small example, from a terminal:</p>
            <Snippet text={tutorialCommand(known, location)} label="Copy the command" />
            <p className="muted">
              Without a server, <code>metadata.Store(url="sqlite:///metadata.db")</code> opens a file in your program;{" "}
              <code>lineal serve --db sqlite:///metadata.db</code> shows it here.
              {isBehindProxy(known, location) && " Ask whoever runs this server for the address of gRPC."}
            </p>
            <Button onClick={() => globalThis.location.reload()}>Look again</Button>
          </div>
        )}
      </Loaded>
    </Empty>
  );
}

function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div className="snippet">
      <pre>{text}</pre>
      <CopyButton value={text} label={label} />
    </div>
  );
}
