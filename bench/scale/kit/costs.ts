/** What one thing costs the part that does it, in milliseconds of that part. */
export interface Costs {
  /** A step at its node: frame, transition, reply. */
  readonly stepMs: number
  /** A record line that the relay of a node publishes: encoding, and its acknowledgement. */
  readonly relayMs: number
  /** A record line at a broker that keeps it once. */
  readonly lineMs: number
  /** A record line at a broker of a cluster that keeps it three times. */
  readonly replicatedLineMs: number
  /** A message of a broker to one consumer. */
  readonly deliveryMs: number
  /** Job of a scorer and its result, both kept by the broker. */
  readonly jobMs: number
  /** A value of the directory that is set if it has not changed. */
  readonly claimMs: number
  /** A line of a shard that a node restores from the feed. */
  readonly restoreMs: number
}

/**
 * Measured on two cores that client, server and broker shared. `stepMs` is the processor time of the server for a
 * page of 2 KB (docs/clients.md#speed); the others are of NATS 2.15 with its Node client: 1-KB lines at 18.5k/s with
 * 250 in flight, 5.4k/s in a cluster of three, 45k/s consumed; jobs of 12.8 KB there and back at 3.0k/s; a change of a key
 * and its answer at 3.8k/s, one at a time; 100,000 lines restored in 1.6 s. A broker's rate was measured with its client on the
 * same cores: `relayMs` takes the same time again for the client, so that neither is flattered.
 */
export const MEASURED: Costs = {
  stepMs: 0.059,
  relayMs: 0.054,
  lineMs: 0.054,
  replicatedLineMs: 0.185,
  deliveryMs: 0.0222,
  jobMs: 0.333,
  claimMs: 0.263,
  restoreMs: 0.016,
}
