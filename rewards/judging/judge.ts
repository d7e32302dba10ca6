import { createHash } from 'node:crypto'
import { messageOf } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { counted } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { ChatClient } from '../../models/chat/client.ts'
import type { WrittenCall } from '../../models/chat/reply.ts'
import { ReplyStore } from '../../models/chat/reply-store.ts'
import type { EndpointSettings } from '../../models/chat/settings.ts'
import { isObject } from '../recorded.ts'
import type { Question } from './questions.ts'
import { verdictIn } from './replies.ts'

/** A judge behind an endpoint, and how much it may be asked. */
export interface JudgeSettings extends EndpointSettings {
  readonly temperature: number
  /** Most tokens of a reply. */
  readonly maxTokens: number
  /** Times that a question is asked until its reply can be read, from 1. */
  readonly tries: number
  /** Requests in all. */
  readonly budget: number
  /** Requests at a time. */
  readonly concurrency: number
  /** File that replies are kept in; '' for memory alone. */
  readonly cache: string
}

/** What a judge wrote, as far as it counts. */
export interface JudgeReply {
  readonly content: string
  readonly calls: readonly WrittenCall[]
}

/** A reading of a verdict, with the reply that it was read from; or why there is none. */
export type Read<T> =
  | { readonly value: T; readonly reply: string }
  | { readonly value: null; readonly reply: string; readonly problem: string }

/** Asks a language model, within a budget, each question once: the same one again has the same reply. */
export class Judge {
  readonly #settings: JudgeSettings
  readonly #client: ChatClient
  readonly #replies: ReplyStore
  readonly #asked = new Map<string, Promise<JudgeReply>>()
  readonly #waiting: (() => void)[] = []
  #left: number
  #running = 0

  /** @throws GymError CONFIG_INVALID */
  constructor(settings: JudgeSettings) {
    this.#settings = settings
    this.#client = new ChatClient(settings)
    this.#replies = new ReplyStore(settings.cache)
    this.#left = settings.budget
  }

  /**
   * Asks until a verdict can be read.
   * @param vote tells votes on one question apart
   * @param read what a verdict says; null where it cannot be read
   * @throws what `signal` was aborted with; any other failure is a problem
   */
  async verdict<T>(
    { messages, mark }: Question,
    vote: number,
    read: (verdict: JsonObject) => T | null,
    signal: AbortSignal,
  ): Promise<Read<T>> {
    let last = ''
    for (let at = 0; at < this.#settings.tries; at++) {
      const reply = await this.#answer(messages, `${vote}.${at}`, signal)
      if (typeof reply === 'string') return { value: null, reply: last, problem: reply }
      last = reply.content
      const verdict = verdictIn(last, mark)
      const value = verdict && read(verdict)
      if (value !== null) return { value, reply: last }
    }
    return {
      value: null,
      reply: last,
      problem: `no verdict could be read in ${counted(this.#settings.tries, 'reply', 'replies')}`,
    }
  }

  /** A reply, or why there is none. */
  async #answer(messages: readonly JsonObject[], sample: string, signal: AbortSignal): Promise<JudgeReply | string> {
    try {
      return await this.reply({ messages }, sample, signal)
    } catch (thrown) {
      signal.throwIfAborted()
      return messageOf(thrown)
    }
  }

  /**
   * A reply to messages, remembered.
   * @param sample tells replies to the same messages apart; a seed follows from it
   * @throws GymError MODEL_FAILED; BudgetSpent; what `signal` was aborted with
   */
  async reply(body: JsonObject, sample: string, signal: AbortSignal): Promise<JudgeReply> {
    const { model, temperature, maxTokens: max_tokens } = this.#settings
    const asked = { ...body, temperature, max_tokens }
    const key = createHash('sha256')
      .update(canonicalJson([model, asked, sample]))
      .digest('hex')
    const kept = this.#replies.get(key)
    if (kept !== undefined) return replyIn(kept)
    const open = this.#asked.get(key) ?? this.#request({ ...asked, seed: seedOf(key) }, signal)
    this.#asked.set(key, open)
    try {
      const reply = await open
      this.#replies.set(key, { content: reply.content, calls: reply.calls.map((call) => ({ ...call })) })
      return reply
    } finally {
      this.#asked.delete(key)
    }
  }

  async #request(body: JsonObject, signal: AbortSignal): Promise<JudgeReply> {
    if (this.#left <= 0) throw new BudgetSpent(this.#settings.budget)
    this.#left--
    await this.#turn()
    try {
      const { content, calls } = await this.#client.complete(body, signal)
      return { content, calls }
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  /** Waits until fewer requests are on their way than may be. */
  async #turn(): Promise<void> {
    while (this.#running >= this.#settings.concurrency)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
  }
}

/** More was asked of a judge than it may be. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent'

  constructor(budget: number) {
    super(`the budget of ${counted(budget, 'request')} is spent: raise the option budget`)
  }
}

const seedOf = (key: string): number => Number.parseInt(key.slice(0, 7), 16)

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** A reply as the store kept it; the file may have been changed by hand. */
function replyIn({ content, calls }: JsonObject): JudgeReply {
  const listed = Array.isArray(calls) ? calls : []
  return {
    content: textOf(content),
    calls: listed.map((call: Json) => {
      const fields: JsonObject = isObject(call) ? call : {}
      return { id: textOf(fields.id), name: textOf(fields.name), arguments: textOf(fields.arguments) }
    }),
  }
}
