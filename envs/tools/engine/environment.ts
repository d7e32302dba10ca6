import { GymError } from '../../../core/data/errors.ts'
import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { seal } from '../../../core/data/plain.ts'
import type { Json } from '../../../core/data/types.ts'
import { type Context, defineEnvironment } from '../../../core/episode/environment.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { userModelOf } from '../../../models/chat/user-model.ts'
import { ACTION_SCHEMA, readAction } from './action.ts'
import { withDistractors } from './distractors.ts'
import { DEFAULT_OPTIONS, type Domain, type OpenDomain, type PrivateTask, RANGES, type ToolsOptions } from './domain.ts'
import { changesAfter, type ToolCall, type ToolSet } from './execute.ts'
import { expertAction } from './expert.ts'
import { differences, type Goal, judge } from './judge.ts'
import { ModelUser } from './model-user.ts'
import { plainJson } from './python-number.ts'
import { resultOf, servedTools } from './served-tools.ts'
import { progressOf, startState, type ToolsState, textOf } from './state.ts'
import { take } from './step.ts'
import { functionSchema } from './tool.ts'

/** Opened once a server: the domain, its tools by name, and the goals of tasks as they are first asked for. */
export interface ToolsResources extends OpenDomain {
  readonly set: ToolSet
  /** Null for the scripted user. */
  readonly user: ModelUser | null
  /** Shared by all tasks: what the agent may call and must obey. */
  readonly brief: Json
  /** What clients of the Model Context Protocol may call. */
  readonly served: readonly ToolDescription[]
  /** Tasks of all splits, by number. */
  readonly tasks: readonly PrivateTask[]
  goalOf(task: PrivateTask): Goal
}

export interface ToolsEpisode extends ToolsState {
  /** Number of the task over all splits: its private part stays in the resources. */
  readonly task: number
}

const MAX_STEPS = 30

/**
 * An environment of tool calls: the agent calls tools over a database and speaks to a scripted user; the outcome is 1
 * where the database is as the gold calls leave it and everything that must be said was said, as in tau-bench (Yao et
 * al., "tau-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains", 2024).
 */
export const toolsEnvironment = (domain: Domain) =>
  defineEnvironment({
    id: domain.id,
    summary: domain.summary,
    maxSteps: MAX_STEPS,
    options: DEFAULT_OPTIONS,
    ranges: RANGES,
    action: { parse: readAction, jsonSchema: ACTION_SCHEMA },
    resources: ({ options }) => openResources(domain, options),
    digest: ({ digest }) => digest,
    tasks: ({ resources }) =>
      Object.fromEntries(Object.keys(resources.splits).map((split) => [split, draftsOf(resources, split)])),
    kindOf: ({ resources }) => (resources.user ? 'async' : 'sync'),
    reset: (context) => started(context.task.private, context),
    step(before, action, { rng, effect, signal, resources }) {
      const { persona } = taskAt(resources, before.task)
      const { set, user } = resources
      const taken = take(before, action, { set, persona, user, rng, effect, signal })
      return chain(taken, ({ state, isActionValid, info }) => {
        const next: ToolsEpisode = { ...before, ...state }
        return { state: next, reward: rewardOf(next, resources), terminated: next.isOver, isActionValid, info }
      })
    },
    invalid: (state, message) => ({ ...state, shown: [{ from: 'system', text: message }] }),
    observe: { text: textOf },
    anchors: { progress: (state, { resources }) => progressOf(state, resources.database) },
    tools: {
      list: (_, { resources }) => resources.served,
      action: (name, args) => ({ name, arguments: args }),
      result: resultOf,
      instructions: (state, { resources }) => `${resources.policy}\n\n${textOf(state)}`,
    },
    grades: (state, { resources }) => gradesOf(state, resources),
    groundTruth: (task, { resources }) => answersOf(taskAt(resources, Number(task.private))),
    expert: ({ task }, { resources, rng, turn, noise }) =>
      expertAction(taskAt(resources, task), resources.set, turn, noise, rng),
    examples: [{ respond: 'How can I help you?' }, ...domain.tools.slice(0, 1).map(exampleOf)],
  })

