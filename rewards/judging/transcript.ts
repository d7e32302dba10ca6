import { GymError } from '../../core/data/errors.ts'
import { visibleText } from '../../core/data/markup.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { actionText } from './guards.ts'

/** Orders in which a judge reads steps. */
export const STEP_ORDERS = ['forward', 'backward', 'both'] as const
/** Name of an order of steps; `both` is each for every second question. */
export type StepOrder = (typeof STEP_ORDERS)[number]

/** How steps are shown. */
export interface Reading {
  /** Whether the last step comes first: a judge then sees what came of a step before the step (BiPRM). @default false */
  readonly isBackward?: boolean
  /** Steps that are shown as one, from 1. @default 1 */
  readonly merge?: number
}

/** Characters that a part keeps, however many parts there are. */
const LEAST = 120

/**
 * A trajectory as a judge reads it: numbered steps from 1, each with observation and action, and the last observation.
 * Nothing else of it is shown: no reward, no grade, no answer of the task. What the agent and the environment wrote
 * cannot close the marks around it, and has no invisible characters.
 * @param most characters in all, about; long parts lose their middle
 * @param reading steps that are shown as one have one number
 */
export function transcriptOf(
  { steps }: Pick<Trajectory, 'steps'>,
  most: number,
  { isBackward = false, merge = 1 }: Reading = {},
): string {
  const share = Math.max(LEAST, Math.floor(most / (2 * steps.length + 1)))
  const part = (name: string, text: string): string => `<${name}>\n${shownText(text, share)}\n</${name}>`
  const pairs = steps.map(
    ({ observation, action }) => `${part('observation', observation)}\n${part('action', actionText(action))}`,
  )
  const shown = mergedBy(merge, pairs).map((unit, at) => `<step number="${at + 1}">\n${unit.join('\n')}\n</step>`)
  const end = part('end', steps.at(-1)?.nextObservation ?? '')
  return (isBackward ? [end, ...shown.toReversed()] : [...shown, end]).join('\n')
}

/** Neighbours in units of `size`; the last may have fewer. */
export const mergedBy = <T>(size: number, items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

/** A text from outside within marks: it opens and closes none, and is not longer than `most`. */
export const shownText = (text: string, most: number): string =>
  visibleText(shortened(text, most)).replaceAll(/<(?=\/?(step|observation|action|end|first|second|verdict))/gi, '‹')

/** Beginning and end of a text that is too long. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)}\n[${text.length - 2 * half} characters left out]\n${text.slice(-half)}`
}

/** Reads the option `merge` of a hook. @throws GymError CONFIG_INVALID */
export function wholeMerge(hook: string, merge: number): number {
  if (Number.isInteger(merge)) return merge
  throw new GymError('CONFIG_INVALID', `reward hook ${hook}: merge is a whole number, not ${merge}`)
}
