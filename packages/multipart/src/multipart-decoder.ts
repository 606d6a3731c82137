/**
 * The multipart syntax (RFC 2046 §5.1): where parts begin and end.
 *
 * Octets in, ranges out, cut anywhere; in time proportional to the octets, whatever they are. What the head of a part
 * says is not looked at here.
 *
 * @module
 */
import { isBoundary } from "./boundary.ts";
import { MultipartError } from "./errors.ts";
import { MAX_HEAD_OCTETS, tooMuch } from "./limits.ts";

/** What a {@link MultipartDecoder} reports. */
export interface MultipartVisitor {
  /** The header section of a part, each line with its CR LF, without the empty line. The visitor's own. */
  onPartHead(head: Uint8Array): void;
  /** Content octets of the part, `bytes[start, end)`, borrowed: valid until this call returns. */
  onPartContent(bytes: Uint8Array, start: number, end: number): void;
  onPartEnd(): void;
  /** The close delimiter: there is no further part. */
  onClose(): void;
}

const CONTENT = 0;
const DELIMITER = 1;
const PADDING = 2;
const DELIMITER_LF = 3;
const CLOSING = 4;
const HEAD = 5;
const EPILOGUE = 6;

/**
 * Takes multipart content apart.
 *
 * @example
 * ```ts
 * let octets = 0;
 * const decoder = new MultipartDecoder("a-boundary", {
 *   onPartHead: (head) => console.log(parsePartHead(head).name),
 *   onPartContent: (_, start, end) => {
 *     octets += end - start;
 *   },
 *   onPartEnd: () => console.log(octets),
 *   onClose: () => {},
 * });
 * for (let offset = 0; offset < bytes.length; ) offset = decoder.decode(bytes, offset, bytes.length);
 * ```
 */
export class MultipartDecoder {
  private readonly visitor: MultipartVisitor;
  private readonly maxHeadOctets: number;
  /** CR LF "--" boundary. */
  private readonly delimiter: Uint8Array;
  /** By octet: how far a delimiter may be moved on when this octet stands where its last one would. */
  private readonly skips: Uint8Array;
  private state: number;
  /** Octets of the delimiter that the content so far ends with. */
  private matched: number;
  /** How many of them are no content even if the rest does not follow: the line end before the first delimiter. */
  private implied: number;
  private inPart: boolean;
  private padding: number;
  private head: Uint8Array;
  private headOctets: number;
  private lineOctets: number;

  /** @throws TypeError when `boundary` is none */
  constructor(boundary: string, visitor: MultipartVisitor, maxHeadOctets: number = MAX_HEAD_OCTETS) {
    if (!isBoundary(boundary)) throw new TypeError("a boundary is 1 to 70 characters of those in RFC 2046 §5.1.1");
    this.visitor = visitor;
    this.maxHeadOctets = maxHeadOctets;
    this.delimiter = Uint8Array.from(`\r\n--${boundary}`, (character) => character.charCodeAt(0));
    this.skips = skipsOf(this.delimiter);
    this.state = CONTENT; // of the preamble, which means nothing
    this.matched = 2; // the first delimiter needs no line end before it
    this.implied = 2;
    this.inPart = false;
    this.padding = 0;
    this.head = NOTHING;
    this.headOctets = 0;
    this.lineOctets = 0;
  }

  /** The close delimiter has come. */
  get closed(): boolean {
    return this.state === EPILOGUE;
  }

  /**
   * Decodes `bytes[at, end)`. It returns early after the head and after the end of a part, for the visitor to decide
   * what comes next.
   *
   * @returns the offset of the first octet not consumed
   * @throws MultipartError `ERR_MULTIPART_SYNTAX`, `ERR_MULTIPART_LIMIT`
   */
  decode(bytes: Uint8Array, at: number, end: number): number {
    let offset = at;
    while (offset < end) {
      switch (this.state as number) {
        case CONTENT: {
          const inPart = this.inPart;
          offset = this.content(bytes, offset, end);
          if (this.state === DELIMITER && inPart) return offset;
          break;
        }
        case HEAD:
          offset = this.headSection(bytes, offset, end);
          if (this.state === CONTENT) return offset;
          break;
        case EPILOGUE:
          return end;
        default:
          this.delimiterEnd(bytes[offset++] as number);
      }
    }
    return offset;
  }

