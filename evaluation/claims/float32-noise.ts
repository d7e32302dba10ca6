import { type BatchColumns, parseBatch } from '../../core/batch/index.ts'
import { defineClaim } from './kit/claim.ts'
import { exactly } from './kit/intervals.ts'
import { estimatorNamed } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

/** Discounted returns of an episode that pays 10 at its end, 0 to 49 steps before it. */
const DISTANCES = 50
const GROUP_SIZES = { least: 2, most: 16 } as const
const GAMMA = 0.95
/** Size from which a learner would notice an advantage. */
const NOTICEABLE = 0.01

/** One group in which all returns are equal. */
export interface EqualGroup {
  readonly value: number
  readonly size: number
}

export const equalGroups = (): readonly EqualGroup[] =>
  Array.from({ length: DISTANCES }, (_, distance) => 10 * GAMMA ** distance).flatMap((value) =>
    Array.from({ length: GROUP_SIZES.most - GROUP_SIZES.least + 1 }, (_, at) => ({
      value,
      size: GROUP_SIZES.least + at,
    })),
  )

/**
 * The reference's step advantage (x - mean) / (std + 1e-6) of a group of equal returns in float32: `mean` and `std`
 * are torch's, each sum rounded after every addition. What is left of x - mean is rounding of the mean, some 1e-7 of
 * x, and so is the std: of either only the 1e-6 under the line knows that it should be nothing.
 */
export function float32Advantage({ value, size }: EqualGroup): number {
  const { fround, sqrt } = Math
  const returned = fround(value)
  const mean = fround(float32Sum(returned, size) / size)
  const difference = fround(returned - mean)
  const variance = fround(float32Sum(fround(difference * difference), size) / (size - 1))
  return fround(difference / fround(fround(sqrt(variance)) + fround(1e-6)))
}

/** Members that torch adds in lanes of a vector register at once; fewer it adds one after another. */
const VECTOR = 16
const LANES = 8

/** A sum of equal float32 members in torch's order on a CPU. */
function float32Sum(value: number, count: number): number {
  if (count < VECTOR) return inTurn(value, count)
  return inTurn(inTurn(value, count / LANES), LANES)
}

function inTurn(value: number, count: number): number {
  let sum = 0
  for (let added = 0; added < count; added++) sum = Math.fround(sum + value)
  return sum
}

export default defineClaim({
  name: 'float32-noise',
  claim:
    'In float32, as shipped, the GiGPO reference makes advantages out of rounding where all returns of a step group are equal; the answer is 0',
  source: 'our reading of verl-agent, gigpo/core_gigpo.py: step_norm_reward (mean_std_norm)',
  method:
    'Groups of 2 to 16 steps that all have the return 10 x 0.95^k, k from 0 to 49: the reference’s formula with every operation rounded to float32, and the step part of our `gigpo` on the same returns. Nothing is sampled.',
  conditions: [
    { figure: 'float32: groups above 0.01', is: 'above', bound: 0, says: 'the reference’s formula gives advantages' },
    { figure: 'ours: largest advantage', is: 'within', bound: 0, says: 'ours gives exactly 0' },
  ],
  measure: async ({ catalogs }) => figuresOf(await oursOf(catalogs)),
  say: (figure) =>
    `Of ${figure('groups')} groups of equal returns ${figure('float32: groups above 0.01')} have an advantage above 0.01 in float32, up to ${figure('float32: largest advantage')}; the largest of ours is ${figure('ours: largest advantage')}.`,
})

function figuresOf(ours: number): readonly Figure[] {
  const sizes = equalGroups().map((group) => Math.abs(float32Advantage(group)))
  return [
    exactly('groups', sizes.length),
    exactly('float32: groups above 0.01', sizes.filter((size) => size > NOTICEABLE).length),
    exactly('float32: largest advantage', Math.max(...sizes)),
    exactly('ours: largest advantage', ours),
  ]
}

/** The largest step part that our estimator gives any of the groups. */
async function oursOf(catalogs: Parameters<typeof estimatorNamed>[1]): Promise<number> {
  const gigpo = await estimatorNamed('gigpo', catalogs)
  const parts = equalGroups().map(
    (group) => gigpo.compute(parseBatch(columnsOf(group))).parts.step ?? new Float64Array(),
  )
  return parts.reduce((most, part) => part.reduce((own, value) => Math.max(own, Math.abs(value)), most), 0)
}

/** One step a trajectory, all at one anchor and paid alike. */
function columnsOf({ value, size }: EqualGroup): BatchColumns {
  const rows = Array.from({ length: size }, (_, row) => `${row}`)
  return {
    trajectory: rows,
    group: rows.map(() => 'group'),
    anchors: { text: rows.map(() => 'here') },
    signals: { env: rows.map(() => value) },
  }
}
