import { visibleText } from '../../core/data/markup.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { actionText } from './guards.ts'

/** Characters that a part keeps, however many parts there are. */
const LEAST = 120

/**
 * A trajectory as a judge reads it: numbered steps from 1, each with observation and action, and the last observation.
 * Nothing else of it is shown: no reward, no grade, no answer of the task. What the agent and the environment wrote
 * cannot close the marks around it, and has no invisible characters.
 * @param most characters in all, about; long parts lose their middle
 */
export function transcriptOf({ steps }: Pick<Trajectory, 'steps'>, most: number): string {
  const share = Math.max(LEAST, Math.floor(most / (2 * steps.length + 1)))
  const part = (name: string, text: string): string => `<${name}>\n${shownText(text, share)}\n</${name}>`
  const shown = steps.map(
    ({ observation, action }, at) =>
      `<step number="${at + 1}">\n${part('observation', observation)}\n${part('action', actionText(action))}\n</step>`,
  )
  return [...shown, part('end', steps.at(-1)?.nextObservation ?? '')].join('\n')
}

/** A text from outside within marks: it opens and closes none, and is not longer than `most`. */
export const shownText = (text: string, most: number): string =>
  visibleText(shortened(text, most)).replaceAll(/<(?=\/?(step|observation|action|end|first|second|verdict))/gi, '‹')

/** Beginning and end of a text that is too long. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)}\n[${text.length - 2 * half} characters left out]\n${text.slice(-half)}`
}
