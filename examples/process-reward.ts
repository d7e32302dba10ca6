/** Which step made the difference? Train a small reward model on outcomes alone, and let it judge every step. */
import assert from 'node:assert/strict'
import {
  createAgent,
  defineAgent,
  defineEnvironment,
  type Group,
  hookSet,
  openWorld,
  rolloutGroup,
  textAction,
} from 'stepgym'
import { decoderNetwork, initialWeights, openRuntime, openTrainer, preferenceMargins } from 'stepgym/models'
import { implicitReward } from 'stepgym/process-rewards'

/** Tokens: where a turn begins, and the words that an agent can say. */
const WORDS = ['<turn>', 'hello', 'please', 'now', 'thanks']

/** Three turns at a counter: an agent that says please once is served, and learns so only at the end. */
const counter = defineEnvironment({
  id: 'counter@1',
  maxSteps: 3,
  action: textAction((text) => text, 'a word'),
  reset: () => ({ turn: 0, isPolite: false }),
  step({ turn, isPolite }, action) {
    const next = { turn: turn + 1, isPolite: isPolite || action === 'please' }
    const isOver = next.turn === 3
    return { state: next, reward: isOver && next.isPolite ? 1 : 0, terminated: isOver }
  },
  observe: { text: ({ turn }) => `turn ${turn}` },
})

/** Says any word; its evidence has the tokens and their log-probabilities, as a language model's would. */
const speaker = defineAgent({
  name: 'speaker',
  create: () => ({
    name: 'speaker',
    act({ rng }) {
      const id = rng.int(1, WORDS.length - 1)
      const sampling = { policyId: 'speaker', policyVersion: '1', temperature: 1, topP: 1 }
      const tokens = { promptTokenIds: [0], actionTokenIds: [id], logProbs: [-Math.log(WORDS.length - 1)] }
      return { action: WORDS[id] ?? '', evidence: { kind: 'token', ...sampling, ...tokens, finishReason: 'stop' } }
    },
  }),
})

const world = await openWorld(counter)
const agent = await createAgent(speaker)
const play = (seed: number, hooks = hookSet([])): Promise<Group> =>
  rolloutGroup(
    world,
    { task: world.tasks.byId('default'), seed },
    { groupId: `${seed}`, size: 8, agent, hooks, runKey: 'key' },
  )

const runtime = await openRuntime({ device: 'cpu' })
const network = decoderNetwork({ vocabulary: WORDS.length, width: 8, heads: 1, layers: 1, hidden: 16, maxLength: 4 })
const trainer = await openTrainer(runtime, network, initialWeights(network.weights, 1), { beta: 1, learningRate: 0.02 })

/** Actions of a group with the log-probabilities of the agent that took them: the reference of the reward model. */
const outcomesOf = ({ trajectories }: Group) =>
  trajectories.map(({ steps }) => ({
    isSuccess: steps.some(({ rewards }) => rewards.some(({ value }) => value === 1)),
    actions: steps.flatMap(({ evidence }) =>
      evidence?.kind === 'token' ? [{ ...evidence, referenceLogProbs: evidence.logProbs }] : [],
    ),
  }))

for (let seed = 1; seed <= 40; seed++) await trainer.update(preferenceMargins([outcomesOf(await play(seed))]))

const scorer = await trainer.scorer()
const { trajectories } = await play(100, hookSet([implicitReward({ scorer, reference: 'behaviour', beta: 1 })]))
const means = WORDS.slice(1).map((word) => {
  const values = trajectories
    .flatMap(({ steps }) => steps)
    .filter(({ action }) => action === word)
    .map(({ rewards }) => rewards.find(({ name }) => name === 'implicit')?.value ?? Number.NaN)
  return { word, mean: values.reduce((sum, value) => sum + value, 0) / values.length }
})
for (const { word, mean } of means) console.log(`${word.padEnd(7)} ${mean.toFixed(2)}`)

const best = means.toSorted((a, b) => b.mean - a.mean)[0]
assert.equal(best?.word, 'please', 'the reward model has found the word that served')
await runtime.close()
