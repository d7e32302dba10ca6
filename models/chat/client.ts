import { setTimeout as pause } from 'node:timers/promises'
import { GymError, messageOf } from '../../core/data/errors.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type ChatReply, readReply } from './reply.ts'
import { retryAfterMs, retryPauseMs, TryAgain } from './retry.ts'
import { type Endpoint, type EndpointSettings, endpointOf } from './settings.ts'
import { type Usage, UsageMeter } from './usage.ts'

/** Bytes of an answer that are read; what is longer is not a chat completion. */
const MOST_BYTES = 16 * 2 ** 20
/** Characters of an error's text that a message repeats. */
const EXCERPT = 200
/** Status codes that another attempt may change. */
const TEMPORARY = new Set([408, 409, 425, 429])

/**
 * The chat completions of an OpenAI-compatible API, over `fetch`. Counts what it uses. What is wrong with an endpoint
 * becomes MODEL_FAILED, and its key is in no message and no answer.
 */
export class ChatClient {
  readonly #endpoint: Endpoint
  readonly #meter = new UsageMeter()

  /** @throws GymError CONFIG_INVALID */
  constructor(settings: EndpointSettings, variables?: Readonly<Record<string, string | undefined>>) {
    this.#endpoint = endpointOf(settings, variables)
  }

  get usage(): Usage {
    return this.#meter.usage
  }

  /**
   * Asks for a completion.
   * @param body messages, tools and sampling; the model is added
   * @throws GymError MODEL_FAILED; what `signal` was aborted with
   */
  async complete(body: JsonObject, signal?: AbortSignal): Promise<ChatReply> {
    const text = JSON.stringify({ model: this.#endpoint.model, ...body })
    for (let attempt = 0; ; attempt++) {
      try {
        const reply = await this.#attempt(text, signal)
        this.#meter.count(reply)
        return reply
      } catch (thrown) {
        signal?.throwIfAborted()
        if (!(thrown instanceof TryAgain) || attempt >= this.#endpoint.retries) throw this.#failure(thrown, attempt)
        this.#meter.retried()
        await pause(retryPauseMs(attempt, thrown.afterMs), undefined, signal && { signal }).catch(() => {})
        signal?.throwIfAborted()
      }
    }
  }

  async #attempt(body: string, outer: AbortSignal | undefined): Promise<ChatReply> {
    const { timeoutMs, key } = this.#endpoint
    const timeout = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1))
    const signal = outer ? AbortSignal.any([outer, timeout]) : timeout
    try {
      const response = await this.#send(body, signal)
      const text = await textOf(response)
      if (!response.ok) throw this.#refusal(response, text)
      return readReply(text, key)
    } catch (thrown) {
      outer?.throwIfAborted()
      if (timeout.aborted) throw new TryAgain(`did not answer in ${timeoutMs} ms`)
      throw thrown
    }
  }

  async #send(body: string, signal: AbortSignal): Promise<Response> {
    const { url, key } = this.#endpoint
    const headers = { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) }
    try {
      return await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    } catch (thrown) {
      throw new TryAgain(`cannot be reached (${causeOf(thrown)})`)
    }
  }

  #refusal({ status, headers }: Response, text: string): Error {
    const excerpt = this.#redacted(text).replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT)
    const message = `answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`
    const isTemporary = TEMPORARY.has(status) || status >= 500
    return isTemporary ? new TryAgain(message, retryAfterMs(headers.get('retry-after'))) : new Error(message)
  }

  #failure(thrown: unknown, attempt: number): GymError {
    this.#meter.failed()
    const tries = attempt === 0 ? '' : `, asked ${attempt + 1} times`
    const message = this.#redacted(`${this.#endpoint.name} ${messageOf(thrown)}${tries}`)
    return new GymError('MODEL_FAILED', message)
  }

  #redacted(text: string): string {
    const { key } = this.#endpoint
    return key === null ? text : text.replaceAll(key, '***')
  }
}

/** The text of an answer. @throws Error where it is too long; it is read no further then. */
async function textOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > MOST_BYTES) throw new Error(`answered with more than ${MOST_BYTES / 2 ** 20} MiB`)
      text += decoder.decode(chunk, { stream: true })
    }
  } catch (thrown) {
    throw bytes > MOST_BYTES ? thrown : new TryAgain(`broke its answer off (${causeOf(thrown)})`)
  }
  return text + decoder.decode()
}

/** `fetch` hides the reason in its error's cause. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return messageOf(cause ?? thrown)
}
