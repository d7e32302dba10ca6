import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const NAME = 'stepgym-visitor'

/** 256 random bits. */
const SECRET = /^[\w-]{43}$/

export const newSecret = (): string => randomBytes(32).toString('base64url')

/** The secret of a visitor's browser; null if it has none yet. */
export function secretIn({ cookie = '' }: IncomingHttpHeaders): string | null {
  for (const pair of cookie.split(';')) {
    const [name, value = ''] = pair.trim().split('=')
    if (name === NAME && SECRET.test(value)) return value
  }
  return null
}

/**
 * Header that gives a browser its secret: for this environment alone, until it closes, hidden from scripts, and not sent
 * with forms of other sites; where its form came from an HTTPS page, it is sent over HTTPS alone.
 */
export const cookieOf = (environment: string, secret: string, { origin = '' }: IncomingHttpHeaders): string =>
  `${NAME}=${secret}; Path=/${environment}; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`
