import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Origins } from '../../browser/origins.ts'
import { GuardedProxy } from '../../browser/proxy.ts'
import { closeAfterTest } from '../support/cleanup.ts'

/** A server that answers with what it was asked. */
async function echo(): Promise<number> {
  const server: Server = createServer((from, to) => to.end(`${from.method} ${from.url} ${from.headers.host}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfterTest(() => server.close())
  return (server.address() as AddressInfo).port
}

async function opened(origins: readonly string[], names: Readonly<Record<string, readonly string[]>> = {}) {
  const refused: string[] = []
  const resolve = async (host: string): Promise<readonly string[]> => names[host] ?? [host]
  const proxy = await GuardedProxy.open(
    new Origins(origins),
    (address, reason) => refused.push(`${address} ${reason}`),
    resolve,
  )
  closeAfterTest(() => proxy.close())
  return { proxy, refused }
}

const get = (proxy: GuardedProxy, url: string): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(proxy.url)
    const asked = request({ hostname, port, path: url, headers: { host: new URL(url).host } }, (answer) => {
      let text = `${answer.statusCode} `
      answer
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve(text))
    })
    asked.on('error', () => resolve('no answer')).end()
  })

const tunnel = (proxy: GuardedProxy, host: string, said: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    let text = ''
    socket
      .setEncoding('utf8')
      .on('error', reject)
      .on('close', () => resolve(text))
    socket.on('data', (part: string) => {
      text += part
      if (text.endsWith('\r\n\r\n') && text.startsWith('HTTP/1.1 200 Connection')) socket.write(said)
    })
    socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  })

describe('the proxy of a page', () => {
  it('forwards to a listed origin, with the name that was asked for', async () => {
    const port = await echo()
    const { proxy, refused } = await opened([`http://127.0.0.1:${port}`])
    expect(await get(proxy, `http://127.0.0.1:${port}/a?b=1`)).toBe(`200 GET /a?b=1 127.0.0.1:${port}`)
    const answer = await tunnel(proxy, `127.0.0.1:${port}`, `GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/GET \/c x$/)
    expect(refused).toEqual([])
  })

  it('refuses what is not listed, and does not report it', async () => {
    const port = await echo()
    const { proxy, refused } = await opened(['http://127.0.0.1:1'])
    expect(await get(proxy, `http://127.0.0.1:${port}/`)).toBe('no answer')
    expect(await tunnel(proxy, `127.0.0.1:${port}`, '')).toBe('HTTP/1.1 403 Forbidden\r\n\r\n')
    expect(refused).toEqual([])
  })

  it('refuses and reports a listed name that leads to this machine, whichever of its addresses does', async () => {
    const port = await echo()
    const names = { 'shop.example': ['93.184.216.34', '127.0.0.1'], 'none.example': [] }
    const { proxy, refused } = await opened([`http://shop.example:${port}`, 'http://none.example'], names)
    expect(await get(proxy, `http://shop.example:${port}/`)).toBe('no answer')
    expect(await tunnel(proxy, `shop.example:${port}`, '')).toMatch(/^HTTP\/1\.1 403/)
    expect(await get(proxy, 'http://none.example/')).toBe('no answer')
    expect(refused).toEqual([
      expect.stringMatching(/shop\.example has the address 127\.0\.0\.1, which is of this machine/),
      expect.stringMatching(/shop\.example has the address 127\.0\.0\.1/),
      expect.stringMatching(/none\.example has no address/),
    ])
  })
})
