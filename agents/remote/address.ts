import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'

export interface AddressParts {
  /** Name in the server's addresses. @default the server's default environment */
  readonly environment?: string | undefined
  /** Put into the path, for sockets that can set no header. */
  readonly token?: string | undefined
}

/**
 * Address of a server's socket. `http` becomes `ws`, an address without a scheme is `ws`; `/ws` is added where it does
 * not end so.
 * @throws GymError CONFIG_INVALID for anything that is not an address of a socket.
 */
export function socketAddress(url: string, { environment, token }: AddressParts = {}): string {
  const address = parsed(/^[a-z]+:\/\//i.test(url) ? url.replace(/^http/i, 'ws') : `ws://${url}`)
  const own = address.pathname.split('/').filter((segment) => segment !== '')
  const named = own.at(-1) === 'ws' ? own.slice(0, -1) : own
  const environments = environment === undefined ? [] : [encodeURIComponent(environment)]
  const secret = token === undefined ? [] : ['t', encodeURIComponent(token)]
  address.pathname = ['', ...secret, ...named, ...environments, 'ws'].join('/')
  return address.href
}

function parsed(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : null
  if (address && /^wss?:$/.test(address.protocol) && address.hash === '') return address
  throw new GymError(
    'CONFIG_INVALID',
    `${shown(withoutToken(url))} is not the address of a server: give http://HOST:PORT, or ws://`,
  )
}

/** Fit for messages. */
export const withoutToken = (url: string): string => url.replace(/\/t\/[^/]+/, '/t/***')
