/**
 * Responses that were said a moment ago, to be said again.
 *
 * A handler gives the same fields, and often the same short text, over and
 * over; to check and join them costs more than all else that an answer needs.
 * What decides a head is compared whole, string by string, so what is found is
 * what would have been made. The memory is bounded, and only what comes twice
 * in a row is kept, so what differs each time (cookies, validators) is not.
 *
 * @module
 */

/** Responses that are kept, in all of the process; a power of two. */
const ENTRIES = 64;
/** Longer ones are made anew. */
const MAX_TEXT = 2_048;

/**
 * A response of HTTP/1.1 on a connection that persists, to a method that has content: its head, perhaps with its
 * content, and how the head delimits the content (see `ResponseFrame`).
 */
export class KnownHead {
  readonly text: string;
  readonly kind: number;
  readonly length: number;
  readonly status: number;
  readonly fields: readonly string[];
  readonly octets: number;
  readonly second: number;
  readonly content: string;

  constructor(
    text: string,
    kind: number,
    length: number,
    status: number,
    fields: readonly string[],
    octets: number,
    second: number,
    content: string,
  ) {
    this.text = text;
    this.kind = kind;
    this.length = length;
    this.status = status;
    this.fields = fields;
    this.octets = octets;
    this.second = second;
    this.content = content;
  }
}

export class HeadMemo {
  private readonly entries: (KnownHead | null)[];
  /** By place: the string that tells one response from the next, of the one that was made last. */
  private readonly made: string[];

  constructor() {
    this.entries = new Array<KnownHead | null>(ENTRIES).fill(null);
    this.made = new Array<string>(ENTRIES).fill("");
  }

  /**
   * @param fields - the handler's, as a flat list
   * @param octets - the content's length, -1 when it is not known yet
   * @param second - of the Date field
   * @param content - ASCII that travels with the head; "" to find the head alone
   */
  find(status: number, fields: readonly string[], octets: number, second: number, content: string): KnownHead | null {
    const known = this.entries[place(status, fields, octets, content)] as KnownHead | null;
    if (known === null || known.second !== second || known.octets !== octets || known.status !== status) return null;
    const { length } = fields;
    if (known.content !== content || known.fields.length !== length) return null;
    for (let i = 0; i < length; i++) if (known.fields[i] !== fields[i]) return null;
    return known;
  }

  /** A head was made: it is kept if that was the second time in a row. */
  offer(
    head: string,
    kind: number,
    length: number,
    status: number,
    fields: readonly string[],
    octets: number,
    second: number,
    content: string,
  ): void {
    const at = place(status, fields, octets, content);
    const telling = content !== "" || fields.length === 0 ? content : (fields[fields.length - 1] as string);
    if (this.made[at] !== telling) {
      this.made[at] = telling;
      return;
    }
    if (head.length + content.length > MAX_TEXT) return;
    const text = [head, content].join(""); // flat: a rope would be flattened each time it is written
    this.entries[at] = new KnownHead(text, kind, length, status, fields.slice(), octets, second, content);
  }
}

/** Heads alone and those with content have places of their own. */
function place(status: number, fields: readonly string[], octets: number, content: string): number {
  return (status + fields.length * 5 + octets * 2 + (content === "" ? 0 : 1)) & (ENTRIES - 1);
}
