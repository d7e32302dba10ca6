import { GymError, messageOf } from '../../core/data/errors.ts'
import type { TokenAction, TokenLimits } from '../networks/token-network.ts'
import type { ItemModel } from '../scoring/batch-scorer.ts'

/** Most by which a log-probability may differ: rounding, also of 16-bit numbers. */
const TOLERANCE = 0.02
const LENGTH = 12

/**
 * Scores a sequence alone, beside a longer one, and as the beginning of another: the log-probabilities must be the same
 * each time. A model that looks ahead, ignores its mask, or computes with the range of a whole batch is found out.
 * @throws GymError MODEL_INVALID
 */
export async function expectCausal(
  model: Pick<ItemModel<TokenAction>, 'run'>,
  { vocabulary, maxLength }: TokenLimits,
  path: string,
): Promise<void> {
  const length = Math.min(LENGTH, maxLength)
  const [short, long] = [testAction(vocabulary, length >> 1), testAction(vocabulary, length)]
  const alone = await scoresOf(model, [short], path)
  const beside = await scoresOf(model, [short, long], path)
  const [expected = []] = alone
  expectNear(expected, beside[0] ?? [], `${path}: log-probabilities change with what a sequence is batched with`)
  expectNear(expected, beside[1] ?? [], `${path}: log-probabilities change with later tokens: it is not causal`)
}

function testAction(vocabulary: number, length: number): TokenAction {
  const ids = Array.from({ length }, (_, at) => (7 * at + 3) % vocabulary)
  return { promptTokenIds: ids.slice(0, 1), actionTokenIds: ids.slice(1) }
}

async function scoresOf(
  model: Pick<ItemModel<TokenAction>, 'run'>,
  actions: readonly TokenAction[],
  path: string,
): Promise<readonly (readonly number[])[]> {
  const scored = await model.run(actions).catch((thrown) => {
    throw unusable(path, messageOf(thrown))
  })
  return scored.map((each) => {
    if ('problem' in each) throw unusable(path, each.problem)
    return each.logProbs
  })
}

const unusable = (path: string, problem: string): GymError =>
  new GymError('MODEL_INVALID', `${path}: it cannot be run: ${problem}`)

function expectNear(expected: readonly number[], found: readonly number[], problem: string): void {
  const differences = expected.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN)))
  const largest = Math.max(0, ...differences)
  if (!(largest <= TOLERANCE)) throw new GymError('MODEL_INVALID', `${problem}, by ${largest}`)
}
