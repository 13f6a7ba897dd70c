// One file: its name, size, time and digest, the way to download it, and what it holds (FileContent.tsx).

import { ActionIcon, Button } from "@mantine/core";
import { IconDownload, IconX } from "@tabler/icons-react";
import { downloadAddress, type Holder, type RecordFile, useFile } from "../api/files";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { CopyButton } from "../values/CopyButton";
import { breakable } from "../values/names";
import { FileContent } from "./FileContent";
import { formatSize } from "./reading";

interface FilePaneProps {
  readonly holder: Holder;
  readonly path: string;
  readonly onClose: () => void;
}

export function FilePane({ holder, path, onClose }: FilePaneProps) {
  const file = useFile(holder, path);
  return (
    <section className="file-pane" aria-label="Contents of the file">
      <Loaded query={file} rows={6}>
        {(found) =>
          found ? (
            <>
              <FileHead file={found} onClose={path ? onClose : undefined} />
              <FileContent file={found} />
            </>
          ) : (
            <p className="muted">
              There is no file <bdi className="mono">{breakable(path)}</bdi> here any more.
            </p>
          )
        }
      </Loaded>
    </section>
  );
}

function FileHead({ file, onClose }: { file: RecordFile; onClose: (() => void) | undefined }) {
  return (
    <header className="file-head">
      <h3>
        <bdi>{breakable(file.name)}</bdi>
      </h3>
      <div className="file-acts">
        <Button
          component="a"
          href={downloadAddress(file)}
          download={file.name}
          leftSection={<IconDownload size={14} />}
        >
          Download
        </Button>
        {onClose && (
          <ActionIcon size={24} aria-label="Close the file" onClick={onClose}>
            <IconX size={14} />
          </ActionIcon>
        )}
      </div>
      <p className="file-facts muted">
        <span title={`${file.size ?? 0} bytes`}>{formatSize(file.size ?? 0)}</span>
        <span>
          {file.uploaded ? "uploaded" : "written"} <Ago time={file.uploaded ?? file.modified} exact />
        </span>
        {file.sha256 ? (
          <span className="file-digest">
            SHA-256 of {file.is_changed ? "what was uploaded" : "this file"} <code>{file.sha256}</code>{" "}
            <CopyButton value={file.sha256} label="Copy the SHA-256" />
          </span>
        ) : (
          <span>no SHA-256: it was not uploaded through this server</span>
        )}
      </p>
      {file.is_changed && (
        <p className="file-warning">
          This is not the file that was uploaded: it has another size, or was written later. The SHA-256 is that of the
          upload.
        </p>
      )}
    </header>
  );
}
