/**
 * Attempts whose every end a test decides.
 *
 * @module
 */
import { AddressMemory } from "../../src/address-memory.ts";
import { type AttemptOptions, ConnectionAttempts } from "../../src/connection-attempts.ts";
import type { DialAttempt } from "../../src/errors.ts";
import type { NameAnswer } from "../../src/name-resolver.ts";
import { VirtualTime } from "../virtual-time.ts";

type Done = (error: Error | null, connection?: string) => void;

export class Attempting {
  readonly time: VirtualTime = new VirtualTime();
  readonly memory: AddressMemory;
  readonly attempts: ConnectionAttempts<string>;
  /** `250 open 192.0.2.1`: what happened, and when. */
  readonly log: string[] = [];
  failure: { readonly attempts: readonly DialAttempt[]; readonly error: Error | null } | null = null;
  private readonly open: Map<string, Done> = new Map();

  constructor(options: Partial<AttemptOptions<string>> = {}) {
    this.memory = options.memory ?? new AddressMemory();
    this.attempts = new ConnectionAttempts<string>({
      open: (address, done) => {
        this.say("open", address);
        this.open.set(address, done);
        return () => this.say("close", address);
      },
      allow: () => true,
      time: this.time,
      memory: this.memory,
      attemptDelayMs: 250,
      resolutionDelayMs: 50,
      onFirst: () => {},
      onConnected: (address) => this.say("connected", address),
      onFailed: (attempts, error) => {
        this.failure = { attempts, error };
        this.say("failed", attempts.map(({ address }) => address).join(" "));
      },
      ...options,
    });
  }

  /** The resolver says something. */
  answer(family: 0 | 4 | 6, ...addresses: string[]): this {
    this.attempts.add({ family, addresses, ttlMs: -1, error: addresses.length > 0 ? null : nothing("ENODATA") });
    return this;
  }

  tell(answer: NameAnswer): this {
    this.attempts.add(answer);
    return this;
  }

  connect(address: string): this {
    this.open.get(address)?.(null, address);
    return this;
  }

  refuse(address: string): this {
    this.open.get(address)?.(nothing("ECONNREFUSED"));
    return this;
  }

  pass(ms: number): this {
    this.time.advance(ms);
    return this;
  }

  private say(what: string, address: string): void {
    this.log.push(`${this.time.now()} ${what} ${address}`);
  }
}

export function nothing(code: string): Error {
  return Object.assign(new Error(code), { code });
}
