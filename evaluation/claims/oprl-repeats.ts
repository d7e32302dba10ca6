import type { Estimates } from '../creditbench/measures/estimates.ts'
import { rootMeanSquare, withNoise } from '../creditbench/planted.ts'
import { type Sample, samplesOf } from '../creditbench/sample.ts'
import { repeatedShares, withPast } from './kit/anchors.ts'
import { type ClaimSettings, defineClaim } from './kit/claim.ts'
import { ownRng } from './kit/climb.ts'
import { cosines, estimatesOf, withSteps } from './kit/credited.ts'
import { blocksOf, figure, jackknifed, meanOf, pairedDifference } from './kit/intervals.ts'
import { estimatorNamed, gridBed } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

const BATCHES = { tiny: 10, quick: 60, full: 400 } as const
const TASKS = 6

/** How many observations before a step are part of its anchor: all of them, and next to none repeats. */
const PASTS = { none: 0, one: 1, two: 2, four: 4, eight: 8, all: 1000 } as const
type Past = keyof typeof PASTS
const LENGTHS: readonly Past[] = ['none', 'one', 'two', 'four', 'eight', 'all']

/** Noise of the process reward, in units of the truth's root mean square. */
const NOISES = [1, 3, 10] as const
type Noise = (typeof NOISES)[number]

const ANCHORED = ['gigpo', 'crbc'] as const
type Anchored = (typeof ANCHORED)[number]

const ofOprl = (noise: Noise): string => `oprl, noise ${noise}`
const lead = (noise: Noise, other: Anchored, past: Past): string => `past ${past}: ${ofOprl(noise)} minus ${other}`
const crossing = (noise: Noise, other: Anchored): string =>
  `share of repeated anchors at which ${other} overtakes ${ofOprl(noise)}`

export default defineClaim({
  name: 'oprl-repeats',
  claim: 'Where states rarely repeat, step rewards as OPRL’s are better credit than comparing steps at the same anchor',
  source: 'OPRL / iStar (arXiv 2509.19199), on where GiGPO falls short',
  method:
    'Key and door, groups of 8 of a frozen policy that earns 0.3. The process reward that OPRL is given is the true advantage with normal noise of 1, 3 and 10 times its size: an honest one, which no trained model need be. GiGPO and CRBC have anchors that include none to all of the observations before, so that fewer and fewer repeat. Measured is the cosine of one batch’s policy gradient with the exact one.',
  conditions: ANCHORED.map((other) => ({
    figure: lead(3, other, 'all'),
    is: 'above' as const,
    bound: 0,
    says: `where no anchor repeats, OPRL with noise of 3 is ahead of ${other}`,
  })),
  beside: [
    ...ANCHORED.map((other) => ({
      figure: lead(3, other, 'none'),
      is: 'above' as const,
      bound: 0,
      says: `it is ahead of ${other} on exact anchors too`,
    })),
    ...ANCHORED.map((other) => ({
      figure: lead(10, other, 'all'),
      is: 'above' as const,
      bound: 0,
      says: `where no anchor repeats, it is ahead of ${other} even with noise of 10`,
    })),
    ...ANCHORED.map((other) => ({
      figure: lead(1, other, 'none'),
      is: 'above' as const,
      bound: 0,
      says: `with noise of 1 it is ahead of ${other} on exact anchors`,
    })),
  ],
  measure,
  say: (figure) =>
    `Where no anchor repeats OPRL leads GiGPO by ${figure(lead(1, 'gigpo', 'all'))}, ${figure(lead(3, 'gigpo', 'all'))} and ${figure(lead(10, 'gigpo', 'all'))} with noise of 1, 3 and 10; on exact anchors, of which a share of ${figure('past none: share of repeated anchors')} repeats, it leads CRBC by ${figure(lead(1, 'crbc', 'none'))}, ${figure(lead(3, 'crbc', 'none'))} and ${figure(lead(10, 'crbc', 'none'))}. With noise of 3 CRBC overtakes it from a share of ${figure(crossing(3, 'crbc'))} on.`,
})