const exampleOf = ({ name }: { readonly name: string }): Json => ({ name, arguments: {} })

/** Tasks are numbered over all splits, in their order. */
function draftsOf({ brief, splits, tasks }: ToolsResources, split: string) {
  const first = tasks.indexOf(splits[split]?.[0]?.private ?? NO_TASK)
  return (splits[split] ?? []).map(({ id }, position) => ({ id, public: brief, private: first + position }))
}

function taskAt({ tasks }: ToolsResources, number: number): PrivateTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}

const NO_TASK: PrivateTask = { persona: { opening: '', facts: [], patience: 0 }, actions: [], outputs: [] }

function started(
  task: number,
  { resources, rng, effect, signal }: Context<ToolsResources>,
): MaybePromise<ToolsEpisode> {
  const { persona } = taskAt(resources, task)
  if (resources.user === null) return { ...startState(persona.opening), task }
  const opening = resources.user.open(persona, { rng, effect, signal })
  return chain(opening, ({ text, state, isOver }) => ({ ...startState(text, state), isOver, task }))
}

function openResources(domain: Domain, options: ToolsOptions): ToolsResources {
  if (options.data !== '' && !domain.takesData)
    throw new GymError('CONFIG_INVALID', `${domain.id} has data of its own: leave the option data out`)
  const open = domain.open(options)
  const all = withDistractors(domain.tools, options)
  const tools = new Map(all.map((tool) => [tool.name, tool]))
  const set: ToolSet = { tools, database: open.database, isStrict: open.isStrict }
  const model = userModelOf(options.user)
  const goals = new WeakMap<readonly ToolCall[], Goal>()
  const brief = seal({ policy: open.policy, tools: all.map(functionSchema) })
  return {
    ...open,
    set,
    user: model && new ModelUser(model),
    brief,
    served: servedTools(all),
    tasks: Object.values(open.splits).flatMap((tasks) => tasks.map((task) => task.private)),
    goalOf({ actions, outputs }) {
      const known = goals.get(actions) ?? { changes: changesAfter(set, goldWrites(set, actions)), outputs }
      goals.set(actions, known)
      return known
    },
  }
}

/** What hooks may compare with; numbers as JSON has them. */
const answersOf = ({ actions, outputs }: PrivateTask): Json => ({
  calls: actions.map(({ name, args }) => ({ name, arguments: plainJson(args) })),
  outputs,
})

/** Calls that end the episode are not part of the expected database. */
const goldWrites = ({ tools }: ToolSet, actions: readonly ToolCall[]): readonly ToolCall[] =>
  actions.filter(({ name }) => tools.get(name)?.isFinal !== true)

const verdictOf = (episode: ToolsEpisode, resources: ToolsResources) =>
  judge(resources.database, resources.goalOf(taskAt(resources, episode.task)), episode.changes, episode.said)

const rewardOf = (episode: ToolsEpisode, resources: ToolsResources): number =>
  episode.isOver ? verdictOf(episode, resources).reward : 0

/**
 * Measures for hooks. `progress`: 1 minus the share of expected changes that are missing or wrong, less what was
 * changed in addition, from 0 to 1. `outputs`: share of what must be said that was said.
 */
function gradesOf(state: ToolsEpisode, resources: ToolsResources) {
  const goal = resources.goalOf(taskAt(resources, state.task))
  const wanted = differences(resources.database, {}, goal.changes).length
  const wrong = differences(resources.database, goal.changes, state.changes).length
  const said = Object.values(verdictOf(state, resources).outputs)
  return {
    progress: wanted === 0 ? Number(wrong === 0) : Math.max(0, 1 - wrong / wanted),
    outputs: said.length === 0 ? null : said.filter(Boolean).length / said.length,
  }
}
