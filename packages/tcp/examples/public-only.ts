/** Connects to where a stranger says, but never into our own network; and shows what became of each address of a name. */
import { type Carrier, dial, type Engine, listen, type NameResolver, publicOnly, TcpError } from "@stack/tcp";

const quiet = (carrier: Carrier): Engine => ({
  receive() {},
  receiveEnd: () => carrier.abort(null),
  flush: () => true,
  drain: () => carrier.abort(null),
  deadline: Number.POSITIVE_INFINITY,
  onDeadline() {},
  closed() {},
});
const listener = await listen(0, { connect: quiet });
const { port } = listener.address as { port: number };

// A name server of the stranger's: first an address of ours, then one that nobody answers at.
const hostile: NameResolver = {
  resolve: (_, report) => report({ family: 0, addresses: ["127.0.0.1", "::ffff:10.0.0.1"], ttlMs: 0, error: null }),
};
for (const host of ["[::1]", "0.0.0.0", "localhost", "2130706433", "rebind.example"])
  try {
    await dial(`${host}:${port}`, quiet, { allowAddress: publicOnly, resolver: hostile });
  } catch (error) {
    if (error instanceof TcpError)
      console.log(
        `${host}: ${error.code}`,
        error.attempts.map(({ address }) => address),
      );
    else console.log(`${host}: ${(error as Error).message}`);
  }

// Without the guard both families are tried, and the one that answers wins.
const engine = await dial(`localhost:${port}`, (carrier) => Object.assign(quiet(carrier), { carrier }));
console.log(`connected to ${engine.carrier.peer.address}`);
engine.carrier.abort(null);
await listener.close();
