import { addInto } from '../../creditbench/measures/cells.ts'
import type { Testbed } from '../../creditbench/testbed.ts'
import { type ClaimSettings, defineClaim } from '../kit/claim.ts'
import { ownRng } from '../kit/climb.ts'
import { blocksOf, figure, jackknifed } from '../kit/intervals.ts'
import { gridBed } from '../kit/testbeds.ts'
import type { Figure } from '../kit/verdict.ts'
import { type Tally, truncatedBatch, wholeBatch } from './truncated.ts'

const HORIZONS = [8, 16, 32] as const
const WIDTH = 8
const TASKS = 4
const BATCHES = { tiny: 20, quick: 150, full: 1500 } as const
/** How near to a factor of the mean number of steps is near. */
const SHARE_OF_STEPS = 0.5

const ADVANTAGE = 'variance of the advantage, whole over truncated'
const ERROR = 'squared error of the advantage, whole over truncated'
const GRADIENT = 'variance of the gradient, whole over truncated'
const SHARE = `${ADVANTAGE}, by mean steps`
const READINGS = {
  judge: 'perfect judge, per sample',
  continuation: 'Monte Carlo, per sample',
  judged: 'perfect judge, per step',
  continued: 'Monte Carlo, per step',
} as const
const named = (horizon: number, reading: string, what: string): string => `horizon ${horizon}, ${reading}: ${what}`

/** Above 1 at every horizon. */
const reduces = (reading: string, what: string, says: string) =>
  HORIZONS.map((horizon) => ({
    figure: named(horizon, reading, what),
    is: 'above' as const,
    bound: 1,
    says: `horizon ${horizon}: ${says}`,
  }))

export default defineClaim({
  name: 'slate-truncation',
  claim:
    'Drawing k next steps from one shared prefix, in place of k whole episodes, reduces the variance of step advantages by up to a factor of the number of steps',
  source: 'SLATE (truncated step-level sampling), abstract; its released code was not available',
  method: `Corridors with horizons of 8, 16 and 32 steps, a policy that earns 0.3. Whole: groups of ${WIDTH} episodes, each step has its return minus the mean of the others. Truncated: at every step of one episode ${WIDTH} actions are drawn and valued against each other, by a perfect judge (the exact Q) or by one episode played from there to its end; one is committed. Variances are over batches, ratios by jackknife; per step multiplies each variance with the environment steps that one sample took.`,
  conditions: [
    ...reduces(READINGS.judge, ADVANTAGE, 'with a perfect judge the variance of a sample is less'),
    ...HORIZONS.map((horizon) => ({
      figure: named(horizon, READINGS.judge, SHARE),
      is: 'above' as const,
      bound: SHARE_OF_STEPS,
      says: `horizon ${horizon}: by a factor of more than half of the mean number of steps`,
    })),
  ],
  beside: [
    ...reduces(READINGS.judge, GRADIENT, 'with a perfect judge the policy gradient varies less, too'),
    ...reduces(READINGS.continuation, ADVANTAGE, 'played to the end, the variance of a sample is less'),
    ...reduces(READINGS.continued, ADVANTAGE, 'played to the end, it is less for the same environment steps'),
    ...reduces(READINGS.continued, GRADIENT, 'played to the end, the gradient varies less for the same steps'),
    ...HORIZONS.map((horizon) => ({
      figure: named(horizon, READINGS.judge, `${ERROR}, by mean steps`),
      is: 'below' as const,
      bound: 1,
      says: `horizon ${horizon}: the squared error falls by no more than a factor of the mean number of steps`,
    })),
  ],
  async measure(settings) {
    const figures: Figure[] = []
    for (const horizon of HORIZONS) figures.push(...(await figuresOf(horizon, settings)))
    return figures
  },
  say: (figure) =>
    `With a perfect judge the variance of a sample falls by a factor of ${HORIZONS.map((horizon) => figure(named(horizon, READINGS.judge, ADVANTAGE))).join(', ')} at horizons of ${HORIZONS.join(', ')}, which is ${HORIZONS.map((horizon) => figure(named(horizon, READINGS.judge, SHARE))).join(', ')} of the mean number of steps; the variance of the gradient by ${HORIZONS.map((horizon) => figure(named(horizon, READINGS.judge, GRADIENT))).join(', ')}. Where continuations are played to the end the factor is ${HORIZONS.map((horizon) => figure(named(horizon, READINGS.continuation, ADVANTAGE))).join(', ')} a sample, and ${HORIZONS.map((horizon) => figure(named(horizon, READINGS.continued, ADVANTAGE))).join(', ')} for the same environment steps.`,
})

