import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { type OptionRanges, SEED_RANGE, SHARE_RANGE, TASKS_RANGE } from '../../../core/data/options.ts'
import { seal } from '../../../core/data/plain.ts'
import type { Json } from '../../../core/data/types.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { BFCL_ACTION_SCHEMA, readBfclAction } from './action.ts'
import { readDocuments, readTasks } from './data-folder.ts'
import { gradesOf, progressOf, rewardOf, startEpisode, take, textOf } from './episode.ts'
import { expertAction } from './expert.ts'
import type { Documents } from './functions.ts'
import { type GeneratedOptions, generateTasks } from './generate/index.ts'
import { namedArguments } from './ground-truth.ts'
import { type Filler, fillerDigest } from './long-context/index.ts'
import { ownFiller } from './long-context/own.ts'
import { referenceFiller } from './long-context/reference-file.ts'
import { servedFunctions } from './served.ts'
import { type BfclTask, functionsAt, type OpenTask, openTask } from './task.ts'

/** Options of the environment: where tasks come from, and what generated ones are like. */
export type BfclOptions = GeneratedOptions & {
  /** Folder in BFCL's layout to take tasks and function documents from; empty for generated tasks. @default '' */
  readonly data: string
  /** Steps with calls in one turn; one more ends the episode. @default 20 */
  readonly stepsPerTurn: number
}

const DEFAULTS: BfclOptions = {
  data: '',
  dataSeed: 0,
  tasks: 300,
  turns: 3,
  missingFunctions: 0.2,
  missingDetails: 0.2,
  longContext: 0,
  stepsPerTurn: 20,
}

const RANGES: OptionRanges = {
  dataSeed: SEED_RANGE,
  tasks: TASKS_RANGE,
  turns: [1, 10],
  missingFunctions: SHARE_RANGE,
  missingDetails: SHARE_RANGE,
  longContext: SHARE_RANGE,
  stepsPerTurn: [1, 1000],
}

const MAX_STEPS = 250

const POLICY =
  'Do what the user asks for by calling functions, one or several at a time. End your turn with a message without a call: when everything is done, or when a function or a detail is missing. Do not guess missing details.'

/** Opened once a server. */
export interface BfclResources {
  /** Of all splits, by number. */
  readonly tasks: readonly BfclTask[]
  readonly splits: ReadonlyMap<string, readonly BfclTask[]>
  readonly documents: Documents
  readonly stepsPerTurn: number
  readonly digest: string
  /** Opens a task when it is first played. */
  open(number: number): OpenTask
}

/**
 * Environment `tools-bfcl`: multi-turn function calling over eight services, after BFCL (Patil et al., "The Berkeley
 * Function Calling Leaderboard (BFCL): From Tool Use to Agentic Evaluation of Large Language Models", ICML 2025).
 */
export default defineEnvironment({
  id: 'tools-bfcl@1',
  summary:
    'serve a user over several turns by calling functions of eight services: files, trading, travel, a car and more',
  maxSteps: MAX_STEPS,
  options: DEFAULTS,
  ranges: RANGES,
  action: { parse: readBfclAction, jsonSchema: BFCL_ACTION_SCHEMA },
  resources: ({ options }) => openResources(options),
  digest: ({ digest }) => digest,
  limit: ({ resources }) => longest(resources) * (resources.stepsPerTurn + 2),
  tasks: ({ resources }) =>
    Object.fromEntries([...resources.splits].map(([split, tasks]) => [split, draftsOf(resources, tasks)])),
  reset: ({ task, resources }) => startEpisode(task.private, resources.open(task.private), resources.documents),
  step(before, action, { resources }) {
    const open = resources.open(before.task)
    const { state, isForced, isActionValid, info } = take(before, action, { ...resources, open })
    const isEnded = state.isOver && !isForced
    return { state, reward: rewardOf(state, open), terminated: isEnded, truncated: isForced, isActionValid, info }
  },
  invalid: (state, message) => ({ ...state, hasEndedTurn: false, shown: [{ from: 'system', text: message }] }),
  observe: { text: textOf },
  anchors: { progress: progressOf },
  tools: {
    list: (state, { resources }) =>
      state ? servedFunctions(resources.open(state.task), state.turn, resources.documents) : null,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ shown }) => shown.map(({ text }) => text).join('\n'),
    instructions: (state) => `${POLICY}\n\n${textOf(state)}`,
  },
  grades: (state, { resources }) => gradesOf(state, resources.open(state.task)),
  groundTruth: (task, { resources }) => answersOf(resources.open(Number(task.private))),
  expert: (state, { resources, rng, noise }) => expertAction(state, resources.open(state.task), noise, rng),
  publicState: ({ turn }) => ({ turn }),
  examples: [{ respond: 'Done.' }, { name: 'ls', arguments: { a: true } }, "[cd(folder='workspace'), ls()]"],
})

/** Tasks are numbered over all splits, in their order. */
function draftsOf(resources: BfclResources, tasks: readonly BfclTask[]) {
  const first = resources.tasks.indexOf(tasks[0] ?? NO_TASK)
  return tasks.map((task, position) => ({
    id: task.id,
    public: seal({ policy: POLICY, tools: functionsAt(task, 0, resources.documents) }),
    private: first + position,
  }))
}

const NO_TASK: BfclTask = { id: '', category: 'base', apis: [], scenarios: {}, isLong: false, excluded: [], turns: [] }

const longest = ({ tasks }: BfclResources): number => Math.max(1, ...tasks.map(({ turns }) => turns.length))

function openResources(options: BfclOptions): BfclResources {
  expectWhole(options)
  const { data, stepsPerTurn } = options
  const splits: ReadonlyMap<string, readonly BfclTask[]> = data === '' ? generateTasks(options) : readTasks(data)
  const tasks = [...splits.values()].flat()
  const given = data === '' ? null : referenceFiller(data)
  const opened = new Map<number, OpenTask>()
  return {
    tasks,
    splits,
    documents: data === '' ? new Map() : readDocuments(data),
    stepsPerTurn,
    digest: data === '' ? '' : digestOf(tasks, given),
    open(number) {
      const known = opened.get(number) ?? openTask(taskAt(tasks, number), () => given ?? ownFiller())
      opened.set(number, known)
      return known
    },
  }
}

/** Of the data, and of the reference's filler where the folder has it. */
const digestOf = (tasks: readonly BfclTask[], given: Filler | null): string =>
  hashOf([
    ...tasks.map(({ id, scenarios, turns }) => [id, scenarios, turns.map(({ says }) => says)]),
    ...(given ? [fillerDigest(given)] : []),
  ])

function taskAt(tasks: readonly BfclTask[], number: number): BfclTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}

/** @throws GymError CONFIG_INVALID */
function expectWhole(options: BfclOptions): void {
  const broken = (['turns', 'tasks', 'stepsPerTurn'] as const).find((name) => !Number.isInteger(options[name]))
  if (broken !== undefined)
    throw new GymError('CONFIG_INVALID', `${broken} must be a whole number, not ${options[broken]}`)
}

/** Gold calls as hooks compare them. */
const answersOf = ({ world, gold }: OpenTask): Json => ({
  calls: gold
    .flatMap(({ calls }) => calls)
    .map((call) => ({ name: call.name, arguments: namedArguments(world, call) })),
})
