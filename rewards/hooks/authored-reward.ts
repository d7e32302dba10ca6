import { readFileSync } from 'node:fs'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { defineRewardHook, type GroupHook } from '../../core/reward/hook.ts'
import { acceptReward } from '../authored/accept.ts'
import { type Programs, runReward, type Said, stepInput } from '../authored/program.ts'

/** Why nothing can be judged yet. */
const NOT_OPEN = 'no program is open: name it with the option program, and open the hook with openHooks'
/** Milliseconds that a program may wait for its place in the sandbox. */
const WAITING_MS = 60_000

/**
 * Reward of a step by a function in Python that is not trusted, as one that a language model wrote: after Auto MC-Reward and
 * LaRe. `program` is a file that defines `reward(step, history)`, which returns a number, a dict of factors, whose sum
 * counts and which the note keeps, or None. It is read and accepted once, when the hook is opened: a static check, and a
 * run on trial steps in the sandbox, where it also runs later. The options then have its `version`, the digest of its
 * source. Null, with the reason, where it fails, or its value is beyond `bound`.
 */
const authoredReward: GroupHook = defineRewardHook<Options>({
  name: 'authored-reward',
  version: 1,
  scope: 'group',
  summary: 'reward of a step by a function in Python, which runs in the sandbox once it is accepted',
  options: { program: '', bound: 10, timeoutMs: 10_000 },
  ranges: { bound: [0, 1e6], timeoutMs: [100, 600_000] },
  reward: ({ trajectories }) => ({
    perStep: trajectories.map(({ steps }) => steps.map(() => null)),
    declined: trajectories.map(() => NOT_OPEN),
  }),
  async open({ program, bound, timeoutMs }: Options): Promise<GroupHook> {
    const source = sourceOf(program)
    const programs: Programs = await (await sandboxes()).sharedPool('auto')
    const { version, problems } = await acceptReward(programs, source, { timeoutMs, bound })
    if (problems.length > 0)
      throw new GymError('CONFIG_INVALID', `authored-reward does not accept ${program}: ${problems.join('; ')}`)
    return {
      ...authoredReward,
      options: { program, bound, timeoutMs, version },
      timeoutMs: timeoutMs + WAITING_MS,
      async reward({ trajectories }, { signal }) {
        const inputs = trajectories.map(({ steps }) => steps.map(stepInput))
        const said = await runReward(programs, source, inputs, { timeoutMs, signal })
        return {
          perStep: said.map((row) =>
            row.map(({ value }) => (value !== null && Math.abs(value) <= bound ? value : null)),
          ),
          declined: said.map((row) => whyNull(row, bound)),
          notes: said.map((row) => ({ version, factors: row.map(({ factors }) => factors) })),
        }
      },
    }
  },
})

export default authoredReward

type Options = { readonly program: string; readonly bound: number; readonly timeoutMs: number }

/** Loaded where programs run. Outside the hook: within it the compiler leaves the extension of the file as it is. */
const sandboxes = () => import('../../sandbox/shared-pool.ts')

/** The first failure of a trajectory. */
function whyNull(row: readonly Said[], bound: number): string | null {
  const failure = row.find(({ problem }) => problem !== null)?.problem
  if (failure !== undefined) return failure
  const beyond = row.find(({ value }) => value !== null && Math.abs(value) > bound)?.value
  return beyond === undefined ? null : `its value ${beyond} is beyond ${bound}`
}

/** @throws GymError CONFIG_INVALID */
function sourceOf(path: string): string {
  if (path === '') throw new GymError('CONFIG_INVALID', 'the hook authored-reward needs a file: program=reward.py')
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `the program ${path} of authored-reward cannot be read: ${messageOf(thrown)}`)
  }
}
