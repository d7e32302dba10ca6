import { correlationOf, ranksOf } from '../../../rewards/credit/ranks.ts'
import { correlation } from '../../creditbench/measures/agreement.ts'
import { centredCorrelation } from '../../creditbench/measures/cells.ts'
import { type Estimates, pairedRows } from '../../creditbench/measures/estimates.ts'
import { samplesOf } from '../../creditbench/sample.ts'
import type { Testbed } from '../../creditbench/testbed.ts'
import { type ClaimSettings, defineClaim } from '../kit/claim.ts'
import { climb } from '../kit/climb.ts'
import { cellSumsOf } from '../kit/credited.ts'
import { figure, meanOf, pairedDifference } from '../kit/intervals.ts'
import { gridBed } from '../kit/testbeds.ts'
import type { Figure } from '../kit/verdict.ts'
import { biased, type Learner, learners, noisy, SIZES } from './entries.ts'

const TASKS = 3
const START = 0.2
/** Runs differ in policy, batches, noise and bias: what intervals are over. */
const EFFORTS = {
  tiny: { runs: 2, batches: 20, updates: 3 },
  quick: { runs: 4, batches: 60, updates: 25 },
  full: { runs: 24, batches: 200, updates: 40 },
} as const
/** The best of these counts, for every entry its own. */
const RATES = [0.05, 0.2] as const
/** A rank correlation below this predicts little. */
const LITTLE = 0.5

/** Result of a run: the mean of the exact value over it, or its last one, minus its start. */
const MEASURED = { learning: 'learnt', 'the end': 'end' } as const
type Measured = keyof typeof MEASURED
/** Whose ranks: of all entries, or of the estimators alone, without the planted signals. */
type Among = 'all' | 'estimators alone'

const ranks = (what: string, measured: Measured, among: Among): string =>
  `rank correlation with ${measured}, ${among}: ${what}`
const ONE_BATCH = 'correlation on one batch'
const AVERAGED = 'averaged and centred'
const MORE = 'averaged and centred minus one batch'
const lead = (size: (typeof SIZES)[number]): string => `learning: ${noisy(size)} minus ${biased(size)}`

export default defineClaim({
  name: 'one-batch',
  claim:
    'How well advantages correlate with the truth on one batch does not predict how well a policy learns from them; what is left when batches are averaged does',
  source: 'our own finding on a miniature shop',
  method: `Key and door, a policy that earns ${START}. Eight estimators and six planted signals (the true advantage with noise, or with a bias by state and action, of 1, 2 and 4 times its size: each pair correlates alike on one batch) credit the same batches. Then each trains the policy as a table of logits, one step a batch of 24 episodes, at two rates of which the better counts; learning is the mean of the exact value over the run, less its start (and the end its last value). Rank correlations over all entries, a run each. Changed after a first look at the numbers: the estimators alone are compared too, beside the verdict, and say the opposite.`,
  conditions: [
    {
      figure: ranks(MORE, 'learning', 'all'),
      is: 'above',
      bound: 0,
      says: 'the averaged figure ranks learning better than the one of one batch',
    },
    {
      figure: ranks(ONE_BATCH, 'learning', 'all'),
      is: 'below',
      bound: LITTLE,
      says: 'the figure of one batch predicts little',
    },
    ...SIZES.map((size) => ({
      figure: lead(size),
      is: 'above' as const,
      bound: 0,
      says: `of two signals that correlate alike on one batch, noise of ${size} does less harm than bias of ${size}`,
    })),
  ],
  beside: [
    {
      figure: ranks(AVERAGED, 'learning', 'all'),
      is: 'above',
      bound: LITTLE,
      says: 'the averaged figure predicts much',
    },
    {
      figure: ranks(MORE, 'learning', 'estimators alone'),
      is: 'above',
      bound: 0,
      says: 'it ranks the learning of the estimators better too, without the planted signals',
    },
    {
      figure: ranks(MORE, 'the end', 'all'),
      is: 'above',
      bound: 0,
      says: 'it ranks better where they all end',
    },
    {
      figure: ranks(MORE, 'the end', 'estimators alone'),
      is: 'above',
      bound: 0,
      says: 'it ranks better where the estimators end, without the planted signals',
    },
  ],
  measure,
  say: (figure) =>
    `Over fourteen entries the correlation on one batch ranks learning by ${figure(ranks(ONE_BATCH, 'learning', 'all'))}, the averaged and centred one by ${figure(ranks(AVERAGED, 'learning', 'all'))}; but over the eight estimators without the planted signals by ${figure(ranks(ONE_BATCH, 'learning', 'estimators alone'))} and ${figure(ranks(AVERAGED, 'learning', 'estimators alone'))}. Of two signals with equal correlation on one batch the noisy one leads the biased one by ${SIZES.map((size) => figure(lead(size))).join(', ')} of return at sizes of ${SIZES.join(', ')}.`,
})

