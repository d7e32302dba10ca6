import { expectSync } from '../../core/data/maybe-promise.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import type { Policy } from '../../core/rollout/policy.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'
import { type Sample, samplesOf } from '../creditbench/sample.ts'
import { type Testbed, testbedOf } from '../creditbench/testbed.ts'
import { enumerate } from '../exact/enumerate.ts'
import { type ClaimSettings, defineClaim } from './kit/claim.ts'
import { climb } from './kit/climb.ts'
import { cosines, estimatesOf, withSteps } from './kit/credited.ts'
import { figure, meanOf, pairedDifference } from './kit/intervals.ts'
import { estimatorNamed } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

const STEPS_OF_WORK = 3
const MOST_STEPS = 12

/**
 * Three steps of work reach the goal, which pays 1. A restatement changes nothing and can be repeated; a blunder ends
 * the episode without pay.
 */
const proof = defineEnvironment({
  id: 'proof@1',
  summary: 'three steps to a goal, a harmless one that can be repeated, a fatal one',
  maxSteps: MOST_STEPS,
  action: textAction((text) => text, 'work, restate or blunder'),
  reset: () => ({ done: 0, isLost: false }),
  step({ done, isLost }, action) {
    const state = { done: done + (action === 'work' ? 1 : 0), isLost: isLost || action === 'blunder' }
    const isSolved = state.done === STEPS_OF_WORK
    return { state, reward: isSolved ? 1 : 0, terminated: isSolved || state.isLost }
  },
  observe: { text: ({ done }) => `${done} of ${STEPS_OF_WORK} steps done` },
  actions: () => ['work', 'restate', 'blunder'],
})

/** Rarely blunders, works and restates alike. */
const careful: Policy = {
  name: 'careful',
  version: '1',
  probabilities: (_, actions) => actions.map((action) => (action === 'blunder' ? 0.05 : 0.475)),
}

/** What the planted process reward says of steps that are not restatements. */
const SCORES: Readonly<Record<string, number>> = { work: 0.5, blunder: -1 }
/** Process rewards of a restatement: too kind, and kinder than those of work. */
const KIND = { 'slightly praised': 0.2, 'praised most': 0.8 } as const
type Kindness = keyof typeof KIND

const FORMS = {
  sum: { form: 'gamma-decay', gamma: 1 },
  softmin: { form: 'softmin' },
  'cold softmin': { form: 'softmin', temperature: 0.01 },
  'strict min': { form: 'strict-min' },
} as const satisfies Readonly<Record<string, JsonObject>>
type Form = keyof typeof FORMS

const SIZES = {
  tiny: { batches: 10, runs: 2, updates: 5 },
  quick: { batches: 200, runs: 10, updates: 150 },
  full: { batches: 1000, runs: 30, updates: 400 },
} as const

const RATE = 0.02

const figureName = (form: Form, kindness: Kindness, what: string): string => `${form}, restating ${kindness}: ${what}`
const PREFERENCE = 'advantage of restating minus that of working'
const LEARNT = 'true value after learning minus before'
const COSINE = 'cosine with the true gradient'

