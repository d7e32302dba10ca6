import { GymError } from '../../core/data/errors.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { configInvalid } from './fields.ts'
import { filteredBy, leftOut } from './filter.ts'
import type { Measures, MissingSignal, Subject } from './measures.ts'
import { filtersOf, type Recipe, type Term } from './recipe.ts'
import { termParts } from './term.ts'
import { subjectOf } from './trajectory-subject.ts'

/** Signals of one trajectory, combined. */
export interface Combined {
  /** Aligned with the steps, null for a row that is not to be used; null where the recipe has no terms of steps. */
  readonly perStep: readonly (number | null)[] | null
  /** Null where it is not to be used, and where the recipe has no terms with an aggregate. */
  readonly total: number | null
  /** Why there are nulls. Empty where every signal that the recipe needs was there. */
  readonly missing: readonly MissingSignal[]
}

/** Progress of training, for terms with a schedule. */
export interface Clock {
  /** How far training has come, from 0 to 1; only the trainer knows. */
  readonly progress?: number
}

/**
 * Combines recorded signals as a recipe says. The value of a step is the sum of the terms without an aggregate; the
 * total is the sum of those with one. A term is its weight times its schedule's factor times its signal, transformed,
 * aggregated and transformed again as it says. A shut gate, and a factor of 0, make a term 0 also where its own signal
 * is null; a gate whose signal is null makes it unknown.
 *
 * What is unknown follows `onNull`: the whole trajectory is null (`drop-trajectory`), or the rows and the total that
 * need it (`drop-row`: an aggregate over steps needs every step), or it is an error. Aborted trajectories never enter
 * credit, and filtered ones are out by the recipe's own word: both are null throughout, and no member is compared
 * with them.
 * @param subjects All that are compared: z-scores and filters look at whole groups, or the whole batch.
 * @throws GymError SIGNAL_MISSING where the recipe says `onNull: 'error'`; CONFIG_INVALID where a schedule runs by a
 *   clock that is not known.
 */
export function combine(recipe: Recipe, subjects: readonly Subject[], { progress }: Clock = {}): readonly Combined[] {
  expectClock(recipe, progress)
  const whole = subjects.filter(({ isAborted }) => !isAborted)
  const out = leftOut(filtersOf(recipe), whole)
  const used = whole.filter((subject) => !out.has(subject))
  const parts = recipe.terms.map((term) => termParts(term, used, progress ?? 0))
  const places = new Map(used.map((subject, at) => [subject, at]))
  return subjects.map((subject) => {
    const at = places.get(subject)
    if (at === undefined) return nothing(recipe, subject, out.get(subject))
    return combined(
      recipe,
      subject,
      parts.map((part) => part[at] ?? { values: [], missing: [] }),
    )
  })
}

/** Recorded trajectories under a recipe. A trajectory without a group is a group of its own. */
export const applyRecipeTo = (
  recipe: Recipe,
  trajectories: readonly Trajectory[],
  clock?: Clock,
): readonly Combined[] => combine(recipe, trajectories.map(subjectOf), clock)

/** One trajectory alone under a recipe that compares none with others. */
export function applyRecipe(recipe: Recipe, trajectory: Trajectory, clock?: Clock): Combined {
  const subject = subjectOf(trajectory)
  return combine(recipe, [subject], clock)[0] ?? nothing(recipe, subject, undefined)
}

function expectClock({ name, terms }: Recipe, progress: number | undefined): void {
  if (progress === undefined) {
    if (terms.some(({ schedule }) => schedule))
      throw configInvalid(`recipe ${name} runs by the progress of training: say how far it is, from 0 to 1`)
  } else if (!(progress >= 0 && progress <= 1)) {
    throw configInvalid(`the progress of training should be a number from 0 to 1, not ${progress}`)
  }
}

const isOfSteps = ({ aggregate }: Term): boolean => aggregate === undefined

function nothing(recipe: Recipe, subject: Subject, why: Combined['missing'] = []): Combined {
  const { terms, onNull, name } = recipe
  const [filter] = filtersOf(recipe)
  const [first] = why
  if (first && first.reason !== 'filtered' && onNull === 'error') throw valueMissing(name, subject, first)
  const aborted = {
    signal: filter ? filteredBy(filter) : (terms[0]?.signal ?? ''),
    index: null,
    reason: 'aborted',
  } as const
  return {
    perStep: terms.some(isOfSteps) ? subject.indexes.map(() => null) : null,
    total: null,
    missing: subject.isAborted ? [aborted] : why,
  }
}

function combined(recipe: Recipe, subject: Subject, parts: readonly Measures[]): Combined {
  const { terms, onNull, name } = recipe
  const select = (ofSteps: boolean): readonly Measures[] =>
    parts.filter((_, at) => terms.map(isOfSteps)[at] === ofSteps)
  const signalsOf = (ofSteps: boolean): string =>
    terms.flatMap((term) => (isOfSteps(term) === ofSteps ? [term.signal] : [])).join(' + ')
  const rows = added(select(true), signalsOf(true), subject.indexes)
  const total = added(select(false), signalsOf(false), [null])
  const missing = [...rows.missing, ...total.missing]
  const [first] = missing
  if (first && onNull === 'error') throw valueMissing(name, subject, first)
  const isDropped = first !== undefined && onNull === 'drop-trajectory'
  const perStep = isDropped ? subject.indexes.map(() => null) : rows.values
  return {
    perStep: terms.some(isOfSteps) ? perStep : null,
    total: terms.every(isOfSteps) || isDropped ? null : (total.values[0] ?? null),
    missing,
  }
}

/** Terms added up: a value for each of `indexes`. What is beyond the range of numbers is unknown. */
function added(parts: readonly Measures[], signal: string, indexes: readonly (number | null)[]): Measures {
  const sums = indexes.map((_, at) => parts.reduce<number | null>((sum, part) => plus(sum, part.values[at] ?? null), 0))
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

function valueMissing(name: string, { id }: Subject, { signal, index, reason }: MissingSignal): GymError {
  const where = index === null ? `trajectory ${id}` : `step ${index} of trajectory ${id}`
  return new GymError('SIGNAL_MISSING', `recipe ${name} needs ${signal} of ${where}, which is null (${reason})`)
}