/** One entry in one run. */
interface Outcome {
  readonly name: string
  readonly isPlanted: boolean
  readonly oneBatch: number | null
  readonly averaged: number | null
  readonly learnt: number
  readonly end: number
}

async function measure({ effort, seed = 0, catalogs }: ClaimSettings): Promise<readonly Figure[]> {
  const entries = await learners(catalogs)
  const runs: (readonly Outcome[])[] = []
  for (let at = 0; at < EFFORTS[effort].runs; at++) {
    const run = seed * 1000 + at
    const options = { world: 'key-door', size: 3 }
    const start = await gridBed({ options, tasks: TASKS, target: START, seed: run, catalogs })
    runs.push(entries.map((learner) => outcomeOf(learner, start, run, EFFORTS[effort])))
  }
  return [...ownFigures(runs), ...comparisons(runs)]
}

interface Size {
  readonly batches: number
  readonly updates: number
}

function outcomeOf(learner: Learner, start: Testbed, run: number, { batches, updates }: Size): Outcome {
  const credit = learner.credit(start, run)
  const estimates = samplesOf(start, { batches, seed: run }).map(
    (sample): Estimates => ({ sample, ...credit(sample, start) }),
  )
  const curves = RATES.map((rate) => climb(start, learner.credit(start, run), { updates, rate, seed: run + 1 }))
  return {
    name: learner.name,
    isPlanted: learner.isPlanted,
    oneBatch: meanOf(estimates.map((each) => correlation(pairedRows(each))))?.value ?? null,
    averaged: centredCorrelation(cellSumsOf(start.cellCount, estimates), start.viewOf),
    learnt: Math.max(...curves.map((values) => mean(values) - start.value)),
    end: Math.max(...curves.map((values) => (values.at(-1) ?? start.value) - start.value)),
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

function ownFigures(runs: readonly (readonly Outcome[])[]): readonly Figure[] {
  const names = runs[0]?.map(({ name }) => name) ?? []
  return names.flatMap((name) => {
    const own = runs.flatMap((outcomes) => outcomes.filter((outcome) => outcome.name === name))
    return [
      figure(`correlation on one batch: ${name}`, meanOf(own.map(({ oneBatch }) => oneBatch))),
      figure(`averaged and centred: ${name}`, meanOf(own.map(({ averaged }) => averaged))),
      figure(`learning: ${name}`, meanOf(own.map(({ learnt }) => learnt))),
      figure(`the end: ${name}`, meanOf(own.map(({ end }) => end))),
    ]
  })
}

function comparisons(runs: readonly (readonly Outcome[])[]): readonly Figure[] {
  const learnt = (name: string): readonly (number | null)[] =>
    runs.map((outcomes) => outcomes.find((outcome) => outcome.name === name)?.learnt ?? null)
  const alone = runs.map((outcomes) => outcomes.filter(({ isPlanted }) => !isPlanted))
  return [
    ...(['learning', 'the end'] as const).flatMap((measured) => [
      ...rankings(runs, measured, 'all'),
      ...rankings(alone, measured, 'estimators alone'),
    ]),
    ...SIZES.map((size) => figure(lead(size), pairedDifference(learnt(noisy(size)), learnt(biased(size))))),
  ]
}

function rankings(runs: readonly (readonly Outcome[])[], measured: Measured, among: Among): readonly Figure[] {
  const by = (what: 'oneBatch' | 'averaged') => runs.map((outcomes) => rankedBy(outcomes, what, MEASURED[measured]))
  const [oneBatch, averaged] = [by('oneBatch'), by('averaged')]
  return [
    figure(ranks(ONE_BATCH, measured, among), meanOf(oneBatch)),
    figure(ranks(AVERAGED, measured, among), meanOf(averaged)),
    figure(ranks(MORE, measured, among), pairedDifference(averaged, oneBatch)),
  ]
}

/** Spearman's, of a figure with what was learnt. */
function rankedBy(
  outcomes: readonly Outcome[],
  what: 'oneBatch' | 'averaged',
  measured: 'learnt' | 'end',
): number | null {
  const known = outcomes.filter((outcome) => outcome[what] !== null)
  const figures = Float64Array.from(known, (outcome) => outcome[what] ?? 0)
  return correlationOf(ranksOf(figures), ranksOf(Float64Array.from(known, (outcome) => outcome[measured])))
}
