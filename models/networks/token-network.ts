import { createHash } from 'node:crypto'
import { shown } from '../../core/data/shown.ts'
import type { TensorValue, TensorValues } from '../runtime/messages.ts'
import { type DecoderConfig, decoderLogProbs, decoderWeights, expectDecoderConfig } from './decoder.ts'
import { type ActionReader, longestOf, type Network } from './network.ts'

/** Tokens of one action and those before it. */
export interface TokenAction {
  readonly promptTokenIds: readonly number[]
  readonly actionTokenIds: readonly number[]
}

/**
 * Decoder that gives each token of an action its log-probability.
 * @throws GymError CONFIG_INVALID for sizes that do not fit.
 */
export function decoderNetwork(config: DecoderConfig): Network<TokenAction> {
  expectDecoderConfig(config)
  return {
    architecture: { name: 'decoder', ...config },
    weights: decoderWeights(config),
    add(graph, weight) {
      const [ids, targets] = [graph.input('ids', 'int64', ['B', 'T']), graph.input('targets', 'int64', ['B', 'T'])]
      return decoderLogProbs(config, weight, ids, targets)
    },
    feedsOf: tokenFeeds,
    ...tokenReader(config),
  }
}

/** Sizes that say which actions a model can read. */
export interface TokenLimits {
  /** Tokens: ids run from 0 to this, exclusive. */
  readonly vocabulary: number
  /** Most tokens of a sequence. */
  readonly maxLength: number
}

/** What any model of tokens does with an action before it is run. */
export function tokenReader(limits: TokenLimits): Omit<ActionReader<TokenAction>, 'feedsOf'> {
  return {
    spanOf: ({ promptTokenIds, actionTokenIds }) => ({
      begin: promptTokenIds.length - 1,
      length: actionTokenIds.length,
    }),
    widthOf: (action) => tokenCount(action) - 1,
    keyOf: ({ promptTokenIds, actionTokenIds }) =>
      createHash('sha256').update(`${promptTokenIds.join()};${actionTokenIds.join()}`).digest('base64'),
    problemOf: (action) => problemOf(limits, action),
  }
}

const tokenCount = ({ promptTokenIds, actionTokenIds }: TokenAction): number =>
  promptTokenIds.length + actionTokenIds.length

function problemOf({ vocabulary, maxLength }: TokenLimits, action: TokenAction): string | null {
  const { promptTokenIds, actionTokenIds } = action
  if (promptTokenIds.length === 0) return 'its prompt is empty: the first token has nothing to follow'
  if (actionTokenIds.length === 0) return 'its action has no tokens'
  const length = tokenCount(action)
  if (length - 1 > maxLength) return `it has ${length} tokens: the model reads ${maxLength + 1}`
  const isToken = (id: number): boolean => Number.isSafeInteger(id) && id >= 0 && id < vocabulary
  const foreign = [...promptTokenIds, ...actionTokenIds].find((id) => !isToken(id))
  return foreign === undefined ? null : `token ${shown(foreign)} is not in the vocabulary of ${vocabulary}`
}

/** Padded with token 0 after the end, which no token before it can see. */
function tokenFeeds(actions: readonly TokenAction[]): TensorValues {
  const rows = actions.map(({ promptTokenIds, actionTokenIds }) => [...promptTokenIds, ...actionTokenIds])
  const length = longestOf(rows) - 1
  const part = (from: number): TensorValue => {
    const data = new BigInt64Array(rows.length * length)
    for (const [at, row] of rows.entries())
      for (const [place, id] of row.slice(from, from + length).entries()) data[at * length + place] = BigInt(id)
    return { type: 'int64', dims: [rows.length, length], data }
  }
  return { ids: part(0), targets: part(1) }
}
