import { GymError } from '../../core/data/errors.ts'
import { type OptionRanges, TIME_RANGE } from '../../core/data/options.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { ChatClient } from './client.ts'

/** Where a user that a language model plays is found. Recorded with a run, and never sent to a client. */
export type UserModelOptions = {
  /** Empty for a scripted user. @default '' */
  readonly model: string
  /** Address of an OpenAI-compatible API. @default 'http://127.0.0.1:8000/v1' */
  readonly baseUrl: string
  /** `env:NAME` of the variable that holds the key, empty for none. @default '' */
  readonly apiKey: string
  /** @default 1 */
  readonly temperature: number
  /** Most tokens of a reply. @default 512 */
  readonly maxTokens: number
  /** Milliseconds for one request. @default 20000 */
  readonly timeoutMs: number
  /** @default 2 */
  readonly retries: number
}

const DEFAULTS: UserModelOptions = {
  model: '',
  baseUrl: 'http://127.0.0.1:8000/v1',
  apiKey: '',
  temperature: 1,
  maxTokens: 512,
  timeoutMs: 20_000,
  retries: 2,
}

/** Ranges of the options within an option `user` of an environment. */
export const USER_MODEL_RANGES: OptionRanges = {
  'user.temperature': [0, 10],
  'user.maxTokens': [1, 1_000_000],
  'user.timeoutMs': TIME_RANGE,
  'user.retries': [0, 100],
}

/** A language model that plays the user of an environment. */
export class UserModel {
  readonly #options: UserModelOptions
  readonly #client: ChatClient

  /** @throws GymError CONFIG_INVALID */
  constructor(options: UserModelOptions) {
    const { model, baseUrl, apiKey, timeoutMs, retries } = options
    this.#options = options
    this.#client = new ChatClient({ name: 'the simulated user', model, baseUrl, apiKey, timeoutMs, retries })
  }

  /**
   * What the model says next, without its thoughts; empty where it says nothing.
   * @throws GymError MODEL_FAILED; what `signal` was aborted with
   */
  async answer(messages: readonly JsonObject[], seed: number, signal: AbortSignal): Promise<string> {
    const { temperature, maxTokens: max_tokens } = this.#options
    const { content } = await this.#client.complete({ messages, seed, temperature, max_tokens }, signal)
    return content.replace(/^[\s\S]*<\/think>/, '').trim()
  }
}

/**
 * The model that the options name; null where they name none.
 * @throws GymError CONFIG_INVALID
 */
export function userModelOf(chosen: Partial<UserModelOptions>): UserModel | null {
  const unknown = Object.keys(chosen).find((name) => !Object.hasOwn(DEFAULTS, name))
  if (unknown !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `option user has no field ${unknown}: it has ${Object.keys(DEFAULTS).join(', ')}`,
    )
  const options = { ...DEFAULTS, ...chosen }
  if (options.model === '' && Object.keys(chosen).length > 0)
    throw new GymError('CONFIG_INVALID', 'option user needs the name of a model: user.model=NAME')
  return options.model === '' ? null : new UserModel(options)
}
