import type { AnchorColumn, SignalColumn, StepBatch, StepSignal } from '../../core/batch/index.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { Numbers } from '../exact/numbers.ts'
import type { SolvedTask, Testbed } from './testbed.ts'
import type { Walks } from './walks.ts'

/** Rewards of a batch beside its walks. */
export interface BatchRewards {
  /** The environment's rewards, a row each: as they were, or with noise. */
  readonly reward: Float64Array
  /** Values a row, by name of signal. */
  readonly signals: Readonly<Record<string, Float64Array>>
  /** Values a trajectory, by name. */
  readonly outcomes: Readonly<Record<string, Float64Array>>
}

/** Anchors and actions of all tasks of a testbed, numbered together once. */
export interface Numbered {
  /** By task, then by the model's own number. */
  readonly actions: readonly Int32Array[]
  readonly anchors: ReadonlyMap<string, NumberedAnchors>
}

interface NumberedAnchors {
  /** By task, then by state. */
  readonly states: readonly Int32Array[]
  readonly texts: readonly string[]
}

export function numbered({ tasks }: Testbed): Numbered {
  const names = [...(tasks[0]?.model.anchors.keys() ?? [])]
  const actions = new Numbers()
  return {
    actions: tasks.map(({ model }) =>
      Int32Array.from(model.actions, (action) => actions.numberOf(canonicalJson(action))),
    ),
    anchors: new Map(names.map((name) => [name, anchorNumbers(tasks, name)])),
  }
}

function anchorNumbers(tasks: Testbed['tasks'], name: string): NumberedAnchors {
  const texts = new Numbers()
  const states = tasks.map(({ model }) => {
    const own = model.anchors.get(name)
    const numbers = own?.texts.map((text) => texts.numberOf(text)) ?? []
    return Int32Array.from(own?.ids ?? [], (id) => numbers[id] ?? 0)
  })
  return { states, texts: texts.texts() }
}

/** The batch that a trainer would have had of these walks: what it does not record is not there. */
export function batchOfWalks(testbed: Testbed, names: Numbered, walks: Walks, rewards: BatchRewards): StepBatch {
  const { rowCount, starts, taskOf } = walks
  const trajectoryOf = spread(starts, (trajectory) => trajectory)
  const groupOf = trajectoryOf.map((trajectory) => taskOf[trajectory] ?? 0)
  const policy = policyColumns(testbed, walks, groupOf)
  const ids = Array.from(taskOf, (task, trajectory) => `${task}.${trajectory}`)
  return {
    rowCount,
    trajectories: { ids, starts, groupOf: taskOf, isTruncated: walks.isTruncated },
    groups: testbed.tasks.map((_, task) => `${task}`),
    trajectoryOf,
    groupOf,
    stepIndex: trajectoryOf.map((trajectory, row) => row - (starts[trajectory] ?? 0)),
    isActionValid: walks.isValid,
    actions: walks.choice.map((choice, row) => actionOf(testbed, names, groupOf[row] ?? 0, choice)),
    lineages: trajectoryOf,
    anchors: new Map([...names.anchors].map(([name, column]) => [name, anchorColumn(column, walks, groupOf)])),
    signals: new Map([['env', signal('env', rewards.reward)], ...signals(rewards.signals), policy.squares]),
    outcomes: new Map(Object.entries(rewards.outcomes).map(([name, values]) => [name, column(values)])),
    tokens: policy.tokens,
    copyOf: null,
    sourceRow: Int32Array.from({ length: rowCount }, (_, row) => row),
    notes: [],
    leftOut: { aborted: 0, empty: 0 },
  }
}

/**
 * What the policy itself records of a step, as trainers of language models do of tokens; a step is one token, its
 * choice: log-probabilities, and sums of squares of the whole distribution.
 */
function policyColumns({ tasks }: Testbed, { rowCount, state, choice }: Walks, taskOf: Int32Array) {
  const [logProbs, squares] = [new Float64Array(rowCount), new Float64Array(rowCount)]
  for (let row = 0; row < rowCount; row++) {
    const task = tasks[taskOf[row] ?? 0]
    logProbs[row] = Math.log(task?.table[choice[row] ?? 0] ?? 1)
    squares[row] = task ? sumOfSquares(task, state[row] ?? 0) : 0
  }
  const starts = Int32Array.from({ length: rowCount + 1 }, (_, row) => row)
  const tokens = { starts, known: new Uint8Array(rowCount).fill(1), logProbs: column(logProbs), mask: null }
  return {
    tokens,
    squares: ['sum-pi-squared', { ...signal('sum-pi-squared', squares), perToken: column(squares) }] as const,
  }
}

function sumOfSquares({ model: { choiceStarts }, table }: SolvedTask, state: number): number {
  let sum = 0
  for (let choice = choiceStarts[state] ?? 0; choice < (choiceStarts[state + 1] ?? 0); choice++)
    sum += (table[choice] ?? 0) ** 2
  return sum
}

/** A number in each row of each trajectory. */
function spread(starts: Int32Array, of: (trajectory: number) => number): Int32Array {
  const rows = new Int32Array(starts.at(-1) ?? 0)
  for (let trajectory = 0; trajectory + 1 < starts.length; trajectory++)
    rows.fill(of(trajectory), starts[trajectory], starts[trajectory + 1])
  return rows
}

const actionOf = ({ tasks }: Testbed, { actions }: Numbered, task: number, choice: number): number =>
  actions[task]?.[tasks[task]?.model.actionOf[choice] ?? 0] ?? 0

const anchorColumn = ({ states, texts }: NumberedAnchors, walks: Walks, taskOf: Int32Array): AnchorColumn => ({
  ids: walks.state.map((state, row) => states[taskOf[row] ?? 0]?.[state] ?? 0),
  nextIds: walks.next.map((state, row) => states[taskOf[row] ?? 0]?.[state] ?? 0),
  texts,
})

const column = (values: Float64Array): SignalColumn => ({ values, known: new Uint8Array(values.length).fill(1) })

const signal = (name: string, values: Float64Array): StepSignal => ({
  ...column(values),
  perToken: null,
  parts: [name],
})

const signals = (rewards: BatchRewards['signals']): readonly (readonly [string, StepSignal])[] =>
  Object.entries(rewards).map(([name, values]) => [name, signal(name, values)])
