import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { closeAfterTest } from '../../support/cleanup.ts'

/** What a server of OpenEnv's protocol answers to a frame; null for nothing. */
export type Answer = (frame: { readonly type: string; readonly data?: Record<string, unknown> }) => string | null

export const shown = (text: string, others = {}): string =>
  JSON.stringify({ type: 'observation', data: { observation: { text, ...others }, reward: 0.5, done: text === 'end' } })

/** Answers as OpenEnv's own server does, by a function of each frame; every frame that it received is kept. A greeting is sent unasked. */
export async function fakeServer(
  answerOf: () => Answer,
  schema: unknown = { action: { type: 'object' } },
  greeting = '',
) {
  const frames: { readonly type: string; readonly data?: Record<string, unknown> }[] = []
  const headers: (string | undefined)[] = []
  const http = createServer((_, response) => response.end(JSON.stringify(schema)))
  const sockets = new WebSocketServer({ server: http, path: '/envs/echo/ws' })
  sockets.on('connection', (socket, request) => {
    headers.push(request.headers.authorization)
    const answer = answerOf()
    if (greeting !== '') socket.send(greeting)
    socket.on('message', (data) => {
      const frame = JSON.parse(`${data}`)
      frames.push(frame)
      const text = answer(frame)
      if (text !== null) socket.send(text)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closeAfterTest(() => {
    for (const client of sockets.clients) client.terminate()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/envs/echo`, frames, headers }
}
