import type { Walked } from '../advantage/evidence-closure-plain.ts'

const product = (values: readonly number[]): number => values.reduce((total, value) => total * value, 1)
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length

/** A visit of a choice: what came of it, and the choices before it, oldest first. */
interface Visit {
  readonly trajectory: string
  readonly result: string
  readonly past: readonly string[]
}

/** Log of the odds that anchors are states, as its definition reads. */
export function plainEvidence(steps: readonly Walked[]): number {
  const groups = [...new Set(steps.map(({ group }) => group))]
  const cells = groups.flatMap((group) => cellsOf(steps.filter((step) => step.group === group)))
  const told = cells.flatMap((visits) => {
    const factor = new Set(visits.map(({ trajectory }) => trajectory)).size > 1 ? dependence(visits) : null
    return factor === null ? [] : [-Math.log(0.8 + 0.2 * factor)]
  })
  return told.reduce((total, value) => total + value, 0)
}

const choiceOf = ({ anchor, action }: Walked): string => `${anchor} ${action}`

/** Visits of each choice of a group. */
function cellsOf(steps: readonly Walked[]): readonly (readonly Visit[])[] {
  return [...new Set(steps.map(choiceOf))].map((choice) => {
    const own = steps.filter((step) => choiceOf(step) === choice)
    const [least, most] = [Math.min(...own.map(({ env }) => env)), Math.max(...own.map(({ env }) => env))]
    return own.map((step) => {
      const path = steps.filter(({ trajectory }) => trajectory === step.trajectory)
      const isHigh = most > least && step.env > (least + most) / 2
      const past = path.slice(0, path.indexOf(step)).map(choiceOf)
      return { trajectory: step.trajectory, result: `${step.next} ${isHigh}`, past }
    })
  })
}

function dependence(visits: readonly Visit[]): number | null {
  const previous = visits.map(({ past }) => past.at(-1) ?? 'the start')
  const events = [...new Set(visits.flatMap(({ past }) => past))]
    .map((event) => visits.map(({ past }) => `${past.includes(event)}`))
    .filter((classes) => new Set(classes).size > 1)
  const isVaried = new Set(visits.map(({ result }) => result)).size > 1
  const factors = [
    ...(new Set(previous).size > 1 ? [factorOf(visits, previous)] : []),
    ...(isVaried && events.length > 0 ? [mean(events.map((classes) => factorOf(visits, classes)))] : []),
  ]
  return factors.length === 0 ? null : mean(factors)
}

/** Probability of the results with a distribution for each class, over that with one for all. */
function factorOf(visits: readonly Visit[], classes: readonly string[]): number {
  const results = visits.map(({ result }) => result)
  const kinds = new Set(results).size + 1
  const of = (own: readonly string[]): number =>
    product(
      own.map((result, at) => {
        const before = own.slice(0, at)
        return (before.filter((each) => each === result).length + 0.5) / (at + 0.5 * kinds)
      }),
    )
  const parts = [...new Set(classes)].map((name) => of(results.filter((_, at) => classes[at] === name)))
  return product(parts) / of(results)
}
