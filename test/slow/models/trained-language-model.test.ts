import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProcessHook } from '../../../core/reward/run-hooks.ts'
import { openLanguageModel } from '../../../models/imported/language-model.ts'
import { decoderNetwork, type TokenAction } from '../../../models/networks/token-network.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { openScorer, type Scorer } from '../../../models/scoring/scorer.ts'
import { conversationTokens } from '../../../models/tokenizer/conversation.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { outcomeMargins } from '../../../models/training/margin-loss.ts'
import { openTrainer } from '../../../models/training/trainer.ts'
import { initialWeights, type Weights } from '../../../models/weights/weights.ts'
import { implicitReward } from '../../../rewards/process/implicit.ts'
import { plainDecoder } from '../../models/networks/plain.ts'
import { byteTokenizer } from '../../support/byte-tokenizer.ts'
import { exportedDecoder, folderWith } from '../../support/language-model.ts'
import { step, tokenEvidence } from '../../support/reward-samples.ts'

const COLOURS = ['red', 'blue', 'green', 'black', 'white']
const THINGS = ['shoes', 'hats', 'gloves', 'coats', 'bags']
const PAIRS = COLOURS.flatMap((colour) => THINGS.map((thing) => `${colour} ${thing}`))
/** Every colour and every thing is seen, but not with each other. */
const HELD_OUT = COLOURS.map((colour, at) => `${colour} ${THINGS[at]}`)
const SEEN = PAIRS.filter((pair) => !HELD_OUT.includes(pair))

const MERGES = 30
const FILE = byteTokenizer(PAIRS.map((pair) => `find ${pair}\nsearch[${pair}]\n`).join(''), MERGES)
const TOKENIZER = openTokenizer(folderWith({ 'tokenizer.json': JSON.stringify(FILE) }))
const VOCABULARY = Math.max(...TOKENIZER.special.values()) + 2
const DECODER = { vocabulary: VOCABULARY, width: 32, heads: 2, layers: 2, hidden: 64, maxLength: 64 }
const NETWORK = decoderNetwork(DECODER)

/** The tokens of what an assistant writes after it was asked for something. */
function tokensOf(asked: string, written: string): TokenAction {
  const [action] = conversationTokens(TOKENIZER, [
    { kind: 'template', text: '<|im_start|>user\n' },
    { kind: 'content', text: `find ${asked}` },
    { kind: 'template', text: '<|im_end|>\n<|im_start|>assistant\n' },
    { kind: 'action', text: written },
    { kind: 'stop', text: '<|im_end|>' },
  ])
  if (action === undefined || 'problem' in action) throw new Error(`no tokens: ${action?.problem}`)
  return action
}

const answer = (pair: string): TokenAction => tokensOf(pair, `search[${pair}]`)

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

async function logProbsOf(scorer: Scorer<TokenAction>, actions: readonly TokenAction[]): Promise<readonly number[]> {
  const scored = await scorer.score(actions)
  return scored.flatMap((each) => ('logProbs' in each ? each.logProbs : [Number.NaN]))
}

/**
 * Maximum likelihood by the trainer: where everything succeeds and the reference is 0, the gradient of the cross-entropy
 * of outcomes is that of the likelihood, nearly.
 */
async function trainedOn(runtime: Runtime, actions: readonly TokenAction[], updates: number): Promise<Weights> {
  const trainer = await openTrainer(runtime, NETWORK, initialWeights(NETWORK.weights, 5), {
    beta: 1,
    learningRate: 0.01,
  })
  const group = actions.map((action) => ({
    isSuccess: true,
    actions: [{ ...action, referenceLogProbs: action.actionTokenIds.map(() => 0) }],
  }))
  for (let update = 0; update < updates; update++) await trainer.update(outcomeMargins([group]))
  const weights = await trainer.weights()
  await trainer.close()
  return weights
}

describe('a language model that is trained here', { timeout: 600_000 }, () => {
  let runtime: Runtime
  let weights: Weights
  let trained: Scorer<TokenAction>
  let untrained: Scorer<TokenAction>

  beforeAll(async () => {
    runtime = await openRuntime({ device: 'cpu' })
    weights = await trainedOn(runtime, SEEN.map(answer), 250)
    const model = exportedDecoder(DECODER, weights)
    const config = JSON.stringify({ vocab_size: VOCABULARY, max_position_embeddings: 64 })
    trained = await openLanguageModel(runtime, { folder: folderWith({ 'model.onnx': model, 'config.json': config }) })
    untrained = await openScorer(runtime, NETWORK, initialWeights(NETWORK.weights, 5))
  }, 600_000)
  afterAll(() => runtime.close())

  it('gives what it has learnt, and pairs that it has not seen, a far higher likelihood than before', async () => {
    for (const pairs of [SEEN, HELD_OUT]) {
      const actions = pairs.map(answer)
      expect(meanOf(await logProbsOf(untrained, actions))).toBeLessThan(-4)
      expect(meanOf(await logProbsOf(trained, actions))).toBeGreaterThan(-0.8)
    }
  })

  it('has the log-probabilities of float64 in its export, within 1e-4', async () => {
    const actions = HELD_OUT.map(answer)
    const found = await logProbsOf(trained, actions)
    const expected = actions.flatMap(({ promptTokenIds, actionTokenIds }) =>
      plainDecoder(DECODER, weights, [...promptTokenIds, ...actionTokenIds]).slice(promptTokenIds.length - 1),
    )
    expect(found).toHaveLength(expected.length)
    for (const [at, value] of expected.entries())
      expect(Math.abs(value - Number(found[at])), `${at}`).toBeLessThan(1e-4)
  })

  it('rewards, token by token, what it was taught, and not another answer', async () => {
    const hook = implicitReward({ scorer: trained, reference: untrained, beta: 1 })
    const answers = SEEN.map((pair) => [
      answer(pair),
      tokensOf(pair, `search[${pair.split('').toReversed().join('')}]`),
    ])
    const stepOf = ({ promptTokenIds, actionTokenIds }: TokenAction, index: number) => {
      const evidence = {
        ...tokenEvidence(
          actionTokenIds.map(() => -1),
          [...actionTokenIds],
        ),
        promptTokenIds,
      }
      return step({ index, evidence })
    }
    const rewards = await runProcessHook(hook, answers.flat().map(stepOf))
    for (const [at, [taught]] of answers.entries()) {
      const [right, wrong] = [rewards[2 * at], rewards[2 * at + 1]]
      expect(right?.value).toBeGreaterThan(0)
      expect(Number(right?.value)).toBeGreaterThan(Number(wrong?.value) + 5)
      expect(right?.perToken).toHaveLength(taught?.actionTokenIds.length ?? -1)
    }
  })
})
