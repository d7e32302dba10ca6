import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Role } from '../../roles.ts'

/** Content of a session token. */
export interface SessionToken {
  /** Of the session. */
  readonly id: string
  /** Of the server's start at which the session began. */
  readonly boot: string
}

const PASS = /^(([0-9a-f]{8})[0-9a-f]{16})\.([\w-]{43})$/

/**
 * Session tokens: an id, and a code that only this run's key gives for it, its role and its environment. So a token
 * is known again after a restart without having been written down; and an episode's id reveals no token.
 */
export class SessionTokens {
  readonly #key: Buffer
  readonly #boot: string

  constructor(key: Buffer, boot = randomBytes(4).toString('hex')) {
    this.#key = key
    this.#boot = boot
  }

  /** Whether a session began since this server was started. */
  isRecent({ boot }: SessionToken): boolean {
    return boot === this.#boot
  }

  newId(): string {
    return this.#boot + randomBytes(8).toString('hex')
  }

  tokenOf(id: string, role: Role): string {
    return `${id}.${this.#codeOf(id, role).toString('base64url')}`
  }

  /** Null for an invalid token of this run's, or another role's. */
  read(token: string, role: Role): SessionToken | null {
    const [, id = '', boot = '', code = ''] = PASS.exec(token) ?? []
    const given = Buffer.from(code, 'base64url')
    const expected = this.#codeOf(id, role)
    return given.length === expected.length && timingSafeEqual(given, expected) ? { id, boot } : null
  }

  #codeOf(id: string, role: Role): Buffer {
    return createHmac('sha256', this.#key).update(`${role}\n${id}`).digest()
  }
}

/** The session that an episode's id says it is of. */
export const sessionIdOf = (episode: string): string => episode.slice(0, episode.indexOf('-'))
