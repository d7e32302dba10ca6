import type { IncomingMessage } from 'node:http'
import { readAddress } from '../transport/gate.ts'

/** What a request asks of the site of an environment. */
export type SiteRoute =
  | { readonly kind: 'home' | 'style' | 'icon' | 'sign-in' | 'start' | 'leave' }
  /** `step` is null where the address does not say it. */
  | { readonly kind: 'look' | 'act'; readonly id: string; readonly step: number | null }

/** A request for the site of an environment. */
export interface SiteAddress {
  /** Name of the environment. */
  readonly name: string
  readonly route: SiteRoute
}

const ROUTES: Readonly<Record<string, SiteRoute>> = {
  'GET ': { kind: 'home' },
  'GET style.css': { kind: 'style' },
  'GET icon.svg': { kind: 'icon' },
  'POST sign-in': { kind: 'sign-in' },
  'POST visits': { kind: 'start' },
  'POST leave': { kind: 'leave' },
}

/**
 * What a request asks of a site: `/NAME` and a few addresses below it. Null for any other request. An address with a
 * token has no site: browsers keep addresses.
 * @throws GymError FRAME_INVALID for an address that cannot be read
 */
export function readSiteAddress({
  method = 'GET',
  url = '/',
}: Pick<IncomingMessage, 'method' | 'url'>): SiteAddress | null {
  const { segments, token } = readAddress(url)
  const [name = '', ...rest] = segments.join('/').split('/')
  if (token !== null || name === '') return null
  const asked = method === 'HEAD' ? 'GET' : method
  const route = ROUTES[`${asked} ${rest.join('/')}`] ?? visitRoute(asked, rest)
  return route && { name, route }
}

function visitRoute(method: string, [visits, id, step, ...more]: readonly string[]): SiteRoute | null {
  if (visits !== 'visits' || id === undefined || more.length > 0) return null
  if (step === undefined) return method === 'GET' ? { kind: 'look', id, step: null } : null
  if (!/^\d{1,9}$/.test(step) || (method !== 'GET' && method !== 'POST')) return null
  return { kind: method === 'GET' ? 'look' : 'act', id, step: Number(step) }
}
