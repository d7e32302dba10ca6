import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { type Identity, Keyring, type Role, type Token } from '../roles.ts'

export interface GateSettings {
  readonly keyring: Keyring
  /** Host names, without port, that requests may be for; null for any. */
  readonly hosts: readonly string[] | null
  /** Origins of web pages that may connect, beside the server's own. */
  readonly origins: readonly string[]
}

/** A request that was let in. */
export interface AdmittedRequest {
  readonly identity: Identity
  readonly role: Role
  readonly address: Address
}

export const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/** Who may connect, as the settings of a server say it. */
export interface Admission {
  /** Without tokens everybody who can connect is a trainer. */
  readonly tokens?: readonly Token[]
  /** Host names beside the loopback names. @default with tokens any, else none */
  readonly hosts?: readonly string[]
  /** Origins of web pages that may connect. */
  readonly origins?: readonly string[]
}

/** The gate of a server that listens on an address. @throws GymError CONFIG_INVALID for an open address without tokens */
export function gateOf({ tokens = [], hosts, origins = [] }: Admission, host: string): GateSettings {
  const keyring = new Keyring(tokens)
  const isLoopback = LOOPBACK_NAMES.includes(host) || host === '::1'
  if (!isLoopback && keyring.isEmpty)
    throw new GymError('CONFIG_INVALID', `${host} can be reached from outside: set tokens, or listen on 127.0.0.1`)
  const isOpen = !keyring.isEmpty && hosts === undefined
  const named = [...LOOPBACK_NAMES, ...(hosts ?? [])].map((name) => name.toLowerCase())
  return { keyring, origins, hosts: isOpen ? null : named }
}

/**
 * Lets a request in. A web page must not reach a server on the machine of its reader: not under a name that leads there
 * (`Host`), and not from another site (`Origin`).
 * @throws GymError ORIGIN_FOREIGN, UNAUTHORIZED, FRAME_INVALID
 */
export function admitRequest({ keyring, hosts, origins }: GateSettings, request: IncomingMessage): AdmittedRequest {
  const { host, origin } = request.headers
  expectHost(host, hosts)
  expectOrigin(origin, host, origins)
  const address = readAddress(request.url ?? '/')
  const identity = keyring.identify(address.token ?? tokenIn(request.headers))
  return { address, identity, role: identity.role }
}

/** The token in the headers: `Authorization: Bearer TOKEN`, or `X-API-Key`, where clients of the Open Reward Standard have it. */
function tokenIn({ authorization, 'x-api-key': key }: IncomingHttpHeaders): string | null {
  const [, bearer = null] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  return bearer ?? (typeof key === 'string' && key !== '' ? key : null)
}

/**
 * Lets the request of a browser in whose person is known otherwise than by a token: by its host name and origin alone.
 * @throws GymError ORIGIN_FOREIGN
 */
export function admitBrowser({ hosts, origins }: GateSettings, { headers }: Pick<IncomingMessage, 'headers'>): void {
  expectHost(headers.host, hosts)
  expectOrigin(headers.origin, headers.host, origins)
}

function expectHost(host: string | undefined, hosts: readonly string[] | null): void {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase()
  if (hosts === null || hosts.includes(name)) return
  throw new GymError('ORIGIN_FOREIGN', `this server is not ${shown(name, 100)}: allow the host name with --allow-host`)
}

function expectOrigin(origin: string | undefined, host: string | undefined, origins: readonly string[]): void {
  if (origin === undefined || origins.includes(origin)) return
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return
  throw new GymError(
    'ORIGIN_FOREIGN',
    `pages of ${shown(origin, 100)} must not connect: the server names the origins that it allows (stepgym serve --origin)`,
  )
}

/** An address as the server reads it. */
export interface Address {
  /** Decoded, without the token: none, what is asked for, or an environment and that. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  /** From `/t/TOKEN/...`, for clients that can set no header. */
  readonly token: string | null
  /** Fit for a log: without the token. */
  readonly shown: string
}

const MAX_LENGTH = 4096

/** @throws GymError FRAME_INVALID for an address that cannot be read. */
export function readAddress(url: string): Address {
  if (url.length > MAX_LENGTH) throw new GymError('FRAME_INVALID', `an address has at most ${MAX_LENGTH} characters`)
  const [path = '', query = ''] = url.split('?', 2)
  const segments = path.split('/').filter((segment) => segment !== '')
  const hasToken = segments[0] === 't'
  return {
    segments: named((hasToken ? segments.slice(2) : segments).map(decoded)),
    query: new URLSearchParams(query),
    token: hasToken ? decoded(segments[1] ?? '') : null,
    shown: hasToken ? `/t/***/${segments.slice(2).join('/')}` : path,
  }
}

/** The name of an environment may be written with slashes: `/tools/retail/ws` is `/tools-retail/ws`. */
const named = (segments: readonly string[]): readonly string[] =>
  segments.length <= 2 ? segments : [segments.slice(0, -1).join('/'), ...segments.slice(-1)]

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GymError('FRAME_INVALID', 'the address is not encoded as addresses are')
  }
}
