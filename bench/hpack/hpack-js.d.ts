/** What the benchmark uses of hpack.js, which has no types of its own: object streams, and what is below them. */
declare module "hpack.js" {
  import type { Duplex } from "node:stream";

  interface Header {
    name: string;
    value: string;
  }

  interface Compressor extends Duplex {
    write(headers: readonly Header[]): boolean;
    read(): Buffer;
  }

  interface Decompressor extends Duplex {
    execute(): void;
    read(): Header | null;
    readonly _decoder: { isEmpty(): boolean };
    _execute(): void;
  }

  const hpack: {
    readonly compressor: { create(options: object): Compressor };
    readonly decompressor: { create(options: object): Decompressor };
  };
  export = hpack;
}
