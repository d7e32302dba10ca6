import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { oneAtATime } from '../../server/transport/one-at-a-time.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { served, until } from '../support/server/client.ts'
import { echo } from '../support/server/worlds.ts'

/** A connection of bytes, and what came over it. */
async function connection(port: number) {
  const socket = createConnection(port, '127.0.0.1')
  closeAfterTest(() => socket.destroy())
  const heard = { text: '', isClosed: false }
  socket.on('data', (chunk) => {
    heard.text += chunk
  })
  socket.on('close', () => {
    heard.isClosed = true
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const answers = (): readonly string[] => heard.text.match(/HTTP\/1\.1 \d+/g) ?? []
  return { socket, heard, answers }
}

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

/** A server whose requests wait to be answered by the test. */
async function waiting() {
  const open = new Map<string, ServerResponse>()
  const began: string[] = []
  const http = createServer(
    oneAtATime((asked, response) => {
      began.push(asked.url ?? '')
      open.set(asked.url ?? '', response)
    }),
  )
  closeAfterTest(() => {
    http.closeAllConnections()
    http.close()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const answer = (path: string, body = path): void => void open.get(path)?.end(body)
  return { port: (http.address() as AddressInfo).port, began, answer }
}

describe('requests that a client sends ahead over one connection', () => {
  it('are served one after another, each once the answer before was taken', async () => {
    const { port, began, answer } = await waiting()
    const { socket, heard } = await connection(port)
    socket.write(['/a', '/b', '/c'].map(request).join(''))
    for (const [n, path] of ['/a', '/b', '/c'].entries()) {
      await until(() => began.length > n)
      expect(began).toEqual(['/a', '/b', '/c'].slice(0, n + 1))
      answer(path)
    }
    await until(() => heard.text.includes('/c'))
  })

  it('wait while the client takes no answer, and are not served once it has left', async () => {
    const { port, began, answer } = await waiting()
    const { socket } = await connection(port)
    socket.pause()
    socket.write(request('/large') + request('/next'))
    await until(() => began.length === 1)
    answer('/large', 'x'.repeat(2 ** 24))
    const other = await connection(port)
    other.socket.write(request('/other'))
    await until(() => began.length === 2)
    socket.destroy()
    answer('/other')
    await until(() => other.heard.text.includes('/other'))
    expect(began).toEqual(['/large', '/other'])
  })

  it('close the connection if more than 64 wait; other connections are served', async () => {
    const { port, began, answer } = await waiting()
    const [greedy, modest] = [await connection(port), await connection(port)]
    greedy.socket.write(request('/first') + request('/ahead').repeat(64))
    modest.socket.write(request('/modest'))
    await until(() => began.length === 2)
    expect(greedy.heard.isClosed).toBe(false)
    greedy.socket.write(request('/ahead').repeat(1000))
    await until(() => greedy.heard.isClosed)
    answer('/modest')
    await until(() => modest.heard.text.includes('/modest'))
    expect(began.toSorted()).toEqual(['/first', '/modest'])
  })

  it('start at most one episode before the connection is closed', async () => {
    const server = await served([echo])
    const { socket, heard } = await connection(Number(new URL(server.url).port))
    socket.write('POST /reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}'.repeat(500))
    await until(() => heard.isClosed)
    expect(server.host.counts.episodes).toBeLessThanOrEqual(1)
  })

  it('are answered in order where a client reads: 60 resets', async () => {
    const server = await served([echo])
    const { socket, answers } = await connection(Number(new URL(server.url).port))
    socket.write('POST /reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}'.repeat(60))
    await until(() => answers().length === 60)
    expect(new Set(answers())).toEqual(new Set(['HTTP/1.1 200']))
  })
})
