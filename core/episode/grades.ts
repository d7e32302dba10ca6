import { GymError } from '../data/errors.ts'
import { plainCopy } from '../data/plain.ts'
import { shown } from '../data/shown.ts'
import type { Json, Task } from '../data/types.ts'
import { asked } from '../data/user-code.ts'
import type { Grades } from './environment.ts'
import type { World } from './world.ts'

/**
 * The environment's measures of a state, copied: hooks share them.
 * @throws GymError ENV_FAILED; ENV_INVALID where one is not a finite number or null
 */
export const gradesOf = <State extends object>({ environment, resources }: World<State>, state: State): Grades =>
  asked('grades', () => read(environment.grades?.(state, { resources }) ?? {}))

/**
 * The answers of a task, copied and frozen; null where the environment gives none.
 * @throws GymError ENV_FAILED; ENV_INVALID where they are not plain JSON
 */
export const groundTruthOf = <State extends object>({ environment, resources }: World<State>, task: Task): Json =>
  asked('groundTruth', () => plainCopy(environment.groundTruth?.(task, { resources }) ?? null, TRUTH))

const TRUTH = { name: 'ground truth', code: 'ENV_INVALID', hasMinusZero: true } as const

function read(grades: Grades): Grades {
  if (typeof grades !== 'object' || Array.isArray(grades)) throw invalid(`grades are an object, not ${shown(grades)}`)
  const entries: readonly [string, unknown][] = Object.entries(grades)
  return Object.freeze(Object.fromEntries(entries.map(([name, grade]) => [name, gradeOf(name, grade)])))
}

function gradeOf(name: string, grade: unknown): number | null {
  if (grade === null || (typeof grade === 'number' && Number.isFinite(grade))) return grade
  throw invalid(`grade ${shown(name)} is ${shown(grade)}: a grade is a finite number or null`)
}

const invalid = (message: string): GymError => new GymError('ENV_INVALID', message)
