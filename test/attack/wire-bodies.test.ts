import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { GymServer } from '../../server/listen.ts'
import { served, until } from '../support/server/client.ts'
import { echo } from '../support/server/worlds.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** A connection of bytes, and what came over it. */
async function raw(server: GymServer) {
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  let text = ''
  let isClosed = false
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  await once(socket, 'connect')
  return { socket, answers: () => text.match(/HTTP\/1\.1 \d+/g) ?? [], isClosed: () => isClosed }
}

const post = (path: string, length: number, more = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n${more}\r\n`
const HEALTH = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
const TOKENS = [{ role: 'trainer', token: 'trainer-one' }] as const
const limits = { frameBytesIn: 1000 }

describe('an answer before the body was read', () => {
  it('says that a body is not to be compressed', async () => {
    const server = await served([echo])
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const refused = await fetch(`${server.url}/reset`, {
      method: 'POST',
      headers,
      body: new Uint8Array(gzipSync('{}')),
    })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('send it without content-encoding')
  })

  it.each([
    ['413', post('/reset', 3000, 'Authorization: Bearer trainer-one\r\n'), 3000],
    ['401', post('/reset', 500), 500],
    ['404', post('/none', 500, 'Authorization: Bearer trainer-one\r\n'), 500],
  ])('%s leaves a connection that answers the next request', async (status, head, length) => {
    const { socket, answers } = await raw(await served([echo], { tokens: TOKENS, limits }))
    socket.write(head + 'x'.repeat(length - 1))
    await until(() => answers().length === 1)
    expect(answers()).toEqual([`HTTP/1.1 ${status}`])
    socket.write(`x${HEALTH.replace('\r\n\r\n', '\r\nAuthorization: Bearer trainer-one\r\n\r\n')}`)
    await until(() => answers().length === 2)
    expect(answers()[1]).toBe('HTTP/1.1 200')
  })

  it('ends the connection of a body without end', async () => {
    const { socket, answers, isClosed } = await raw(await served([echo], { limits }))
    socket.write(post('/reset', 1_000_000_000))
    const flood = setInterval(() => socket.write('x'.repeat(1000)), 1)
    try {
      await until(isClosed)
    } finally {
      clearInterval(flood)
    }
    expect(answers()).toEqual(['HTTP/1.1 413'])
  })
})