export default defineClaim({
  name: 'min-form',
  claim:
    'A sum of process rewards is hacked by a harmless step that is scored slightly positive and can be repeated; the min form of PURE is not',
  source: 'PURE (arXiv 2504.15275)',
  method:
    'Three steps of work reach a goal; restating changes nothing, a blunder is fatal. A planted process reward says 0.5 of work, -1 of a blunder and 0.2 of restating (beside: 0.8). `pure` credits groups of 8 of a policy that rarely blunders, as a plain sum (`gamma-decay`, gamma 1), as softmin and as strict minimum. Advantages of restating and working are compared state by state; learning is gradient steps on tables of logits, its value the exact chance of the goal.',
  conditions: [
    {
      figure: figureName('sum', 'slightly praised', PREFERENCE),
      is: 'above',
      bound: 0,
      says: 'the sum prefers restating to working',
    },
    {
      figure: figureName('sum', 'slightly praised', LEARNT),
      is: 'below',
      bound: 0,
      says: 'a policy that learns from the sum gets worse',
    },
    ...(['softmin', 'strict min'] as const).flatMap((form) => [
      {
        figure: figureName(form, 'slightly praised', PREFERENCE),
        is: 'below' as const,
        bound: 0,
        says: `${form} prefers working`,
      },
      {
        figure: figureName(form, 'slightly praised', LEARNT),
        is: 'above' as const,
        bound: 0,
        says: `a policy that learns from ${form} gets better`,
      },
    ]),
  ],
  beside: [
    {
      figure: figureName('cold softmin', 'slightly praised', LEARNT),
      is: 'above',
      bound: 0,
      says: 'a policy that learns from a softmin of temperature 0.01 gets better',
    },
    ...(['softmin', 'strict min'] as const).map((form) => ({
      figure: figureName(form, 'praised most', LEARNT),
      is: 'above' as const,
      bound: 0,
      says: `${form} holds even where restating is scored above working`,
    })),
  ],
  async measure(settings) {
    const testbed = await proofBed()
    const pure = await estimatorNamed('pure', settings.catalogs)
    return (['slightly praised', 'praised most'] as const).flatMap((kindness) =>
      (['sum', 'softmin', 'cold softmin', 'strict min'] as const).flatMap((form) =>
        figuresOf({ testbed, pure, form, kindness }, settings),
      ),
    )
  },
  say: (figure) =>
    `Where restating is slightly praised, learning from the sum changes the true value by ${figure(figureName('sum', 'slightly praised', LEARNT))}, from softmin by ${figure(figureName('softmin', 'slightly praised', LEARNT))}, from the strict minimum by ${figure(figureName('strict min', 'slightly praised', LEARNT))}. Where it is praised above working the three change it by ${figure(figureName('sum', 'praised most', LEARNT))}, ${figure(figureName('softmin', 'praised most', LEARNT))} and ${figure(figureName('strict min', 'praised most', LEARNT))}.`,
})

interface Case {
  readonly testbed: Testbed
  readonly pure: Estimator
  readonly form: Form
  readonly kindness: Kindness
}

function figuresOf({ testbed, pure, form, kindness }: Case, { effort, seed = 0 }: ClaimSettings): readonly Figure[] {
  const { batches, runs, updates } = SIZES[effort]
  const scored = (samples: readonly Sample[]): readonly Sample[] =>
    withSteps(samples, 'process', (sample) => scoresOf(testbed, sample, KIND[kindness]))
  const estimates = estimatesOf(scored(samplesOf(testbed, { batches, seed })), pure, FORMS[form])
  const preferences = estimates.map(({ sample, advantages }) => preferenceOf(testbed, sample, advantages))
  const values = Array.from({ length: runs }, (_, run) =>
    climb(
      testbed,
      (sample) => {
        const [scoredSample = sample] = scored([sample])
        return pure.compute(scoredSample.batch, FORMS[form])
      },
      { updates, rate: RATE, seed: seed + run + 1 },
    ),
  )
  const name = (what: string): string => figureName(form, kindness, what)
  return [
    figure(name(PREFERENCE), meanOf(preferences)),
    figure(name(COSINE), meanOf(cosines(testbed, estimates))),
    figure(
      name(LEARNT),
      pairedDifference(
        values.map((run) => run.at(-1) ?? null),
        values.map((run) => run[0] ?? null),
      ),
    ),
  ]
}

export async function proofBed(): Promise<Testbed> {
  const world = await openWorld(proof)
  const [split = ''] = world.tasks.splits
  return testbedOf([enumerate(expectSync(startEpisode(world, { task: world.tasks.at(split, 0), seed: 0 })))], careful)
}

const actionsOf = ({ tasks }: Testbed, { walks }: Sample): readonly string[] =>
  Array.from(walks.choice, (choice) => `${tasks[0]?.model.actions[tasks[0].model.actionOf[choice] ?? 0]}`)

const scoresOf = (testbed: Testbed, sample: Sample, ofRestating: number): Float64Array =>
  Float64Array.from(actionsOf(testbed, sample), (action) => SCORES[action] ?? ofRestating)

/** Mean advantage of restating minus that of working, of states where both were done; null where none is. */
function preferenceOf(testbed: Testbed, sample: Sample, advantages: Float64Array): number | null {
  const means = new Map<string, { sum: number; count: number }>()
  actionsOf(testbed, sample).forEach((action, row) => {
    const key = `${sample.walks.state[row]} ${action}`
    const own = means.get(key) ?? { sum: 0, count: 0 }
    means.set(key, { sum: own.sum + (advantages[row] ?? 0), count: own.count + 1 })
  })
  const differences = [...new Set(sample.walks.state)].flatMap((state) => {
    const [restated, worked] = [means.get(`${state} restate`), means.get(`${state} work`)]
    return restated && worked ? [restated.sum / restated.count - worked.sum / worked.count] : []
  })
  return differences.length > 0 ? differences.reduce((a, b) => a + b, 0) / differences.length : null
}
