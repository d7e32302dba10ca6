import { GymError } from '../../core/data/errors.ts'

/** An address as the server reads it. */
export interface Address {
  /** Decoded, without the token. */
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
    segments: (hasToken ? segments.slice(2) : segments).map(decoded),
    query: new URLSearchParams(query),
    token: hasToken ? decoded(segments[1] ?? '') : null,
    shown: hasToken ? `/t/***/${segments.slice(2).join('/')}` : path,
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GymError('FRAME_INVALID', 'the address is not encoded as addresses are')
  }
}
