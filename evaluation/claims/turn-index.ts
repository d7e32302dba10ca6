import { expectSync } from '../../core/data/maybe-promise.ts'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import type { Policy } from '../../core/rollout/policy.ts'
import type { Estimates } from '../creditbench/measures/estimates.ts'
import { type Sample, samplesOf } from '../creditbench/sample.ts'
import { type Testbed, testbedOf } from '../creditbench/testbed.ts'
import { enumerate } from '../exact/enumerate.ts'
import { biasOf, squaredBiasDifference, stateSumsOf } from './kit/bias.ts'
import { type ClaimSettings, defineClaim } from './kit/claim.ts'
import { estimatesOf, withSteps } from './kit/credited.ts'
import { figure, meanOf } from './kit/intervals.ts'
import { estimatorNamed } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

const TURNS = 6
const SUCCESS_OF_WORK = 0.7
const SUCCESS_OF_IDLING = 0.2

/**
 * Turns that are paid one by one: work pays 1 more often than idling. Where `stop` is listed it ends the episode, and
 * all that the turns to come would have paid is lost; the outcome is the same for all.
 */
const turns = (canStop: boolean) =>
  defineEnvironment({
    id: canStop ? 'open-turns@1' : 'fixed-turns@1',
    summary: 'turns that are paid one by one',
    maxSteps: TURNS,
    action: textAction((text) => text, 'work, idle or stop'),
    reset: () => ({ turn: 0 }),
    step({ turn }, action, { rng }) {
      const chance = action === 'work' ? SUCCESS_OF_WORK : action === 'idle' ? SUCCESS_OF_IDLING : 0
      return {
        state: { turn: turn + 1 },
        reward: rng.chance(chance) ? 1 : 0,
        terminated: action === 'stop' || turn + 1 === TURNS,
      }
    },
    observe: { text: ({ turn }) => `turn ${turn}` },
    actions: () => (canStop ? ['work', 'idle', 'stop'] : ['work', 'idle']),
  })

/** Stops one turn in four, where that can be done; else works and idles alike. */
const undecided: Policy = {
  name: 'undecided',
  version: '1',
  probabilities: (_, actions) => {
    const canStop = actions.includes('stop')
    return actions.map((action) => (action === 'stop' ? 0.25 : canStop ? 0.375 : 0.5))
  },
}

const BATCHES = { tiny: 40, quick: 2000, full: 12_000 } as const
/** A bias below this share of the truth counts as none. */
const NEGLIGIBLE = 0.1

export default defineClaim({
  name: 'turn-index',
  claim:
    'Normalising rewards by turn index is biased where the policy controls how long the episode is: the expected reward of each further turn is subtracted',
  source: 'verl-project/verl, issue 7244 (RFC on advantages of turns); the form is that of MT-GRPO (arXiv 2505.11821)',
  method:
    'A world of up to 6 turns, each paid 0 or 1, once with an action that ends the episode and once without. Groups of 8 of a frozen policy are credited by `mt-grpo` in both of its forms; estimates are averaged by state and action, centred by state, scaled to fit best, and held against the exact advantage (bias in units of the truth, cross-fitted, jackknife over batches). Changed after a first look at the numbers: differences are of squared biases, which have narrower intervals, against the same bound.',
  conditions: [
    {
      figure: 'squared bias, open length: per turn index minus leave-one-out',
      is: 'above',
      bound: 0,
      says: 'where the policy can stop, the form by turn index is the more biased',
    },
    {
      figure: 'bias, open length: per turn index',
      is: 'above',
      bound: NEGLIGIBLE,
      says: 'and its bias is not negligible',
    },
    {
      figure: 'bias, fixed length: per turn index',
      is: 'below',
      bound: NEGLIGIBLE,
      says: 'where the length is fixed, the bias vanishes',
    },
  ],
  beside: [
    {
      figure: 'bias, open length: leave-one-out',
      is: 'below',
      bound: NEGLIGIBLE,
      says: 'leaving one out is unbiased though the policy can stop',
    },
    {
      figure: 'bias, open length: return to come by turn index',
      is: 'below',
      bound: NEGLIGIBLE,
      says: 'the turn index does no harm where it is the return still to come that is compared',
    },
    {
      figure: 'advantage of stopping first, open length: per turn index minus truth',
      is: 'above',
      bound: 0,
      says: 'stopping early is flattered',
    },
  ],
  async measure(settings) {
    const open = await measuredTurns(true, settings)
    const fixed = await measuredTurns(false, settings)
    return [...open, ...fixed]
  },
  say: (figure) =>
    `By turn index the bias is ${figure('bias, open length: per turn index')} of the truth where the policy can stop, and ${figure('bias, fixed length: per turn index')} where it cannot; leaving one out has ${figure('bias, open length: leave-one-out')} and ${figure('bias, fixed length: leave-one-out')}. Comparing the return still to come at the same turn index, in place of the turn’s own reward, has ${figure('bias, open length: return to come by turn index')}.`,
})

