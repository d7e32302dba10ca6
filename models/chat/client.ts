import type { JsonObject } from '../../core/data/types.ts'
import { EndpointHttp } from './http.ts'
import { type ChatReply, readReply } from './reply.ts'
import { type EndpointSettings, endpointOf } from './settings.ts'
import type { Usage } from './usage.ts'

/**
 * The chat completions of an OpenAI-compatible API, over `fetch`. Counts what it uses. What is wrong with an endpoint
 * becomes MODEL_FAILED, and its key is in no message and no answer.
 */
export class ChatClient {
  readonly #model: string
  readonly #http: EndpointHttp

  /** @throws GymError CONFIG_INVALID */
  constructor(settings: EndpointSettings, variables?: Readonly<Record<string, string | undefined>>) {
    const endpoint = endpointOf(settings, variables)
    this.#model = endpoint.model
    this.#http = new EndpointHttp(endpoint)
  }

  get usage(): Usage {
    return this.#http.meter.usage
  }

  /**
   * Asks for a completion.
   * @param body messages, tools and sampling; the model is added
   * @throws GymError MODEL_FAILED; what `signal` was aborted with
   */
  async complete(body: JsonObject, signal?: AbortSignal): Promise<ChatReply> {
    const { redact, meter } = this.#http
    const reply = await this.#http.post({ model: this.#model, ...body }, (text) => readReply(text, redact), signal)
    meter.count(reply)
    return reply
  }
}
