// The tree of a record's files. One tab stop: up and down go from line to line, right opens a folder, left closes it.

import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconFile,
  IconFolder,
  IconPhoto,
} from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type Holder, type RecordFile, useFolder } from "../api/files";
import { useRoving } from "../app/useRoving";
import { Failed } from "../state/States";
import { Ago } from "../values/Ago";
import { breakable } from "../values/names";
import { count } from "../values/numbers";
import { formatSize, wayOf } from "./reading";

interface TreeProps {
  readonly holder: Holder;
  /** The path of the file that is shown. */
  readonly chosen: string | undefined;
  readonly onChoose: (path: string) => void;
}

interface Folders {
  readonly isOpen: (path: string) => boolean;
  readonly toggle: (path: string) => void;
}

export function FileTree(props: TreeProps) {
  const box = useRef<HTMLDivElement>(null);
  useRoving(box);
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());
  // The folders of the file that is shown are open, unless somebody closes them.
  const isOpen = (path: string) => said.get(path) ?? props.chosen?.startsWith(`${path}/`) ?? false;
  const folders: Folders = {
    isOpen,
    toggle: (path) => setSaid((old) => new Map([...old, [path, !isOpen(path)]])),
  };
  return (
    <div className="file-tree" role="tree" aria-label="Files" ref={box} onKeyDownCapture={openOrClose}>
      <Folder {...props} path="" level={1} folders={folders} />
    </div>
  );
}

/** Right opens a folder, left closes it or goes to the folder that it is in; other keys are those of useRoving. */
function openOrClose(event: KeyboardEvent) {
  const at = event.target as HTMLElement;
  const isOpen = at.getAttribute("aria-expanded");
  if (event.key === "ArrowRight" && isOpen === "false") at.click();
  else if (event.key === "ArrowLeft" && isOpen === "true") at.click();
  else if (event.key === "ArrowLeft") at.closest("[role=group]")?.parentElement?.querySelector("button")?.focus();
  else if (event.key !== "ArrowRight" || isOpen === "true") return;
  event.preventDefault();
  event.stopPropagation();
}

interface FolderProps extends TreeProps {
  readonly path: string;
  readonly level: number;
  readonly folders: Folders;
}

function Folder(props: FolderProps) {
  const { holder, path, level } = props;
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useFolder(holder, path);
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (isPending) return <Line level={level} text="Loading…" className="late" />;
  const items = data.pages.flatMap((page) => page.items);
  const left = (data.pages[0]?.total ?? 0) - items.length;
  return (
    <>
      {items.map((item) => (
        <Item key={`${item.is_dir}${item.path}`} {...props} item={item} />
      ))}
      {items.length === 0 && <Line level={level} text="Nothing in this folder." />}
      {hasNextPage && (
        <div>
          <button
            type="button"
            role="treeitem"
            aria-level={level}
            tabIndex={-1}
            className={`file-line file-more file-level-${Math.min(level, DEEPEST)}`}
            aria-busy={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            Show more of {count(left, "other file")}
          </button>
        </div>
      )}
    </>
  );
}

const DEEPEST = 9;

function Line({ level, text, className = "" }: { level: number; text: string; className?: string }) {
  return <p className={`file-note muted file-level-${Math.min(level, DEEPEST)} ${className}`}>{text}</p>;
}

function Item({ item, ...props }: FolderProps & { item: RecordFile }) {
  const { level, folders, chosen, onChoose } = props;
  const isOpen = item.is_dir && folders.isOpen(item.path);
  const isChosen = !item.is_dir && item.path === chosen;
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isChosen && line.current) bringInSight(line.current);
  }, [isChosen]);
  return (
    <div>
      <button
        ref={line}
        type="button"
        role="treeitem"
        aria-level={level}
        aria-expanded={item.is_dir ? isOpen : undefined}
        aria-selected={item.is_dir ? undefined : isChosen}
        tabIndex={-1}
        className={`file-line file-level-${Math.min(level, DEEPEST)}`}
        onClick={() => (item.is_dir ? folders.toggle(item.path) : onChoose(item.path))}
      >
        <ItemIcon item={item} isOpen={isOpen} />
        <bdi className="file-name">{breakable(item.name)}</bdi>
        {!item.is_dir && <Facts item={item} />}
      </button>
      {isOpen && (
        <div role="group">
          <Folder {...props} path={item.path} level={level + 1} />
        </div>
      )}
    </div>
  );
}

/** Scroll the tree, and not the page, to a line. */
function bringInSight(line: HTMLElement) {
  const tree = line.closest(".file-tree");
  if (!tree) return;
  const [seen, box] = [line.getBoundingClientRect(), tree.getBoundingClientRect()];
  if (seen.top < box.top || seen.bottom > box.bottom) tree.scrollTop += seen.top - box.top - box.height / 2;
}

function ItemIcon({ item, isOpen }: { item: RecordFile; isOpen: boolean }) {
  const Turn = isOpen ? IconChevronDown : IconChevronRight;
  const Icon = item.is_dir ? IconFolder : wayOf(item.name).kind === "picture" ? IconPhoto : IconFile;
  return (
    <>
      {item.is_dir ? <Turn size={14} aria-hidden /> : <span className="file-turn" />}
      <Icon size={16} aria-hidden className="file-icon" />
    </>
  );
}

function Facts({ item }: { item: RecordFile }) {
  return (
    <>
      {item.is_changed && (
        <span className="file-changed" title="It has another size than its upload, or was written later">
          <IconAlertTriangle size={14} aria-hidden /> changed
        </span>
      )}
      {item.sha256 && (
        <code
          className="file-sha muted"
          title={`SHA-256 of ${item.is_changed ? "what was uploaded" : "the file"}: ${item.sha256}`}
        >
          {item.sha256.slice(0, 12)}
        </code>
      )}
      <span className="file-time muted">
        <Ago time={item.uploaded ?? item.modified} />
      </span>
      <span className="file-size muted number" title={`${item.size ?? 0} bytes`}>
        {formatSize(item.size ?? 0)}
      </span>
    </>
  );
}