async function measuredTurns(canStop: boolean, settings: ClaimSettings): Promise<readonly Figure[]> {
  const testbed = await turnsBed(canStop)
  const samples = paidSamples(testbed, settings)
  const mtGrpo = await estimatorNamed('mt-grpo', settings.catalogs)
  const gigpo = await estimatorNamed('gigpo', settings.catalogs)
  const byIndex = estimatesOf(samples, mtGrpo)
  const leftOut = estimatesOf(samples, mtGrpo, { form: 'leave-one-out' })
  // The observation is the turn's number, so that steps at the same anchor are turns at the same index.
  const returned = estimatesOf(samples, gigpo, { norm: 'mean_norm', gamma: 1 }, 'step')
  const [index, left, whole] = [byIndex, leftOut, returned].map((each) => stateSumsOf(testbed, each))
  if (!(index && left && whole)) return []
  const length = canStop ? 'open length' : 'fixed length'
  return [
    figure(`bias, ${length}: per turn index`, biasOf(index, 'gradient')),
    figure(`bias, ${length}: leave-one-out`, biasOf(left, 'gradient')),
    figure(`bias, ${length}: return to come by turn index`, biasOf(whole, 'gradient')),
    figure(
      `squared bias, ${length}: per turn index minus leave-one-out`,
      squaredBiasDifference(index, left, 'gradient'),
    ),
    ...(canStop ? [stoppingFirst(testbed, byIndex)] : []),
  ]
}

export async function turnsBed(canStop: boolean): Promise<Testbed> {
  const world = await openWorld(turns(canStop))
  const [split = ''] = world.tasks.splits
  const episode = expectSync(startEpisode(world, { task: world.tasks.at(split, 0), seed: 0 }))
  return testbedOf([enumerate(episode)], undecided)
}

/** The turns' own rewards as the signal `turn`; every episode counts as a success. */
function paidSamples(testbed: Testbed, { effort, seed = 0 }: ClaimSettings): readonly Sample[] {
  const samples = samplesOf(testbed, { batches: BATCHES[effort], seed })
  return withSteps(samples, 'turn', ({ walks }) => walks.reward).map((sample) => ({
    ...sample,
    batch: { ...sample.batch, outcomes: new Map([...sample.batch.outcomes, ['success', everyone(sample)]]) },
  }))
}

function everyone({ batch }: Sample) {
  const count = batch.trajectories.ids.length
  return { values: new Float64Array(count).fill(1), known: new Uint8Array(count).fill(1) }
}

/** How much better stopping at the first turn looks than it is, of the same scale: a batch each. */
function stoppingFirst(testbed: Testbed, estimates: readonly Estimates[]): Figure {
  const scale = scaleOf(estimates)
  const model = testbed.tasks[0]?.model
  const excesses = estimates.map(({ sample, advantages }) => {
    const rows = [...sample.walks.choice.keys()].filter(
      (row) =>
        sample.walks.state[row] === 0 && model?.actions[model.actionOf[sample.walks.choice[row] ?? 0] ?? 0] === 'stop',
    )
    const sum = rows.reduce((total, row) => total + scale * (advantages[row] ?? 0) - (sample.truth[row] ?? 0), 0)
    return rows.length > 0 ? sum / rows.length : null
  })
  return figure('advantage of stopping first, open length: per turn index minus truth', meanOf(excesses))
}

/** That brings estimates nearest to the truth, over all rows. */
function scaleOf(estimates: readonly Estimates[]): number {
  let [aligned, shared] = [0, 0]
  for (const { sample, advantages } of estimates)
    for (const [row, advantage] of advantages.entries()) {
      aligned += advantage * (sample.truth[row] ?? 0)
      shared += advantage * advantage
    }
  return shared > 0 ? aligned / shared : 0
}
