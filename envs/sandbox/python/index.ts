import type { Json } from '../../../core/data/types.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { sandboxHere } from '../../../sandbox/backends.ts'
import { continued, programsOf, withPrograms } from '../../../sandbox/episode/programs.ts'
import type { BackendName } from '../../../sandbox/types.ts'
import { ACTION_SCHEMA, readAction, TOOLS } from './action.ts'
import { judgeStart } from './execute.ts'
import { expertAction } from './expert.ts'
import { finished } from './finish.ts'
import { DEFAULTS, RANGES } from './options.ts'
import { openResources, type PythonResources, taskAt } from './resources.ts'
import { gradesOf, noted, type PythonState, scopeOf, startState, workspaceAnchor } from './state.ts'
import { take } from './step.ts'

/**
 * Environment `sandbox-python`: the agent writes and runs Python code over several steps and submits it; tests decide.
 * The workspace is part of the state; what a sandbox runs is an effect, so that replay and forks need none.
 */
export default defineEnvironment({
  id: 'sandbox-python@1',
  summary: 'write, run and test Python code in a sandbox until hidden tests pass',
  kind: 'async',
  maxSteps: DEFAULTS.steps,
  options: DEFAULTS,
  ranges: RANGES,
  action: { parse: readAction, jsonSchema: ACTION_SCHEMA },
  resources: ({ options }) => openResources(options),
  digest: ({ digest }) => digest,
  software: async ({ resources }) => ({ sandbox: await sandboxHere(resources.options.backend as BackendName) }),
  limit: ({ resources }) => resources.options.steps,
  tasks: ({ resources }) => draftsOf(resources),
  async reset({ task, resources, effect, signal }): Promise<PythonState> {
    const { options } = resources
    const code = taskAt(resources, task.private)
    const start = startState(task.private, code, options)
    const episode = programsOf(start, options)
    // Other tasks may give code that is not deterministic, and members of a group start from one state.
    if (start.judged || !code.parts || options.judged === 'request') return withPrograms(start, episode)
    const context = { resources, effect, signal, programs: episode.step() }
    const judged = await judgeStart(start.workspace, code, scopeOf(options.judged), context)
    return withPrograms({ ...start, judged }, episode)
  },
  async step(before, calls, { resources, effect, signal, rng }) {
    const episode = programsOf(before, resources.options)
    const context = { resources, effect, signal, rng, programs: episode.step() }
    const { state, isActionValid, info } = await take(before, calls, context)
    const ending = { terminated: state.isOver, truncated: state.limit !== null }
    return { state: withPrograms(state, episode), reward: rewardOf(state, resources), ...ending, isActionValid, info }
  },
  invalid: (before, shown) => continued(before, noted({ ...before, shown })),
  async atLimit(state, { resources, effect, signal, rng }) {
    const programs = programsOf(state, resources.options).step()
    return finished(state, taskAt(resources, state.task), { resources, effect, signal, rng, programs })
  },
  observe: { text: ({ shown }) => shown },
  anchors: { workspace: workspaceAnchor },
  tools: {
    list: () => TOOLS,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ shown }) => shown,
    instructions: ({ shown }) => shown,
  },
  grades: (state, { resources }) => gradesOf(state, taskAt(resources, state.task)),
  groundTruth: (task, { resources }): Json => ({ files: taskAt(resources, task.private).reference }),
  expert: (state, { resources, rng, noise }) => expertAction(state, taskAt(resources, state.task), rng, noise),
  examples: [
    { name: 'write_file', arguments: { path: 'notes.txt', content: 'to do' } },
    { name: 'write_files', arguments: { files: [{ path: 'notes.txt', content: 'done' }] } },
  ],
})

/** Tasks are numbered over all splits, in their order. */
function draftsOf({ splits, tasks }: PythonResources) {
  const numberOf = new Map(tasks.map((task, number) => [task, number]))
  return Object.fromEntries(
    Object.entries(splits).map(([split, own]) => [
      split,
      own.map((task) => ({
        id: task.id,
        public: { statement: task.statement, entry: task.entry, publicTests: task.publicTests },
        private: numberOf.get(task) ?? -1,
      })),
    ]),
  )
}

/** 0 before the submission. */
function rewardOf({ isOver, final }: PythonState, { options }: PythonResources): number {
  if (!isOver || final === null) return 0
  const passed = final.passed.filter(Boolean).length
  return options.reward === 'share' ? passed / final.passed.length : Number(passed === final.passed.length)
}