  /** Content up to the next delimiter. Only the delimiter's first octet is CR, so no match can begin within another. */
  private content(bytes: Uint8Array, at: number, end: number): number {
    const { delimiter } = this;
    const carried = this.matched;
    let from = at; // content from here on has not been reported
    let offset = at;
    for (;;) {
      if (this.matched === 0) {
        offset = this.search(bytes, offset, end);
        if (offset === end) {
          this.report(bytes, from, end);
          return end;
        }
        offset++; // past the CR
        this.matched = 1;
      }
      while (offset < end && this.matched < delimiter.length && bytes[offset] === delimiter[this.matched]) {
        offset++;
        this.matched++;
      }
      const begun = offset - this.matched; // before `at` if the match began in octets given earlier
      if (this.matched === delimiter.length) {
        this.state = DELIMITER;
        this.matched = 0;
        this.report(bytes, from, Math.max(from, begun));
        if (this.inPart) {
          this.inPart = false;
          this.visitor.onPartEnd();
        }
        return offset;
      }
      if (offset === end) {
        this.report(bytes, from, Math.max(from, begun));
        return end;
      }
      if (begun < at) {
        // It was content after all, and its octets are those of the delimiter.
        this.report(delimiter, this.implied, carried);
        from = at;
      }
      this.implied = 0;
      this.matched = 0;
    }
  }

  /**
   * Where a delimiter begins, or the CR from which one may begin beyond the end; `end` for neither.
   *
   * Horspool's search: most octets are not looked at, 10 times as fast as looking for each CR (bench/multipart). It is
   * linear here whatever the content: a delimiter is compared only where its CR stands, and CR stands in it only once.
   */
  private search(bytes: Uint8Array, at: number, end: number): number {
    const { delimiter, skips } = this;
    const last = delimiter.length - 1;
    const lastOctet = delimiter[last];
    let offset = at;
    while (offset + last < end) {
      const octet = bytes[offset + last] as number;
      if (octet === lastOctet && bytes[offset] === CR) {
        let same = 1;
        while (same < last && bytes[offset + same] === delimiter[same]) same++;
        if (same === last) return offset;
      }
      offset += skips[octet] as number;
    }
    while (offset < end && bytes[offset] !== CR) offset++;
    return Math.min(offset, end);
  }

  private report(bytes: Uint8Array, start: number, end: number): void {
    if (this.inPart && end > start) this.visitor.onPartContent(bytes, start, end);
  }

  /** What follows a delimiter: padding and a line end, or "--". Anything else is read differently by each reader. */
  private delimiterEnd(octet: number): void {
    if (this.state === CLOSING) {
      if (octet !== DASH) throw afterBoundary();
      this.state = EPILOGUE;
      this.visitor.onClose();
    } else if (this.state === DELIMITER_LF) {
      if (octet !== LF) throw afterBoundary();
      this.state = HEAD;
      this.headOctets = 0;
      this.lineOctets = 0;
    } else if (octet === CR) {
      this.state = DELIMITER_LF;
      this.padding = 0;
    } else if (octet === DASH && this.state === DELIMITER) this.state = CLOSING;
    else if (octet === SPACE || octet === TAB) {
      this.state = PADDING;
      if (++this.padding > MAX_PADDING) throw tooMuch(`more than ${MAX_PADDING} octets of padding follow a boundary`);
    } else throw afterBoundary();
  }

  private headSection(bytes: Uint8Array, at: number, end: number): number {
    for (let offset = at; offset < end; offset++) {
      const octet = bytes[offset] as number;
      if (this.headOctets === this.head.length) this.growHead();
      this.head[this.headOctets++] = octet;
      this.lineOctets++;
      if (octet !== LF) continue;
      if (this.lineOctets < 2 || this.head[this.headOctets - 2] !== CR)
        throw new MultipartError("ERR_MULTIPART_SYNTAX", "a line in the head of a part ends without CR");
      if (this.lineOctets === 2) {
        const head = this.head.slice(0, this.headOctets - 2);
        this.state = CONTENT;
        this.inPart = true;
        // The empty line may itself be the line end of the next delimiter: a part of a head alone (RFC 2046 §5.1.1).
        this.matched = 2;
        this.implied = 2;
        this.visitor.onPartHead(head);
        return offset + 1;
      }
      this.lineOctets = 0;
    }
    return end;
  }

  private growHead(): void {
    const room = this.maxHeadOctets + 2;
    if (this.head.length >= room) throw tooMuch(`the head of a part is larger than ${this.maxHeadOctets} octets`);
    const grown = new Uint8Array(Math.min(room, Math.max(256, this.head.length * 2)));
    grown.set(this.head);
    this.head = grown;
  }
}

function skipsOf(delimiter: Uint8Array): Uint8Array {
  const last = delimiter.length - 1;
  const skips = new Uint8Array(256).fill(delimiter.length);
  for (let i = 0; i < last; i++) skips[delimiter[i] as number] = last - i;
  return skips;
}

function afterBoundary(): MultipartError {
  return new MultipartError(
    "ERR_MULTIPART_SYNTAX",
    "a boundary is followed by something other than a line end or --: choose one that is not in the content",
  );
}

/** Octets of padding after a boundary; senders must not add any (RFC 2046 §5.1.1). */
const MAX_PADDING = 256;
const NOTHING: Uint8Array = new Uint8Array(0);
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DASH = 0x2d;