async function measure({ effort, seed = 0, catalogs }: ClaimSettings): Promise<readonly Figure[]> {
  const options = { world: 'key-door', size: 4 }
  const testbed = await gridBed({ options, tasks: TASKS, target: 0.3, seed, catalogs })
  const samples = samplesOf(testbed, { batches: BATCHES[effort], seed })
  const oprl = await estimatorNamed('oprl', catalogs)
  const byNoise = NOISES.map((noise) => ({
    noise,
    cosines: cosines(testbed, estimatesOf(withProcess(samples, noise, seed), oprl)),
  }))
  const estimators = await Promise.all(ANCHORED.map((name) => estimatorNamed(name, catalogs)))
  const byPast = LENGTHS.map((past) => {
    const tagged = withPast(samples, PASTS[past])
    const credited = (at: number): readonly Estimates[] => {
      const estimator = estimators[at]
      return estimator ? estimatesOf(tagged, estimator, { anchor: 'past' }) : []
    }
    const anchored = ANCHORED.map((name, at) => ({ name, cosines: cosines(testbed, credited(at)) }))
    return { past, shares: repeatedShares(tagged, 'past'), anchored }
  })
  return [...ownFigures(byNoise, byPast), ...comparisons(byNoise, byPast)]
}

const withProcess = (samples: readonly Sample[], noise: Noise, seed: number): readonly Sample[] =>
  withSteps(samples, 'process', ({ truth }, at) =>
    withNoise(truth, noise * rootMeanSquare(truth), ownRng(seed, at * NOISES.length + NOISES.indexOf(noise))),
  )

type Cosines = ReturnType<typeof cosines>
interface ByNoise {
  readonly noise: Noise
  readonly cosines: Cosines
}
interface ByPast {
  readonly past: Past
  readonly shares: readonly number[]
  readonly anchored: readonly { readonly name: Anchored; readonly cosines: Cosines }[]
}

const ownFigures = (byNoise: readonly ByNoise[], byPast: readonly ByPast[]): readonly Figure[] => [
  ...byNoise.map(({ noise, cosines: own }) => figure(ofOprl(noise), meanOf(own))),
  ...byPast.flatMap(({ past, shares, anchored }) => [
    figure(`past ${past}: share of repeated anchors`, meanOf(shares)),
    ...anchored.map(({ name, cosines: own }) => figure(`past ${past}: ${name}`, meanOf(own))),
  ]),
]

const comparisons = (byNoise: readonly ByNoise[], byPast: readonly ByPast[]): readonly Figure[] =>
  byNoise.flatMap(({ noise, cosines: own }) =>
    ANCHORED.flatMap((other) => {
      const points = byPast.map(({ past, shares, anchored }) => ({
        past,
        shares,
        others: anchored.find(({ name }) => name === other)?.cosines ?? [],
      }))
      return [
        ...points.map(({ past, others }) => figure(lead(noise, other, past), pairedDifference(own, others))),
        figure(crossing(noise, other), crossingOf(own, points)),
      ]
    }),
  )

interface Point {
  readonly shares: readonly number[]
  readonly others: Cosines
}

/** Where the lead changes sign, between the two lengths next to it; null where it does not. Jackknife over batches. */
function crossingOf(own: Cosines, points: readonly Point[]) {
  const batches = blocksOf(own.map((_, batch) => batch))
  return jackknifed(batches, (blocks) => crossingShare(own, points, blocks.flat()))
}

function crossingShare(own: Cosines, points: readonly Point[], batches: readonly number[]): number | null {
  const mean = (values: readonly (number | null)[]): number =>
    batches.reduce((sum, batch) => sum + (values[batch] ?? 0), 0) / batches.length
  const curve = points
    .map(({ shares, others }) => ({ share: mean(shares), lead: mean(own) - mean(others) }))
    .toSorted((a, b) => a.share - b.share)
  for (const [at, upper] of curve.entries()) {
    const lower = curve[at - 1]
    if (lower && lower.lead > 0 && upper.lead <= 0)
      return lower.share + ((upper.share - lower.share) * lower.lead) / (lower.lead - upper.lead)
  }
  return null
}
