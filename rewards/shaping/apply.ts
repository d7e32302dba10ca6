import { GymError } from '../../core/errors.ts'
import type { Trajectory } from '../../core/types.ts'
import { type Measures, type MissingSignal, measureSteps, measureWhole } from './measure.ts'
import type { Gate, Recipe, Term } from './recipe.ts'

export type { MissingSignal } from './measure.ts'

/** Signals of one trajectory, combined. */
export interface Combined {
  /** Aligned with the steps, null for a row that is not to be used; null where the recipe has no terms of steps. */
  readonly perStep: readonly (number | null)[] | null
  /** Null where it is not to be used, and where the recipe has no terms with an aggregate. */
  readonly total: number | null
  /** Why there are nulls. Empty where every signal that the recipe needs was there. */
  readonly missing: readonly MissingSignal[]
}

/**
 * Combines recorded signals as a recipe says. The value of a step is the sum of `weight * clip(signal)` over the
 * terms without an aggregate; the total is the sum of `weight * aggregate(clip(signal))` over those with one. A shut
 * gate makes its term 0, also where the term's own signal is null; a gate whose signal is null makes it unknown.
 *
 * What is unknown follows `onNull`: the whole trajectory is null (`drop-trajectory`), or the rows and the total that
 * need it (`drop-row`: an aggregate over steps needs every step), or it is an error. An aborted trajectory never
 * enters credit: it is null throughout, whatever the recipe says.
 * @throws GymError REWARD_MISSING where the recipe says `onNull: 'error'`.
 */
export function applyRecipe(recipe: Recipe, trajectory: Trajectory): Combined {
  const rowTerms = recipe.terms.filter(({ aggregate }) => aggregate === undefined)
  const totalTerms = recipe.terms.filter(({ aggregate }) => aggregate !== undefined)
  const indexes = trajectory.steps.map(({ index }) => index)
  const rows = added(rowTerms, trajectory, indexes)
  const total = added(totalTerms, trajectory, [null])
  const missing = [...rows.missing, ...total.missing]
  const isDropped = drops(recipe, trajectory, missing)
  const perStep = isDropped ? indexes.map(() => null) : rows.values
  return {
    perStep: rowTerms.length > 0 ? perStep : null,
    total: totalTerms.length === 0 || isDropped ? null : (total.values[0] ?? null),
    missing,
  }
}

function drops(recipe: Recipe, trajectory: Trajectory, [first]: readonly MissingSignal[]): boolean {
  if (trajectory.ending === 'aborted') return true
  if (first && recipe.onNull === 'error') throw rewardMissing(recipe, trajectory, first)
  return first !== undefined && recipe.onNull === 'drop-trajectory'
}

/** Terms added up: a value for each of `indexes`. What is beyond the range of numbers is unknown. */
function added(terms: readonly Term[], trajectory: Trajectory, indexes: readonly (number | null)[]): Measures {
  const parts = terms.map((term) => partOf(term, trajectory, indexes.length))
  const sums = indexes.map((_, at) => parts.reduce<number | null>((sum, part) => plus(sum, part.values[at] ?? null), 0))
  const signal = terms.map((term) => term.signal).join(' + ')
  const beyond = indexes.filter((_, at) => !isFiniteOrNull(sums[at] ?? null))
  return {
    values: sums.map((value) => (isFiniteOrNull(value) ? value : null)),
    missing: [
      ...parts.flatMap(({ missing }) => missing),
      ...beyond.map((index) => ({ signal, index, reason: 'not-finite' as const })),
    ],
  }
}

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b)

const isFiniteOrNull = (value: number | null): boolean => value === null || Number.isFinite(value)

function partOf(term: Term, trajectory: Trajectory, count: number): Measures {
  const gate = term.gate ? measureGate(term.gate, trajectory) : OPEN
  if (gate.isOpen === null) return { values: constant(count, null), missing: gate.missing }
  if (!gate.isOpen) return { values: constant(count, 0), missing: [] }
  const { values, missing } = measured(term, trajectory)
  return { values: values.map((value) => (value === null ? null : term.weight * value)), missing }
}

const measured = (term: Term, trajectory: Trajectory): Measures =>
  term.aggregate ? measureWhole(trajectory, term, term.aggregate) : measureSteps(trajectory.steps, term)

interface GateState {
  /** Null where the gate's signal is missing. */
  readonly isOpen: boolean | null
  readonly missing: readonly MissingSignal[]
}
const OPEN: GateState = { isOpen: true, missing: [] }

function measureGate({ signal, atLeast, aggregate = 'outcome' }: Gate, trajectory: Trajectory): GateState {
  const { values, missing } = measureWhole(trajectory, { signal }, aggregate)
  const [value = null] = values
  return { isOpen: value === null ? null : value >= atLeast, missing }
}

const constant = <T>(length: number, value: T): readonly T[] => Array.from({ length }, () => value)

function rewardMissing({ name }: Recipe, { id }: Trajectory, { signal, index, reason }: MissingSignal): GymError {
  const where = index === null ? `trajectory ${id}` : `step ${index} of trajectory ${id}`
  return new GymError('REWARD_MISSING', `recipe ${name} needs ${signal} of ${where}, which is null (${reason})`)
}
