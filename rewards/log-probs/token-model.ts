import type { JsonObject } from '../../core/data/types.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import type { Device } from '../../models/runtime/messages.ts'
import { openRuntime, type Runtime } from '../../models/runtime/runtime.ts'
import { openTokenizer, type TextTokenizer } from '../../models/tokenizer/tokenizer.ts'
import { describedSource, modelSourceOf, openSource } from '../process/model-source.ts'

/** A language model that gives tokens log-probabilities, with its tokenizer. */
export interface TokenModel {
  readonly tokenizer: TextTokenizer
  /** Model as records keep it: without the address of an endpoint. */
  readonly described: JsonObject
  /** Log-probabilities of the tokens of each action; null, with the problem, where the model cannot read one. */
  score(actions: readonly TokenAction[], signal: AbortSignal): Promise<readonly TokenScores[]>
  close(): Promise<void>
}

/** Log-probabilities of tokens, or why there are none. */
export type TokenScores = { readonly logProbs: readonly number[] } | { readonly problem: string }

/** Options by which hooks name a language model. */
export type TokenModelOptions = {
  /** Folder with an export to ONNX, or a saved model; empty for an endpoint. */
  readonly model: string
  /** `{ baseUrl, model, form, apiKey: 'env:NAME' }`; empty for a model that runs here. */
  readonly endpoint: Readonly<Record<string, string | number>>
  /** Folder with tokenizer.json. */
  readonly tokenizer: string
  /** auto, cuda, webgpu or cpu. */
  readonly device: string
  /** Threads of a CPU for one operation. */
  readonly threads: number
}

/** Their defaults: no model. */
export const TOKEN_MODEL_DEFAULTS: TokenModelOptions = {
  model: '',
  endpoint: {},
  tokenizer: '',
  device: 'auto',
  threads: 1,
}

/** Why nothing can be judged before the model is open. */
export const MODEL_NOT_OPEN =
  'no model is loaded: name it with the options model (or endpoint) and tokenizer, and use openHooks'

/**
 * Opens the model that options name.
 * @param owner for messages
 * @throws GymError CONFIG_INVALID, MODEL_INVALID, DEVICE_UNAVAILABLE; what was opened before is closed then.
 */
export async function openTokenModel(
  owner: string,
  { model, endpoint, tokenizer, device, threads }: TokenModelOptions,
): Promise<TokenModel> {
  const source = modelSourceOf(Object.keys(endpoint).length > 0 ? endpoint : model, `the model of ${owner}`)
  const words = openTokenizer(tokenizer)
  let runtime: Runtime | null = null
  const shared = async (): Promise<Runtime> => {
    runtime ??= await openRuntime({ device: device as Device | 'auto', threads })
    return runtime
  }
  try {
    const scorer = await openSource(source, shared)
    const close = async (): Promise<void> => {
      await scorer.close()
      await runtime?.close()
    }
    const described = { ...describedSource(source), version: scorer.version }
    return { tokenizer: words, described, score: (actions, signal) => scorer.score(actions, signal), close }
  } catch (thrown) {
    await closed(runtime)
    throw thrown
  }
}

const closed = async (runtime: Runtime | null): Promise<void> => runtime?.close()

/**
 * Texts of tokens, in order; special tokens have none. Where one holds half a character, its text is empty and the next
 * has the whole, so that the texts always spell what the tokens do.
 */
export function textsOfTokens({ decode, special }: TextTokenizer, ids: readonly number[]): readonly string[] {
  const silent = new Set(special.values())
  const texts: string[] = []
  let [plain, before]: [number[], string] = [[], '']
  for (const id of ids) {
    if (!silent.has(id)) plain = [...plain, id]
    const text = decode(plain)
    const isWhole = !text.endsWith('\uFFFD')
    texts.push(isWhole ? text.slice(before.length) : '')
    if (isWhole) before = text
  }
  return texts
}
