import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { closeAfterTest } from './cleanup.ts'

/** A request as the endpoint got it. */
export interface Asked {
  /** Counts from 0. */
  readonly number: number
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: ChatRequest
}
interface ChatRequest extends JsonObject {
  readonly messages: readonly ChatMessage[]
}
export interface ChatMessage extends JsonObject {
  readonly role: string
}

/** Status and headers of an answer, and its body as text; a number of milliseconds to wait before it. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text: string
  readonly delayMs?: number
  /** Sends what there is, and never the end. */
  readonly isHeld?: boolean
  /** Sends what there is and breaks the connection. */
  readonly isBroken?: boolean
}

/** What an endpoint answers: a whole answer, or the message of a completion. */
export type Script = (asked: Asked) => Answer | JsonObject

export interface FakeEndpoint {
  readonly baseUrl: string
  readonly asked: readonly Asked[]
  close(): Promise<void>
}

/** An OpenAI-compatible endpoint on a free port that the end of the test closes. */
export async function fakeEndpoint(script: Script): Promise<FakeEndpoint> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const body = parseJson(text) as ChatRequest
    const each = { number: asked.length, path: request.url ?? '', headers: request.headers, body }
    asked.push(each)
    const answer = script(each)
    await send(response, isAnswer(answer) ? answer : { text: JSON.stringify(completion(answer)) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  closeAfterTest(close)
  return { baseUrl: `http://127.0.0.1:${port}/v1`, asked, close }
}

const isAnswer = (answer: Answer | JsonObject): answer is Answer => typeof answer.text === 'string'

async function send(
  response: ServerResponse,
  { status = 200, headers, text, delayMs, isHeld, isBroken }: Answer,
): Promise<void> {
  if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs))
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  if (!isBroken && !isHeld) return void response.end(text)
  response.write(text)
  if (isBroken) response.destroy()
}

/** A chat completion with this message. */
export const completion = (message: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'fake-1',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  ...more,
})

/** A message that calls tools. */
export const calling = (...calls: readonly (readonly [name: string, args: Json])[]): JsonObject => ({
  content: null,
  tool_calls: calls.map(([name, args], at) => ({
    id: `c${at}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  })),
})
