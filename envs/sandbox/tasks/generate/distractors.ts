import type { Rng } from '../../../../core/data/rng.ts'
import type { TextFiles } from '../../../../sandbox/tasks/task.ts'
import { FAMILIES } from './families/index.ts'
import { someText, someWord } from './inputs.ts'

/** Files that have nothing to do with the task: other functions, and notes. */
export function distractorsOf(count: number, rng: Rng): TextFiles {
  const files = Array.from({ length: count }, (_, at) => {
    const name = `${someWord(rng)}_${at + 1}`
    return at % 2 === 0 ? [`${name}.py`, otherFunctions(rng)] : [`${name}.md`, notes(rng)]
  })
  return Object.fromEntries(files)
}

const otherFunctions = (rng: Rng): string =>
  rng
    .shuffle(FAMILIES)
    .slice(0, 2)
    .map(({ operations }) => rng.choice(operations)(rng).source)
    .join('\n\n')

const notes = (rng: Rng): string => `# ${someWord(rng)}\n\n${someText(rng)}.\n${someText(rng)}.\n`
