/**
 * The frames of zstd (RFC 8878 §3.1), as far as their outside goes: where frames and blocks begin and end.
 *
 * Nothing is decompressed here. Decoders differ in what they make of a second frame, of octets after the last one and
 * of large windows; walked first, all of them get the same and give the same.
 *
 * @module
 */

/** What a frame may ask a decoder to remember, octets: more is refused in a content coding (RFC 9659 §3). */
export const MAX_ZSTD_WINDOW = 8_388_608;

/** What {@link ZstdFrames.walk} stopped at. */
export type ZstdUnit = "more" | "header" | "block" | "frame";

/** The octets are not frames of zstd, or not such as a content coding allows. */
export class ZstdFrameError extends Error {
  override readonly name = "ZstdFrameError";
  /** Whether frames before this were whole, so that it is what follows them that is wrong. */
  readonly afterFrame: boolean;

  constructor(message: string, afterFrame: boolean) {
    super(message);
    this.afterFrame = afterFrame;
  }
}

const MAGIC = 0;
const SKIPPABLE_SIZE = 1;
const DESCRIPTOR = 2;
const HEADER = 3;
const BLOCK_HEADER = 4;
const DATA = 5;

/** Walks over frames; cut anywhere. */
export class ZstdFrames {
  /** The window of the present frame, octets. */
  window: number;
  /** What the last {@link walk} stopped at; `more` when it took all it was given without coming to an end. */
  unit: ZstdUnit;
  private state: number;
  private frames: number;
  private field: number[];
  private wanted: number;
  private descriptor: number;
  private left: number;
  private lastBlock: boolean;
  private after: ZstdUnit;

  constructor() {
    this.window = 0;
    this.unit = "more";
    this.state = MAGIC;
    this.frames = 0;
    this.field = [];
    this.wanted = 4;
    this.descriptor = 0;
    this.left = 0;
    this.lastBlock = false;
    this.after = "more";
  }

  /** Whether the octets so far are whole frames, at least one. */
  get whole(): boolean {
    return this.state === MAGIC && this.field.length === 0 && this.frames > 0;
  }

  /**
   * Goes on to the end of the present unit: a frame's header, a block, a frame.
   *
   * @returns the offset after it, or `end`; {@link unit} tells
   * @throws ZstdFrameError on what is no frame, and on a window above {@link MAX_ZSTD_WINDOW}
   */
  walk(bytes: Uint8Array, at: number, end: number): number {
    this.unit = "more";
    let offset = at;
    while (offset < end) {
      if (this.state === DATA) {
        const taken = Math.min(this.left, end - offset);
        this.left -= taken;
        offset += taken;
        if (this.left > 0) break;
        this.dataEnded();
        return offset;
      }
      this.field.push(bytes[offset++] as number);
      if (this.state === MAGIC) this.checkMagic();
      if (this.field.length === this.wanted && this.fieldEnded()) return offset;
    }
    return offset;
  }

  /** As soon as octets cannot become a magic number, so that no decoder sees them and says something else. */
  private checkMagic(): void {
    const { field } = this;
    const at = field.length - 1;
    const octet = field[at] as number;
    const first = field[0] as number;
    const fits = first >> 4 === 5 ? at === 0 || octet === SKIPPABLE_MAGIC[at] : octet === FRAME_MAGIC[at];
    if (!fits) throw new ZstdFrameError("a frame begins with 28 b5 2f fd", this.frames > 0);
  }

  /** A field is complete; true if a unit is. */
  private fieldEnded(): boolean {
    const { field } = this;
    switch (this.state) {
      case MAGIC:
        if (field[0] === FRAME_MAGIC[0]) this.expect(DESCRIPTOR, 1);
        else this.expect(SKIPPABLE_SIZE, 4);
        return false;
      case SKIPPABLE_SIZE:
        return this.data(littleEndian(field, 0, 4), "frame");
      case DESCRIPTOR: {
        this.descriptor = field[0] as number;
        if ((this.descriptor & RESERVED) !== 0) throw new ZstdFrameError("a reserved bit is set", false);
        const size = windowOctets(this.descriptor) + dictionaryOctets(this.descriptor) + sizeOctets(this.descriptor);
        this.expect(HEADER, size);
        return false;
      }
      case HEADER:
        this.header();
        this.expect(BLOCK_HEADER, 3);
        this.unit = "header";
        return true;
      default:
        return this.blockHeader();
    }
  }

  /** RFC 8878 §3.1.1.1. The header has one octet at least: a single segment has its size, others their window. */
  private header(): void {
    const { descriptor, field } = this;
    const size = sizeOctets(descriptor);
    const dictionary = dictionaryOctets(descriptor);
    const windowEnd = windowOctets(descriptor);
    if (littleEndian(field, windowEnd, windowEnd + dictionary) !== 0)
      throw new ZstdFrameError("it needs a dictionary", false);
    if (windowEnd === 1) {
      const octet = field[0] as number;
      const base = 2 ** (10 + (octet >> 3));
      this.window = base + (base / 8) * (octet & 7);
    } else {
      const start = windowEnd + dictionary;
      this.window = littleEndian(field, start, start + size) + (size === 2 ? 256 : 0);
    }
    if (this.window > MAX_ZSTD_WINDOW)
      throw new ZstdFrameError(`it wants a window of ${this.window} octets, above ${MAX_ZSTD_WINDOW}`, false);
  }

  /** RFC 8878 §3.1.1.2. */
  private blockHeader(): boolean {
    const header = littleEndian(this.field, 0, 3);
    this.lastBlock = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3) throw new ZstdFrameError("a block has the reserved type", false);
    if (size > MAX_BLOCK) throw new ZstdFrameError(`a block of ${size} octets, above ${MAX_BLOCK}`, false);
    return this.data(type === RLE ? 1 : size, "block");
  }

  private dataEnded(): void {
    const { after } = this;
    this.unit = after;
    if (after === "frame") {
      this.frames++;
      this.expect(MAGIC, 4);
    } else if (!this.lastBlock) this.expect(BLOCK_HEADER, 3);
    else if ((this.descriptor & CHECKSUM) !== 0) this.data(4, "frame");
    else {
      this.unit = "frame";
      this.frames++;
      this.expect(MAGIC, 4);
    }
  }

  private data(octets: number, after: ZstdUnit): boolean {
    this.field.length = 0;
    this.state = DATA;
    this.left = octets;
    this.after = after;
    if (octets > 0) return false;
    this.dataEnded();
    return true;
  }

  private expect(state: number, octets: number): void {
    this.field.length = 0;
    this.state = state;
    this.wanted = octets;
  }
}

const FRAME_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** The first octet is 50 to 5f (RFC 8878 §3.1.2). */
const SKIPPABLE_MAGIC = [0x50, 0x2a, 0x4d, 0x18];
const RESERVED = 0x08;
const CHECKSUM = 0x04;
const SINGLE_SEGMENT = 0x20;
const RLE = 1;
/** RFC 8878 §3.1.1.2.4. */
const MAX_BLOCK = 131_072;

function windowOctets(descriptor: number): number {
  return (descriptor & SINGLE_SEGMENT) === 0 ? 1 : 0;
}

function dictionaryOctets(descriptor: number): number {
  return [0, 1, 2, 4][descriptor & 3] as number;
}

function sizeOctets(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 ? 1 - windowOctets(descriptor) : 2 ** flag;
}

function littleEndian(octets: readonly number[], start: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= start; i--) value = value * 256 + (octets[i] as number);
  return value;
}
