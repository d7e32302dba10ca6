import { SandboxPool } from '../../../sandbox/pool.ts'
import type { Backend } from '../../../sandbox/types.ts'
import { listenSandbox, type SandboxServerSettings } from '../../../server/listen-sandbox.ts'
import { closeAfterTest } from '../cleanup.ts'

/** A server over a back end or a pool, closed after the test as the pool of a back end is, and a way to call it. */
export async function sandboxServer(
  given: Backend | SandboxPool,
  { size = 2, waiting = 100, ...settings }: Partial<SandboxServerSettings> & { size?: number; waiting?: number } = {},
) {
  const pool = given instanceof SandboxPool ? given : new SandboxPool(given, { size, waiting })
  if (pool !== given) closeAfterTest(() => pool.close())
  const server = await listenSandbox({ pool, ...settings })
  closeAfterTest(() => server.close())
  const call = async (path: string, body?: object | string, init: RequestInit = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(server.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      body: text,
      ...init,
    })
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
  }
  return { pool, server, url: server.url, call }
}
