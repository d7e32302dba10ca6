import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Origins } from '../../browser/origins.ts'
import { GuardedProxy } from '../../browser/proxy.ts'
import { closeAfterTest } from '../support/cleanup.ts'

/** A site that answers every connection with the same bytes, whatever they are. */
async function site(answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeAfterTest(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What a page receives that asks the site through the proxy, until the connection is closed. */
async function received(answer: string, headers: readonly string[] = []): Promise<string> {
  const port = await site(answer)
  const proxy = await GuardedProxy.open(new Origins([`http://127.0.0.1:${port}`]), () => {})
  closeAfterTest(() => proxy.close())
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1').setEncoding('latin1')
  const parts: string[] = []
  socket.on('data', (part: string) => parts.push(part)).on('error', () => {})
  socket.write(['GET', `http://127.0.0.1:${port}/`, 'HTTP/1.1\r\n'].join(' '))
  socket.write([`Host: 127.0.0.1:${port}`, 'Connection: close', ...headers, '\r\n'].join('\r\n'))
  await once(socket, 'close')
  return parts.join('')
}

const ok = (headers: readonly string[], body: string): string => ['HTTP/1.1 200 OK', ...headers, '', body].join('\r\n')

describe('a site of an allowed origin whose answer', () => {
  it.each([
    ['has a status that HTTP does not know', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
    ['has a status of four digits', 'HTTP/1.1 1000 X\r\n\r\n'],
    ['changes to a protocol that nobody asked for', 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc'],
    ['says its length twice', ok(['Transfer-Encoding: chunked', 'Content-Length: 3'], '3\r\nabc\r\n0\r\n\r\n')],
    ['has control characters in a header', ok(['X: a\u0001b', 'Content-Length: 0'], '')],
    ['is not HTTP', 'garbage'],
    ['is empty', ''],
  ])('%s: the page gets none, and nothing is thrown', async (_, answer) => {
    expect(await received(answer)).toBe('')
  })

  it('breaks off: the connection of the page ends there too', async () => {
    expect(await received(ok(['Content-Length: 100'], 'abc'))).toMatch(/content-length: 100[\s\S]*\r\n\r\nabc$/)
  })

  it.each([
    ['names trailers that cannot come', ok(['Content-Length: 2', 'Trailer: x'], 'hi'), []],
    ['answers a page that names trailers', ok(['Content-Length: 2'], 'hi'), ['Trailer: x', 'TE: trailers']],
  ])('%s: the page gets it without them', async (_, answer, headers) => {
    const text = await received(answer, headers)
    expect(text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*hi$/)
    expect(text).not.toMatch(/trailer/i)
  })
})
