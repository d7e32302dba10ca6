import type { JetStreamClient, JetStreamManager, StoredMsg, StreamConfig } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { isNameInUse, isNotFound, isOtherSequence, NO_ENTRY, reasonToWait, refusalOf, unavailable } from './failures.ts'

/** A connection to NATS with JetStream, and the names that are used there. */
export interface NatsLink {
  readonly connection: NatsConnection
  readonly jetstream: JetStreamClient
  readonly manager: JetStreamManager
  /** Begins the names of streams. */
  readonly prefix: string
  /** Aborted once the connection is closed for good, with a GymError as its reason. */
  readonly lost: AbortSignal
  /** Says why something waits, each reason once in a while. */
  readonly waits: (reason: string) => void
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
 * @param onWait called with the reason why something waits, each once in a while
 * @throws GymError BUS_UNAVAILABLE; CONFIG_INVALID for another address
 */
export async function connectNats(address: string, onWait: (reason: string) => void = () => {}): Promise<NatsLink> {
  const { servers, credentials, prefix } = partsOf(address)
  const { transport, stream } = await packages()
  const connection = await transport
    .connect({ servers, ...credentials, maxReconnectAttempts: -1, reconnectTimeWait: 200, timeout: 5000 })
    .catch((thrown: unknown) => {
      if (thrown instanceof transport.AuthorizationError) throw unavailable(`${servers}: ${NO_ENTRY}`, thrown)
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
    const jetstream = stream.jetstream(connection, { timeout: 5000 })
    return { connection, manager, jetstream, prefix, headersOf, lost: lossOf(connection), waits: onceInAWhile(onWait) }
  } catch (thrown) {
    await connection.close()
    throw thrown
  }
}

/** A broker that refuses a user it let in before ends the connection for good. */
function lossOf(connection: NatsConnection): AbortSignal {
  const lost = new AbortController()
  void connection.closed().then((thrown) => {
    const closed = unavailable('the connection was closed', thrown)
    lost.abort((thrown instanceof Error ? refusalOf(thrown) : null) ?? closed)
  })
  return lost.signal
}

/** Milliseconds until a reason that has not passed is said again. */
const SAID_AGAIN_MS = 60_000

function onceInAWhile(say: (text: string) => void): (text: string) => void {
  const said = new Map<string, number>()
  return (text) => {
    const now = performance.now()
    if (now - (said.get(text) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS) return
    said.set(text, now)
    say(text)
  }
}

interface AddressParts {
  /** Without user and password, which are not repeated in messages. */
  readonly servers: string
  readonly credentials: { readonly user: string; readonly pass: string } | { readonly token: string } | null
  readonly prefix: string
}

/** @throws GymError CONFIG_INVALID */
function partsOf(address: string): AddressParts {
  const url = URL.canParse(address) ? new URL(address) : null
  const [, prefix = 'stepgym'] = /^\/?([A-Za-z0-9-]+)?$/.exec(url?.pathname ?? '/.') ?? ['', undefined]
  if (url?.protocol !== 'nats:' || url.hostname === '' || !/^\/?[A-Za-z0-9-]*$/.test(url.pathname))
    throw new GymError(
      'CONFIG_INVALID',
      'the address of a bus is nats://HOST:PORT, nats://HOST:PORT/NAME, or either with USER:PASSWORD@ before the host',
    )
  return { servers: `nats://${url.host}`, credentials: credentialsIn(url), prefix }
}

/** A user with its password, or a token in place of both. */
function credentialsIn({ username, password }: URL): AddressParts['credentials'] {
  if (username === '') return null
  try {
    const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)]
    return pass === '' ? { token: user } : { user, pass }
  } catch {
    throw new GymError(
      'CONFIG_INVALID',
      'user and password in the address of a bus are percent-encoded: write % as %25',
    )
  }
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

const RETRY_MS = 150

/**
 * What an operation returns, repeated while there is no connection, no leader, no room, or no answer.
 * @throws what `isFinal` says is an answer; GymError BUS_UNAVAILABLE for what no repetition changes, as where the user has
 *   no right to it, and once the connection is closed
 */
export async function repeated<T>(
  { connection, waits }: NatsLink,
  operation: () => Promise<T>,
  isFinal: (thrown: unknown) => boolean = isOtherSequence,
): Promise<T> {
  for (;;) {
    try {
      return await operation()
    } catch (thrown) {
      if (isFinal(thrown)) throw thrown
      const refusal = refusalOf(thrown)
      if (refusal) throw refusal
      if (connection.isClosed()) throw unavailable('the connection was closed', thrown)
      waits(reasonToWait(thrown))
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Makes a stream that may be there already. */
export async function ensureStream(link: NatsLink, config: Partial<StreamConfig> & { readonly name: string }) {
  try {
    await repeated(link, () => link.manager.streams.add(config), isNameInUse)
  } catch (thrown) {
    if (!isNameInUse(thrown)) throw thrown
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
