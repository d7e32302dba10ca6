import type { IncomingHttpHeaders } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { Host } from '../hosting/host.ts'
import type { Address } from '../transport/gate.ts'

/** What a server has under its addresses. */
export interface Served {
  readonly host: Host
  /** What addresses without an environment mean; null if there is none. */
  readonly defaultName: string | null
}

/**
 * Name of the environment that a request is for: that of its address, else of the header `X-Deployment`, by which
 * clients of the Open Reward Standard name one, else the default.
 * @throws GymError ENV_UNKNOWN where nothing names one and several are served.
 */
export function environmentOf(
  { segments }: Address,
  { host, defaultName }: Served,
  { 'x-deployment': deployment }: IncomingHttpHeaders = {},
): string {
  const [first = ''] = segments
  if (segments.length >= 2) return first
  const deployed = typeof deployment === 'string' ? deployment.replaceAll('/', '-') : ''
  if (host.names.includes(deployed)) return deployed
  if (defaultName !== null) return defaultName
  throw new GymError('ENV_UNKNOWN', `name the environment, as in /${host.names[0]}/${first}: ${host.names.join(', ')}`)
}
