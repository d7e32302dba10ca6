import type { Json } from '../../core/data/types.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { sandboxHere } from '../../sandbox/backends.ts'
import { continued, programsOf, withPrograms } from '../../sandbox/episode/programs.ts'
import type { BackendName } from '../../sandbox/types.ts'
import { ACTION_SCHEMA, readAction, TOOLS } from './action.ts'
import { expertAction } from './expert.ts'
import { finished } from './finish.ts'
import { DEFAULT_OPTIONS, RANGES } from './options.ts'
import { gradesOf, outcomeOf, rankOf } from './outcome.ts'
import { openResources, type RepositoryResources } from './resources.ts'
import { noted, type RepositoryState, startState, workspaceAnchor } from './state.ts'
import { take } from './step.ts'

/**
 * Environment `repository`: the agent finds and repairs mistakes in small Python repositories, and hidden tests grade what
 * it submits as SWE-bench does (Jimenez et al., 2024). Repositories are generated with mistakes whose lines are known, or read
 * from a folder.
 */
export default defineEnvironment({
  id: 'repository@1',
  summary: 'find and repair mistakes in small Python repositories; hidden tests grade the patch as SWE-bench does',
  kind: 'async',
  maxSteps: DEFAULT_OPTIONS.steps,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: { parse: readAction, jsonSchema: ACTION_SCHEMA },
  resources: ({ options }) => openResources(options),
  digest: ({ digest }) => digest,
  software: async ({ resources }) => ({ sandbox: await sandboxHere(resources.settings.backend as BackendName) }),
  limit: ({ resources }) => resources.settings.steps,
  tasks: ({ resources }) => tasksOf(resources),
  async reset({ task, resources }): Promise<RepositoryState> {
    const number = task.private
    const start = startState(number, resources.taskAt(number), resources.settings)
    return withPrograms(start, programsOf(start, resources.settings))
  },
  async step(before, calls, { resources, effect, signal }) {
    const episode = programsOf(before, resources.settings)
    const context = { resources, effect, signal, programs: episode.step() }
    const { state, isActionValid, info } = await take(before, calls, context)
    const ending = { terminated: state.isOver, truncated: state.limit !== null }
    return { state: withPrograms(state, episode), reward: rewardOf(state, resources), ...ending, isActionValid, info }
  },
  invalid: (before, shown) => continued(before, noted({ ...before, shown })),
  async atLimit(state, { resources, effect, signal }) {
    const programs = programsOf(state, resources.settings).step()
    return finished(state, resources.taskAt(state.task), { resources, effect, signal, programs })
  },
  observe: { text: ({ shown }) => shown },
  anchors: { workspace: workspaceAnchor },
  tools: {
    list: () => TOOLS,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ shown }) => shown,
    instructions: ({ shown }) => shown,
  },
  grades: (state, { resources }) => gradesOf(state, resources.taskAt(state.task)),
  groundTruth: (task, { resources }): Json => {
    const { reference, faults } = resources.taskAt(Number(task.private))
    return { files: reference, faults: faults.map(({ path, line, kind }) => ({ path, line, kind })) }
  },
  expert: (state, { resources, rng, noise }) => expertAction(state, resources.taskAt(state.task), rng, noise),
  examples: [
    { name: 'view', arguments: {} },
    { name: 'search', arguments: { text: 'def ' } },
    { name: 'write', arguments: { path: 'notes.txt', content: 'to do' } },
  ],
})

interface Draft {
  readonly id: string
  readonly public: { readonly statement: string }
  readonly private: number
}

/** Tasks are numbered over all splits, in their order, and made when they are asked for. */
function tasksOf({ splits, taskAt, settings }: RepositoryResources): Readonly<Record<string, TaskList<Draft>>> {
  let next = 0
  return Object.fromEntries(
    splits.map(({ name, size }) => {
      const first = next
      next += size
      const at = (index: number): Draft | undefined => {
        if (!Number.isInteger(index) || index < 0 || index >= size) return undefined
        const { id, statement } = taskAt(first + index)
        return { id, public: { statement }, private: first + index }
      }
      return [name, { length: size, at, ...(settings.folder === '' && { indexOfId: placeIn(name, at) }) }]
    }),
  )
}

/** Generated tasks have their place as their id. */
const placeIn = (split: string, at: (index: number) => Draft | undefined) => (id: string) => {
  const index = id.startsWith(`${split}-`) ? Number(id.slice(split.length + 1)) : -1
  return at(index)?.id === id ? index : -1
}

/** 0 before the submission. */
function rewardOf(state: RepositoryState, { taskAt, settings }: RepositoryResources): number {
  if (!state.isOver) return 0
  const outcome = outcomeOf(state, taskAt(state.task))
  return settings.reward === 'graded' ? rankOf(outcome) : Number(outcome === 'passes')
}
