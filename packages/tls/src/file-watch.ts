/**
 * Tells when one of some files has changed.
 *
 * Their folders are watched, not the files: a file that is replaced, by a rename
 * or behind a symbolic link, is another file. Several events in a row are one
 * change. Nothing here keeps the process alive.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type FSWatcher, readFileSync, statSync, watch } from "node:fs";
import { TlsError } from "./errors.ts";

/** How long events are gathered, ms: a certificate and its key are written one after the other. */
const GATHER_MS = 100;

export class FileWatch {
  private readonly paths: readonly string[];
  private readonly onChange: () => void;
  private readonly watchers: FSWatcher[];
  private timer: ReturnType<typeof setTimeout> | null;
  private seen: string;

  /** @throws {@link TlsError} `ERR_TLS_FILE` when a folder cannot be watched */
  constructor(paths: readonly string[], onChange: () => void, onError: (error: TlsError) => void) {
    this.paths = paths;
    this.onChange = onChange;
    this.watchers = [];
    this.timer = null;
    this.seen = digest(paths);
    for (const folder of new Set(paths.map(folderOf))) {
      try {
        statSync(folder); // not every runtime says that it is missing
        const watcher = watch(folder, { persistent: false }, () => this.touched());
        watcher.on("error", (error) => onError(unwatchable(folder, error)));
        this.watchers.push(watcher);
      } catch (error) {
        this.close();
        throw unwatchable(folder, error);
      }
    }
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private touched(): void {
    // Not put off by further events: a folder in which something always happens would never be looked at.
    if (this.timer !== null) return;
    this.timer = setTimeout(() => this.gathered(), GATHER_MS);
    this.timer.unref();
  }

  private gathered(): void {
    this.timer = null;
    // Folders have other files, and files are touched without a change.
    const now = digest(this.paths);
    if (now === this.seen) return;
    this.seen = now;
    this.onChange();
  }
}

/** What the files hold; one that cannot be read holds nothing. */
function digest(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    let content: Buffer;
    try {
      content = readFileSync(path);
    } catch {
      content = Buffer.alloc(0);
    }
    hash.update(`${content.length}:`).update(content);
  }
  return hash.digest("hex");
}

function folderOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return slash < 0 ? "." : path.slice(0, slash + 1);
}

function unwatchable(folder: string, error: unknown): TlsError {
  const advice = "it must exist, and the system allows a limited number of watches";
  return new TlsError("ERR_TLS_FILE", `cannot watch ${folder}; ${advice}`, { cause: error });
}