async function figuresOf(horizon: number, { effort, seed = 0, catalogs }: ClaimSettings): Promise<readonly Figure[]> {
  const options = { world: 'corridor', size: 1, branching: 0, horizon }
  const testbed = await gridBed({ options, tasks: TASKS, target: 0.3, maxSteps: horizon, seed, catalogs })
  const batches = Array.from({ length: BATCHES[effort] }, (_, at) => batchOf(testbed, seed, at))
  const blocks = blocksOf(batches)
  const ratio = (name: string, of: (all: readonly Batch[]) => number): Figure =>
    figure(
      name,
      jackknifed(blocks, (left) => of(left.flat())),
    )
  const own = (reading: string, what: string, of: (all: readonly Batch[]) => number): Figure =>
    ratio(named(horizon, reading, what), of)
  const { judge, continuation, judged, continued } = READINGS
  return [
    ratio(`horizon ${horizon}: mean steps of an episode`, meanSteps),
    own(judge, ADVANTAGE, (all) => varianceRatio(all, 'judge')),
    own(judge, SHARE, (all) => varianceRatio(all, 'judge') / meanSteps(all)),
    own(judge, `${ERROR}, by mean steps`, (all) => errorRatio(all) / meanSteps(all)),
    own(judge, GRADIENT, (all) => gradientRatio(all, 'judge')),
    own(continuation, ADVANTAGE, (all) => varianceRatio(all, 'continuation')),
    own(continuation, GRADIENT, (all) => gradientRatio(all, 'continuation')),
    own(judged, ADVANTAGE, (all) => varianceRatio(all, 'judge') * costRatio(all, 'judge')),
    own(continued, ADVANTAGE, (all) => varianceRatio(all, 'continuation') * costRatio(all, 'continuation')),
    own(continued, GRADIENT, (all) => gradientRatio(all, 'continuation') * costRatio(all, 'continuation')),
  ]
}

/** The same testbed sampled in all three ways. */
interface Batch {
  readonly whole: Tally
  readonly judge: Tally
  readonly continuation: Tally
}
type Way = keyof Batch

function batchOf(testbed: Testbed, seed: number, at: number): Batch {
  const rng = ownRng(seed, at)
  return {
    whole: wholeBatch(testbed, WIDTH, rng),
    judge: truncatedBatch(testbed, WIDTH, 'judge', rng),
    continuation: truncatedBatch(testbed, WIDTH, 'continuation', rng),
  }
}

const sumOf = (all: readonly Batch[], way: Way, what: 'rows' | 'steps' | 'squares' | 'errors'): number =>
  all.reduce((sum, batch) => sum + batch[way][what], 0)

const meanSteps = (all: readonly Batch[]): number => sumOf(all, 'whole', 'steps') / (all.length * WIDTH * TASKS)

const perRow = (all: readonly Batch[], way: Way, what: 'steps' | 'squares' | 'errors'): number =>
  sumOf(all, way, what) / sumOf(all, way, 'rows')

const varianceRatio = (all: readonly Batch[], way: Way): number =>
  perRow(all, 'whole', 'squares') / perRow(all, way, 'squares')

const errorRatio = (all: readonly Batch[]): number => perRow(all, 'whole', 'errors') / perRow(all, 'judge', 'errors')

/** Environment steps of a sample: below 1 where truncated sampling takes more of them. */
const costRatio = (all: readonly Batch[], way: Way): number => perRow(all, 'whole', 'steps') / perRow(all, way, 'steps')

const gradientRatio = (all: readonly Batch[], way: Way): number =>
  gradientVariance(all, 'whole') / gradientVariance(all, way)

/** Trace of the covariance over batches; every way has as many rows a batch, and the same expectation. */
function gradientVariance(all: readonly Batch[], way: Way): number {
  const mean = new Float64Array(all[0]?.[way].gradient.length ?? 0)
  for (const batch of all) addInto(mean, batch[way].gradient)
  const squared = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0)
  const squares = all.reduce((sum, batch) => sum + squared(batch[way].gradient), 0)
  return (squares - squared(mean) / all.length) / (all.length - 1)
}
