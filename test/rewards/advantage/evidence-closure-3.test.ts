import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import secondClosure from '../../../rewards/advantage/evidence-closure-2.ts'
import thirdClosure from '../../../rewards/advantage/evidence-closure-3.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { distance, inOrder, type Row, rowsArbitrary } from '../../support/rows.ts'
import { evaluated } from '../../support/terms.ts'
import { plainEvidence } from '../estimator/anchor-transitions-plain.ts'
import { plainTrust } from './evidence-closure-plain.ts'

/** A step that knows what it led to, and how likely its action was. */
interface Walked extends Row {
  readonly next: string
  readonly isTruncated: boolean
  readonly probability: number
}

/** Probabilities that a policy could have: one an anchor and action. */
const PROBABILITIES: Readonly<Record<string, number>> = { px: 0.6, py: 0.3, qx: 0.5, qy: 0.5, rx: 0.2, ry: 0.1 }

const walked: fc.Arbitrary<readonly Walked[]> = rowsArbitrary.map((rows) =>
  rows.map((row, at) => {
    const after = rows.slice(at + 1).find(({ trajectory }) => trajectory === row.trajectory)
    const probability = PROBABILITIES[`${row.anchor}${row.action}`] ?? 1
    return { ...row, next: after?.anchor ?? 'nowhere else', isTruncated: false, probability }
  }),
)

const columnsOf = (steps: readonly Walked[]) => ({
  group: steps.map(({ group }) => group),
  trajectory: steps.map(({ trajectory }) => trajectory),
  anchors: { text: steps.map(({ anchor }) => anchor) },
  nextAnchors: { text: steps.map(({ next }) => next) },
  action: steps.map(({ action }) => action),
  signals: { env: steps.map(({ env }) => env) },
})
const batchOf = (steps: readonly Walked[]): StepBatch =>
  parseBatch({ ...columnsOf(steps), logProbs: steps.map(({ probability }) => [Math.log(probability)]) })

const OPTIONS = { mode: 'reference', minGroupSize: 1 }
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const meanOf = (values: readonly number[]): number => sum(values) / values.length
const inUnits = (values: readonly number[]): readonly number[] => {
  const root = Math.sqrt(meanOf(values.map((value) => value * value)))
  return root === 0 ? values : values.map((value) => value / root)
}

/** Steps of one group, and what is known of its anchors, as the formulas read. */
class PlainGroup {
  readonly steps: readonly Walked[]
  readonly horizon: number

  constructor(steps: readonly Walked[]) {
    this.steps = steps
    this.horizon = Math.max(...steps.map((step) => this.#path(step).length))
  }

  #path = ({ trajectory }: Walked): readonly Walked[] => this.steps.filter((step) => step.trajectory === trajectory)
  at = (anchor: string): readonly Walked[] => this.steps.filter((step) => step.anchor === anchor)
  doing = ({ anchor, action }: Walked): readonly Walked[] => this.at(anchor).filter((step) => step.action === action)

  tried(anchor: string): readonly Walked[] {
    const seen = new Map(this.at(anchor).map((step) => [step.action, step]))
    return [...seen.values()]
  }

  mass = (anchor: string): number => Math.min(1, sum(this.tried(anchor).map(({ probability }) => probability)))

  /** Probability of what other trajectories tried at the anchor of a step. */
  shared({ anchor, trajectory }: Walked): number {
    const byOthers = this.tried(anchor).filter((step) =>
      this.doing(step).some((each) => each.trajectory !== trajectory),
    )
    return sum(byOthers.map(({ probability }) => probability))
  }

  #after(step: Walked): Walked | undefined {
    const path = this.#path(step)
    return path[path.indexOf(step) + 1]
  }

  #return(step: Walked): number {
    const path = this.#path(step)
    return sum(path.slice(path.indexOf(step)).map(({ env }) => env))
  }

