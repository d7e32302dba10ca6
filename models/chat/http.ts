import { setTimeout as pause } from 'node:timers/promises'
import { Deadline, Lapsed } from '../../core/data/deadline.ts'
import { GymError, messageOf } from '../../core/data/errors.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type Redact, redactorOf } from './redact.ts'
import { Refused, retryAfterMs, retryPauseMs, TryAgain } from './retry.ts'
import type { Endpoint } from './settings.ts'
import { UsageMeter } from './usage.ts'

/** Bytes of an answer that are read. */
const MOST_BYTES = 16 * 2 ** 20
/** Characters of an error's text that a message repeats. */
const EXCERPT = 200
/** Status codes that another attempt may change. */
const TEMPORARY = new Set([408, 409, 425, 429])

/**
 * Requests to one address of an endpoint, over `fetch`: with a deadline each, again after what may pass, and answers of
 * bounded size. What is wrong with an endpoint becomes MODEL_FAILED, and its key is in no message and no answer.
 */
export class EndpointHttp {
  readonly #endpoint: Endpoint
  readonly redact: Redact
  readonly meter = new UsageMeter()

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
    this.redact = redactorOf(endpoint.key)
  }

  /**
   * Posts a body and reads the answer.
   * @param read what the text of an answer says; it throws TryAgain where another attempt may say more
   * @throws GymError MODEL_FAILED, with `Refused` as its cause where the endpoint did not take the request; what
   * `signal` was aborted with
   */
  async post<T>(body: JsonObject, read: (text: string) => T, signal?: AbortSignal): Promise<T> {
    const text = JSON.stringify(body)
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(text, read, signal)
      } catch (thrown) {
        signal?.throwIfAborted()
        if (!(thrown instanceof TryAgain) || attempt >= this.#endpoint.retries) throw this.#failure(thrown, attempt)
        this.meter.retried()
        await pause(retryPauseMs(attempt, thrown.afterMs), undefined, signal && { signal }).catch(() => {})
        signal?.throwIfAborted()
      }
    }
  }

  /**
   * Ends by the deadline, whatever `fetch` does: its own signals may be collected as garbage while an answer is being read,
   * and then abort nothing.
   */
  async #attempt<T>(body: string, read: (text: string) => T, outer: AbortSignal | undefined): Promise<T> {
    const { timeoutMs } = this.#endpoint
    const deadline = new Deadline(timeoutMs, outer)
    try {
      return await deadline.race(this.#exchange(body, read, deadline.signal))
    } catch (thrown) {
      outer?.throwIfAborted()
      throw thrown instanceof Lapsed ? new TryAgain(`did not answer in ${timeoutMs} ms`) : thrown
    }
  }

  async #exchange<T>(body: string, read: (text: string) => T, signal: AbortSignal): Promise<T> {
    const response = await this.#send(body, signal)
    const text = await textOf(response, signal)
    if (!response.ok) throw this.#refusal(response, text)
    return read(text)
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
    const excerpt = this.redact(text).replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT)
    const message = `answered ${status}${excerpt === '' ? '' : `: ${excerpt}`}`
    const isTemporary = TEMPORARY.has(status) || status >= 500
    return isTemporary ? new TryAgain(message, retryAfterMs(headers.get('retry-after'))) : new Refused(message, status)
  }

  #failure(thrown: unknown, attempt: number): GymError {
    this.meter.failed()
    const tries = attempt === 0 ? '' : `, asked ${attempt + 1} times`
    const message = this.redact(`${this.#endpoint.name} ${messageOf(thrown)}${tries}`)
    return new GymError('MODEL_FAILED', message, thrown instanceof Refused ? { cause: thrown } : undefined)
  }
}

/** The text of an answer, read until `signal` is aborted. @throws Error where it is too long; it is read no further then. */
async function textOf({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await readText(reader)
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const { done, value } = await reader.read().catch((thrown: unknown) => {
      throw new TryAgain(`broke its answer off (${causeOf(thrown)})`)
    })
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > MOST_BYTES) throw new Error(`answered with more than ${MOST_BYTES / 2 ** 20} MiB`)
    text += decoder.decode(value, { stream: true })
  }
}

/** `fetch` hides the reason in its error's cause. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return messageOf(cause ?? thrown)
}
