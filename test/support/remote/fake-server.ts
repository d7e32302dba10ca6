import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { closeAfterTest } from '../cleanup.ts'
import { freePort } from '../free-port.ts'

export interface FakeServer {
  readonly url: string
  /** Sockets in the order they came. */
  readonly sockets: readonly WebSocket[]
  /** All texts that came, over all sockets. */
  readonly heard: readonly string[]
}

/** Answers a text of the client's; `connection` counts sockets from 0. */
export type Answering = (text: string, socket: WebSocket, connection: number) => void

/** A server that behaves as the test says, however wrong; the end of the test closes it. */
export async function fakeServer(
  onText: Answering,
  onOpen: (socket: WebSocket, connection: number) => void = () => {},
): Promise<FakeServer> {
  const sockets: WebSocket[] = []
  const heard: string[] = []
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket) => {
    const connection = sockets.push(socket) - 1
    socket.on('error', () => {})
    socket.on('message', (data) => {
      heard.push(data.toString())
      onText(data.toString(), socket, connection)
    })
    onOpen(socket, connection)
  })
  closeAfterTest(async () => {
    for (const socket of sockets) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, heard }
}

/** An HTTP server that opens no socket. */
export async function refusing(status: number, body: string): Promise<string> {
  const http = createServer()
  http.on('upgrade', (_, duplex) => {
    duplex.end(
      `HTTP/1.1 ${status} No\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
  closeAfterTest(() => new Promise((resolve) => http.close(resolve)))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** A port without a listener. */
export const deadUrl = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`
