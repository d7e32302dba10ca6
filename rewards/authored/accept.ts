import { createHash } from 'node:crypto'
import { messageOf } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type Programs, runReward, type Said } from './program.ts'
import { staticProblems } from './static-check.ts'

/** What became of a reward function that was handed in. */
export interface Acceptance {
  /** Digest of its source: 16 hex digits. */
  readonly version: string
  /** Empty where it was accepted; else what its author has to know, each with the step that shows it. */
  readonly problems: readonly string[]
}

const step = (index: number, observation: string, action: JsonObject | string, next: string): JsonObject => ({
  ...{ index, observation, action, isActionValid: action !== '', terminated: index === 2 },
  next_observation: next,
})

/** Steps that any reward function must bear: usual ones, and texts and actions as hostile as they come. */
const TRIALS: readonly (readonly JsonObject[])[] = [
  [
    step(0, 'You are at the start.', 'look', 'You see a door.'),
    step(1, 'You see a door.', { name: 'open', arguments: { door: 1 } }, 'The door is open.'),
    step(2, 'The door is open.', 'go', 'You are done.'),
  ],
  [step(0, '', '', ''), step(1, '', {}, '')],
  [step(0, `${'long '.repeat(2000)}\u{1F600} <tag> "quote" \\ {}`, 'x'.repeat(5000), '\n\n')],
]

/**
 * Checks the source of a reward function, and runs it on trial steps in a sandbox: after Auto MC-Reward (Li et al., arXiv
 * 2312.09238) and LaRe (Qu et al., arXiv 2412.11120). It is accepted where every step has a number within `bound`, the
 * same in another process and in another order of trajectories, and not the same for all steps.
 * @param timeoutMs of one run
 */
export async function acceptReward(
  programs: Programs,
  source: string,
  { timeoutMs, bound }: { readonly timeoutMs: number; readonly bound: number },
): Promise<Acceptance> {
  const version = createHash('sha256').update(source).digest('hex').slice(0, 16)
  const wrong = staticProblems(source)
  if (wrong.length > 0) return { version, problems: wrong }
  try {
    const [first, again] = [
      await runReward(programs, source, TRIALS, { timeoutMs }),
      await runReward(programs, source, TRIALS.toReversed(), { timeoutMs }),
    ]
    return { version, problems: problemsIn(first, again.toReversed(), bound) }
  } catch (thrown) {
    return { version, problems: [messageOf(thrown)] }
  }
}

type Rows = readonly (readonly Said[])[]

function problemsIn(rows: Rows, again: Rows, bound: number): readonly string[] {
  const found = rows.flatMap((row, at) =>
    row.flatMap((said, index) => {
      const problem = problemOf(said, again[at]?.[index], bound)
      return problem === null ? [] : [`${problem}, for the step ${shown(TRIALS[at]?.[index], 200)}`]
    }),
  )
  const values = new Set(rows.flat().map(({ value }) => value))
  return found.length === 0 && values.size === 1 ? ['it gives every step the same, so that it says nothing'] : found
}

function problemOf({ value, problem }: Said, again: Said | undefined, bound: number): string | null {
  if (problem !== null) return problem
  if (value !== null && Math.abs(value) > bound) return `its value ${value} is beyond ${bound}`
  return value === again?.value
    ? null
    : `it gave ${value} and then ${again?.value}: it depends on more than its arguments`
}