  /** Worth of all anchors at each horizon. */
  worth(few: number, most: number) {
    const anchors = [...new Set(this.steps.map(({ anchor }) => anchor))]
    let values = new Map(anchors.map((anchor) => [anchor, meanOf(this.at(anchor).map((step) => this.#return(step)))]))
    let plain = new Map<Walked, number>()
    for (let horizon = 1; horizon <= this.horizon; horizon++) {
      const before = values
      plain = new Map(
        this.steps.map((step) => [step, step.env + (before.get(this.#after(step)?.anchor ?? 'none') ?? 0)]),
      )
      const worthOf = (step: Walked): number => meanOf(this.doing(step).map((each) => plain.get(each) ?? 0))
      values = new Map(
        anchors.map((anchor) => {
          const mass = this.mass(anchor)
          const rest = meanOf(this.at(anchor).map((each) => plain.get(each) ?? 0))
          const known = sum(this.tried(anchor).map((step) => step.probability * worthOf(step)))
          return [anchor, known + (1 - mass) * (few * (1 - mass) + most * mass) * rest]
        }),
      )
    }
    const choice = (step: Walked): number => meanOf(this.doing(step).map((each) => plain.get(each) ?? 0))
    return { choice, value: (step: Walked): number => values.get(step.anchor) ?? 0 }
  }

  /** Regression rows of choices that one trajectory alone made. */
  once(few: number, most: number): readonly (readonly [a: number, b: number, y: number])[] {
    const { choice } = this.worth(few, most)
    const firsts = this.steps.filter((step) => this.doing(step)[0] === step)
    const alone = firsts.filter((step) => new Set(this.doing(step).map(({ trajectory }) => trajectory)).size === 1)
    return alone.flatMap((step) => {
      const others = this.at(step.anchor).filter(({ action }) => action !== step.action)
      if (others.length === 0) return []
      const [x, m] = [meanOf(others.map(choice)), Math.max(0, this.mass(step.anchor) - step.probability)]
      return [[(1 - m) * x, m * x, choice(step)] as const]
    })
  }
}

function plainFit(groups: readonly PlainGroup[]): readonly [few: number, most: number] {
  let fit: readonly [number, number] = [1, 1]
  for (let pass = 0; pass < 3; pass++) {
    const rows = groups.flatMap((group) => group.once(...fit))
    const held = 0.01 * sum(rows.map(([a, b]) => a * a + b * b))
    const [aa, bb] = [held + sum(rows.map(([a]) => a * a)), held + sum(rows.map(([, b]) => b * b))]
    const [ay, by] = [held + sum(rows.map(([a, , y]) => a * y)), held + sum(rows.map(([, b, y]) => b * y))]
    const ab = sum(rows.map(([a, b]) => a * b))
    const determinant = aa * bb - ab * ab
    const share = (value: number): number => Math.min(1, Math.max(0, value / determinant))
    fit = determinant > 0 ? [share(ay * bb - by * ab), share(by * aa - ay * ab)] : [1, 1]
  }
  return fit
}

/** As the docstring reads. */
function plain(steps: readonly Walked[], second: readonly number[]): readonly number[] {
  const groups = [...new Set(steps.map(({ group }) => group))].map(
    (group) => new PlainGroup(steps.filter((step) => step.group === group)),
  )
  const fit = plainFit(groups)
  const trust = plainTrust(steps, plainEvidence(steps))
  const k = 4 * Math.sqrt(trust)
  const leads = steps.map((step) => {
    const group = groups.find((each) => each.steps.includes(step))
    const worth = group?.worth(...fit)
    const n = new Set(group?.doing(step).map(({ trajectory }) => trajectory)).size
    return (((worth?.choice(step) ?? 0) - (worth?.value(step) ?? 0)) * (1 + k) * n) / (n + k)
  })
  const shared = meanOf(steps.map((step) => groups.find((each) => each.steps.includes(step))?.shared(step) ?? 0))
  const share = (trust ** 2 * shared) / (shared + 0.2)
  const [one, other] = [inUnits(leads), inUnits(second)]
  return inUnits(other.map((value, at) => share * (one[at] ?? 0) + (1 - share) * value))
}

describe('the third closure of evidence', () => {
  it('agrees with a plain version of its formula', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        const batch = batchOf(steps)
        const { advantages } = thirdClosure.compute(batch, OPTIONS)
        const second = inOrder(batch, secondClosure.compute(batch, OPTIONS).advantages)
        expect(distance(inOrder(batch, advantages), plain(steps, second))).toBeLessThan(1e-6)
      }),
      { numRuns: 60 },
    )
  })

  it('is the second one where no action has a log-probability, and says so', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        const batch = parseBatch(columnsOf(steps))
        const { advantages, diagnostics } = thirdClosure.compute(batch, OPTIONS)
        const second = secondClosure.compute(batch, OPTIONS).advantages
        expect(distance([...advantages], [...second])).toBeLessThan(1e-9)
        expect(diagnostics.warnings.join()).toContain('log-probabilities')
      }),
      { numRuns: 30 },
    )
  })

  it('is RLOO in units of its root mean square if no anchor repeats', () => {
    fc.assert(
      fc.property(walked, (steps) => {
        const batch = batchOf(steps.map((step, at) => ({ ...step, anchor: `${at}`, next: `${at} led on` })))
        const own = inOrder(batch, rloo.compute(batch, { mode: 'reference', crossSteps: false }).advantages)
        const root = Math.sqrt(meanOf(own.map((value) => value * value)))
        const expected = root < 1e-9 ? own : own.map((value) => value / root)
        const found = inOrder(batch, thirdClosure.compute(batch, { mode: 'reference' }).advantages)
        expect(distance(found, expected)).toBeLessThan(1e-6)
      }),
      { numRuns: 30 },
    )
  })

  it('says how much of an advantage is the choice, by its probability, and how much is what the second one says', () => {
    let choices = 0
    fc.assert(
      fc.property(walked, (steps) => {
        const batch = batchOf(steps)
        const { advantages } = thirdClosure.compute(batch, OPTIONS)
        for (let row = 0; row < batch.rowCount; row++) {
          const { terms = [] } = thirdClosure.explain?.(batch, row, OPTIONS) ?? {}
          expect(sum(terms.map(({ value }) => value))).toBeCloseTo(advantages[row] ?? Number.NaN, 9)
          for (const term of terms) expect(evaluated(term)).toBeCloseTo(term.value, 9)
          const choice = terms.find(({ name }) => name === 'choice')
          if (choice) expect(choice.formula).toBe('share × weight × lead / unit / scale')
          if (choice) choices++
        }
      }),
      { numRuns: 20 },
    )
    expect(choices).toBeGreaterThan(5)
  })
})
