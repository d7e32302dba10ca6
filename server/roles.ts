import { createHash, timingSafeEqual } from 'node:crypto'
import { GymError } from '../core/data/errors.ts'
import type { Role } from '../core/protocol/index.ts'

export type { Role }

export const ROLES: readonly Role[] = ['agent', 'trainer', 'observer']

export interface Token {
  readonly role: Role
  readonly token: string
}

/** Who a client is: its role, and the digest of its token. */
export interface Identity {
  readonly role: Role
  readonly digest: Buffer
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Without tokens there is one client. */
const ANONYMOUS: Identity = { role: 'trainer', digest: digestOf('') }

/** Owner that sessions and episodes count towards: a session, the token that it came with, and the address it came from. */
export interface Owner {
  readonly session: string
  readonly token: string
  readonly address: string
}

let owners = 0

/** An owner with a session of its own. @param remoteAddress as the socket has it */
export const ownerOf = ({ digest }: Identity, remoteAddress: string | undefined): Owner => ({
  session: `${owners++}`,
  token: digest.toString('base64'),
  address: remoteAddress ?? '',
})

/** Whether two clients have one token, in the same time whatever they have. */
export const isSameClient = (one: Identity, other: Identity): boolean => timingSafeEqual(one.digest, other.digest)

/** Finds roles by tokens, taking the same time whatever was guessed. Without tokens everybody is a trainer. */
export class Keyring {
  readonly #entries: readonly Identity[]

  /** @throws GymError CONFIG_INVALID for a token that cannot stand in an address, or stands twice. */
  constructor(tokens: readonly Token[]) {
    for (const { token } of tokens) expectUsable(token)
    if (new Set(tokens.map(({ token }) => token)).size < tokens.length)
      throw new GymError('CONFIG_INVALID', 'a token has one role, but one token is given twice')
    this.#entries = tokens.map(({ role, token }) => ({ role, digest: digestOf(token) }))
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** @throws GymError UNAUTHORIZED */
  identify(token: string | null): Identity {
    if (this.isEmpty) return ANONYMOUS
    const digest = digestOf(token ?? '')
    let identity: Identity | null = null
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) identity = entry
    if (identity !== null) return identity
    const where = 'in the header Authorization: Bearer TOKEN, or in the address as /t/TOKEN/...'
    throw new GymError('UNAUTHORIZED', token === null ? `a token is needed, ${where}` : 'the token is wrong')
  }
}

const TOKEN = /^[\w.~-]{8,256}$/

function expectUsable(token: string): void {
  if (TOKEN.test(token)) return
  throw new GymError('CONFIG_INVALID', 'a token has 8 to 256 letters, digits, and . _ ~ -')
}

/** @throws GymError FORBIDDEN */
export function expectRole(role: Role, allowed: readonly Role[], doing: string): void {
  if (!allowed.includes(role)) throw forbidden(role, allowed, doing)
}

export const forbidden = (role: Role, allowed: readonly Role[], doing: string): GymError =>
  new GymError('FORBIDDEN', `${doing} is for the role ${allowed.join(' or ')}, and this token is for ${role}`)
