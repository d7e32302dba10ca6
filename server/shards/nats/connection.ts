import type { JetStreamClient, JetStreamManager, StoredMsg, StreamConfig } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { GymError, messageOf } from '../../../core/data/errors.ts'

/** A connection to NATS with JetStream, and the names that are used there. */
export interface NatsLink {
  readonly connection: NatsConnection
  readonly jetstream: JetStreamClient
  readonly manager: JetStreamManager
  /** Begins the names of streams. */
  readonly prefix: string
  /** Headers of a message. */
  headersOf(values: Readonly<Record<string, string | number>>): MsgHdrs
}

/** Stream names have no dots, subjects have them. */
export const subjectOf = ({ prefix }: NatsLink, ...tokens: readonly string[]): string => [prefix, ...tokens].join('.')
export const streamOf = ({ prefix }: NatsLink, ...tokens: readonly string[]): string => [prefix, ...tokens].join('_')

/** The first that can do what is used here. */
const OLDEST = [2, 9] as const

/**
 * Connects to `nats://HOST:PORT/NAME`, whose name keeps the streams of several clusters apart. Once connected, it
 * connects again whenever the broker was away. The packages are loaded here, and nowhere before.
 * @throws GymError BUS_UNAVAILABLE; CONFIG_INVALID for another address
 */
export async function connectNats(address: string): Promise<NatsLink> {
  const { servers, prefix } = partsOf(address)
  const { transport, stream } = await packages()
  const connection = await transport
    .connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 200, timeout: 5000 })
    .catch((thrown: unknown) => {
      throw unavailable(`${servers} does not answer (${messageOf(thrown)}): start it with nats-server -js`, thrown)
    })
  try {
    expectVersion(servers, connection.info?.version ?? '0')
    const manager = await stream.jetstreamManager(connection, { checkAPI: false, timeout: 5000 })
    await expectJetStream(servers, manager)
    const headersOf: NatsLink['headersOf'] = (values) => {
      const headers = transport.headers()
      for (const [name, value] of Object.entries(values)) headers.set(name, String(value))
      return headers
    }
    return { connection, manager, jetstream: stream.jetstream(connection, { timeout: 5000 }), prefix, headersOf }
  } catch (thrown) {
    await connection.close()
    throw thrown
  }
}

/** Password and name of a user may be in an address: they are not repeated in messages. */
function partsOf(address: string): { readonly servers: string; readonly prefix: string } {
  const url = URL.canParse(address) ? new URL(address) : null
  const [, prefix = 'stepgym'] = /^\/?([A-Za-z0-9-]+)?$/.exec(url?.pathname ?? '/.') ?? ['', undefined]
  if (url?.protocol !== 'nats:' || url.hostname === '' || !/^\/?[A-Za-z0-9-]*$/.test(url.pathname))
    throw new GymError('CONFIG_INVALID', 'the address of a bus is nats://HOST:PORT, or nats://HOST:PORT/NAME')
  return { servers: address.slice(0, address.length - url.pathname.length), prefix }
}

async function packages() {
  try {
    return { transport: await import('@nats-io/transport-node'), stream: await import('@nats-io/jetstream') }
  } catch (thrown) {
    throw unavailable('install the client: npm install @nats-io/transport-node @nats-io/jetstream', thrown)
  }
}

function expectVersion(servers: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw unavailable(`${servers} is nats-server ${version}, and the oldest that works is ${OLDEST.join('.')}: update it`)
}

async function expectJetStream(servers: string, manager: JetStreamManager): Promise<void> {
  await manager.getAccountInfo().catch((thrown: unknown) => {
    throw unavailable(`${servers} has no JetStream (${messageOf(thrown)}): start it with nats-server -js`, thrown)
  })
}

export const unavailable = (what: string, cause?: unknown): GymError =>
  new GymError('BUS_UNAVAILABLE', `the message bus cannot be used: ${what}`, { cause })

/** Numbers of errors in answers of JetStream. */
const NOT_FOUND = [10037, 10059]
const OTHER_SEQUENCE = [10071, 10164]
const NAME_IN_USE = 10058

/** Number of the error that JetStream answered with; null for any other failure. */
const apiCodeOf = (thrown: unknown): number | null =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : null

/** Whether a message was refused because another came before it. */
export const isOtherSequence = (thrown: unknown): boolean => OTHER_SEQUENCE.includes(apiCodeOf(thrown) ?? 0)
const isNotFound = (thrown: unknown): boolean => NOT_FOUND.includes(apiCodeOf(thrown) ?? 0)

const RETRY_MS = 150

/**
 * What an operation returns, repeated while there is no connection, no leader, no room, or no answer.
 * @throws what `isFinal` says no repetition changes; GymError BUS_UNAVAILABLE once the connection is closed
 */
export async function repeated<T>(
  { connection }: NatsLink,
  operation: () => Promise<T>,
  isFinal: (thrown: unknown) => boolean = isOtherSequence,
): Promise<T> {
  for (;;) {
    try {
      return await operation()
    } catch (thrown) {
      if (thrown instanceof GymError || isFinal(thrown)) throw thrown
      if (connection.isClosed()) throw unavailable('the connection was closed', thrown)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Makes a stream that may be there already. */
export async function ensureStream(link: NatsLink, config: Partial<StreamConfig> & { readonly name: string }) {
  const isInUse = (thrown: unknown): boolean => apiCodeOf(thrown) === NAME_IN_USE
  try {
    await repeated(link, () => link.manager.streams.add(config), isInUse)
  } catch (thrown) {
    if (!isInUse(thrown)) throw thrown
  }
}

/** The last message of a subject; null for none, or without the stream. */
export async function lastMessage(link: NatsLink, stream: string, subject: string): Promise<StoredMsg | null> {
  try {
    const get = () => link.manager.streams.getMessage(stream, { last_by_subj: subject })
    return await repeated(link, get, isNotFound)
  } catch (thrown) {
    if (isNotFound(thrown)) return null
    throw thrown
  }
}

/** The last number of a stream; 0 without it. */
export async function lastSequence(link: NatsLink, stream: string): Promise<number> {
  try {
    const { state } = await repeated(link, () => link.manager.streams.info(stream), isNotFound)
    return state.last_seq
  } catch (thrown) {
    if (isNotFound(thrown)) return 0
    throw thrown
  }
}

/** Nanoseconds, as JetStream counts. */
export const nanos = (ms: number): number => ms * 1_000_000
