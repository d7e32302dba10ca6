import type { Json } from '../../../core/data/types.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { sandboxHere } from '../../../sandbox/backends.ts'
import { ACTION_SCHEMA, readAction, TOOLS } from './action.ts'
import { foreignKey } from './database.ts'
import { expertAction } from './expert.ts'
import { DEFAULTS, RANGES } from './options.ts'
import { heldOut, openResources, type SqlResources, taskAt } from './resources.ts'
import { knowledgeAnchor, type SqlState, startState } from './state.ts'
import { take } from './step.ts'

/**
 * Environment `sandbox-sql`: the agent answers a question about a database with a query of SQLite, which it may try out
 * before. Queries run in a sandbox and are effects, so that replay and forks need none.
 */
export default defineEnvironment({
  id: 'sandbox-sql@1',
  summary: 'answer a question about a database with a query of SQLite, tried out in a sandbox',
  kind: 'async',
  maxSteps: DEFAULTS.steps,
  options: DEFAULTS,
  ranges: RANGES,
  action: { parse: readAction, jsonSchema: ACTION_SCHEMA },
  resources: ({ options }) => openResources(options),
  digest: ({ digest }) => digest,
  software: async () => ({ sandbox: await sandboxHere('zygote') }),
  limit: ({ resources }) => resources.options.steps,
  tasks: ({ resources }) => draftsOf(resources),
  reset: ({ task, resources }): SqlState => startState(task.private, taskAt(resources, task.private)),
  async step(before, action, context) {
    const { state, info } = await take(before, action, context)
    const { verdict } = state
    return { state, reward: Number(verdict?.matches ?? false), terminated: verdict !== null, info }
  },
  invalid: (state, message) => ({ ...state, shown: message }),
  observe: { text: ({ shown }) => shown },
  anchors: { knowledge: knowledgeAnchor },
  tools: {
    list: () => TOOLS,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ shown }) => shown,
    instructions: ({ shown }) => shown,
  },
  grades: ({ verdict }) => ({
    matches: verdict && Number(verdict.matches),
    runs: verdict && Number(verdict.error === null),
  }),
  groundTruth: (task, { resources }): Json => truthOf(resources, task.private),
  expert: (state, { resources, rng, noise }) => expertAction(state, taskAt(resources, state.task), rng, noise),
  examples: [
    { name: 'schema', arguments: {} },
    { name: 'query', arguments: { sql: 'SELECT 1' } },
  ],
})

/** Tasks are numbered over all splits, in their order. */
function draftsOf({ options, tasks }: SqlResources) {
  const bounds = { train: [0, options.tasks], validation: [options.tasks, options.tasks + heldOut(options)] } as const
  const ranges = { ...bounds, test: [bounds.validation[1], tasks.length] as const }
  return Object.fromEntries(
    Object.entries(ranges).map(([split, [from, to]]) => [
      split,
      tasks.slice(from, to).map(({ question, domain }, at) => ({
        id: `${split}-${at}`,
        public: { question: question.text, database: domain.name },
        private: from + at,
      })),
    ]),
  )
}

/** The reference query, and the tables and columns that there are: for hooks on similar queries. */
function truthOf(resources: SqlResources, number: number): Json {
  const { question, domain } = taskAt(resources, number)
  const { tables } = domain
  const names = tables.flatMap((table, at) => {
    const parent = tables[at - 1]
    const columns = [table.label.name, table.category.name, table.number.name]
    return [table.name, 'id', ...columns, ...(parent ? [foreignKey(parent)] : [])]
  })
  return { sql: question.sql, names: [...new Set(names)] }
}
