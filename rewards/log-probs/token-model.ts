import type { Json, JsonObject } from '../../core/data/types.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import { openRuntime, type Runtime, type RuntimeSettings } from '../../models/runtime/runtime.ts'
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

/**
 * Opens the model of a configuration: a folder, a file `.safetensors`, or `{ baseUrl, model, form, apiKey: 'env:NAME' }`.
 * @param tokenizer folder with tokenizer.json
 * @param owner for messages
 * @throws GymError CONFIG_INVALID, MODEL_INVALID, DEVICE_UNAVAILABLE; what was opened before is closed then.
 */
export async function openTokenModel(
  model: Json,
  tokenizer: string,
  owner: string,
  settings: RuntimeSettings,
): Promise<TokenModel> {
  const source = modelSourceOf(model, `the model of ${owner}`)
  const words = openTokenizer(tokenizer)
  let runtime: Runtime | null = null
  const shared = async (): Promise<Runtime> => {
    runtime ??= await openRuntime(settings)
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
