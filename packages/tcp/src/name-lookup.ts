/**
 * The addresses of a name for who does not connect himself, but has a proxy do it.
 *
 * @module
 */
import { AddressMemory } from "./address-memory.ts";
import { selectAddresses } from "./address-selection.ts";
import { refusal } from "./connection-attempts.ts";
import { systemTime } from "./dial-time.ts";
import { nameError, notAllowed, TcpError } from "./errors.ts";
import { canonicalIpAddress } from "./ip-address.ts";
import { sharedNames } from "./name-cache.ts";
import { checkedAnswer, isNegative, loopbackAddresses, type NameAnswer, type NameResolver } from "./name-resolver.ts";
import { checkHost } from "./open-socket.ts";

/** How to look a name up. As of {@link DialOptions}. */
export interface LookupOptions {
  readonly resolver?: NameResolver;
  readonly allowAddress?: (address: string) => boolean;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks up what a host may be connected to as, the best first: an address is that one, a name all that it has and that
 * `allowAddress` is for. Given one of them instead of the name, a proxy connects to what was judged (S120).
 *
 * @throws {@link TcpError} `ERR_DIAL_NOT_ALLOWED`, `ERR_DIAL_ABORTED`, `ERR_DNS`, `ERR_DNS_NOT_FOUND`, `ERR_DNS_TIMEOUT`;
 *   RangeError when the host is neither a name nor an address
 *
 * @example
 * ```ts
 * const [host = ""] = await lookupHost("example.com", { allowAddress: publicOnly });
 * await dial("proxy.example:1080", (carrier) => new LineClient(carrier), { tunnel: socks5({ host, port: 7 }) });
 * ```
 */
export async function lookupHost(host: string, options: LookupOptions = {}): Promise<string[]> {
  checkHost(host);
  const { allowAddress = () => true } = options;
  const literal = canonicalIpAddress(host);
  const found = literal !== null ? [literal] : (loopbackAddresses(host) ?? (await ask(host, options)));
  const allowed = found.filter((address) => refusal(address, allowAddress) === null);
  if (allowed.length === 0) throw notAllowed(host, `${found.join(", ")} is not allowed`, { cause: null });
  return selectAddresses(allowed, new AddressMemory(), 0);
}

function ask(host: string, options: LookupOptions): Promise<readonly string[]> {
  const { resolver = sharedNames, timeoutMs = 10_000, signal } = options;
  return new Promise((resolve, reject) => {
    const answers: NameAnswer[] = [];
    const settle = (): void => {
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    const onAbort = (): void =>
      fail(new TcpError("ERR_DIAL_ABORTED", `looking up ${host} was aborted`, { cause: signal?.reason }));
    const cancelTimer = systemTime.after(timeoutMs, () =>
      fail(new TcpError("ERR_DNS_TIMEOUT", `the addresses of ${host} were not known within ${timeoutMs} ms`)),
    );
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      resolver.resolve(host, (answer) => {
        answers.push(checkedAnswer(answer));
        if (answer.family !== 0 && answers.length < 2) return;
        const error = answers.find((one) => one.error !== null && !isNegative(one.error))?.error ?? answers[0]?.error;
        // IPv6 first (RFC 6724 §2.1), in whichever order they came.
        const addresses = answers.sort((a, b) => b.family - a.family).flatMap((one) => one.addresses);
        settle();
        if (addresses.length > 0) resolve(addresses);
        else reject(nameError(host, error ?? null, isNegative(error ?? null)));
      });
    } catch (error) {
      fail(error as Error);
    }
  });
}
