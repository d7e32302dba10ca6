import type { FeatureRows, PolicyNetwork } from '../../agents/policy.ts'
import { choiceFeatures } from '../../agents/policy.ts'
import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { expectSync } from '../../core/data/maybe-promise.ts'
import type { Group, Step } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import type { World } from '../../core/episode/world.ts'
import type { AdvantageFunction } from '../../training/advantages.ts'
import { enumerate } from '../exact/enumerate.ts'
import { type ExactModel, observationsOf } from '../exact/model.ts'
import { choiceValue, stateValuesOf } from '../exact/state-values.ts'

/**
 * Advantages without an error: A_t(s, a) = Q_t(s, a) - V_t(s) of the policy that acted, by backward induction over all
 * states of the tasks that were played, in units of their root mean square. An upper bound for estimators: nothing but
 * the sampling of states and actions is left to chance.
 * @param maxSteps steps of an episode; 0 for the environment's
 * @throws GymError NOT_ENUMERABLE as `enumerate`, and where two states look alike, so that a step does not say where it
 *   was taken.
 */
export function exactAdvantages(world: World, maxSteps = 0): AdvantageFunction {
  const tasks = new Map<string, TaskModel>()
  return ({ groups, scorer: { network }, batch: { rowCount } }) => {
    const advantages = new Float64Array(rowCount)
    let row = 0
    for (const group of groups) {
      const task = tasks.get(group.taskId) ?? new TaskModel(world, group, maxSteps)
      tasks.set(group.taskId, task)
      row = task.write(group, network, advantages, row)
    }
    return { advantages: inUnits(advantages), mask: new Uint8Array(rowCount).fill(1) }
  }
}

function inUnits(advantages: Float64Array): Float64Array {
  const size = Math.sqrt(advantages.reduce((sum, value) => sum + value * value, 0) / Math.max(1, advantages.length))
  return size === 0 ? advantages : advantages.map((value) => value / size)
}

/** A task with all its states, and the features of each: they do not change while the policy does. */
class TaskModel {
  readonly #model: ExactModel
  readonly #stateOf: ReadonlyMap<string, number>
  readonly #choiceOf: ReadonlyMap<string, number>
  #features: { readonly count: number; readonly rows: readonly (FeatureRows | null)[] } | null = null

  constructor(world: World, { taskId }: Group, maxSteps: number) {
    const start = { task: world.tasks.byId(taskId), seed: 0, ...(maxSteps > 0 && { maxSteps }) }
    const episode = expectSync(startEpisode(world, start))
    this.#model = enumerate(episode)
    this.#stateOf = openStates(this.#model)
    this.#choiceOf = new Map(this.#model.actions.map((action, at) => [canonicalJson(action), at]))
  }

  /** Writes the advantages of a group's steps. @returns the row after them */
  write(group: Group, network: PolicyNetwork, into: Float64Array, from: number): number {
    const model = this.#model
    const table = this.#table(network)
    const values = stateValuesOf(model, table)
    let row = from
    for (const { steps } of group.trajectories)
      for (const step of steps) {
        const state = this.#stateAt(step)
        const own = values[step.index]?.[state] ?? 0
        into[row++] = choiceValue(model, this.#choiceAt(state, step), values[step.index + 1]) - own
      }
    return row
  }

  /** What the network does in every state: one probability a choice. */
  #table(network: PolicyNetwork): Float64Array {
    const table = new Float64Array(this.#model.actionOf.length)
    for (const [state, rows] of this.#rowsFor(network.sizes.features).entries())
      if (rows) table.set(network.forward(rows).logProbs.map(Math.exp), this.#model.choiceStarts[state])
    return table
  }

  #rowsFor(count: number): readonly (FeatureRows | null)[] {
    if (this.#features?.count !== count) this.#features = { count, rows: featuresOf(this.#model, count) }
    return this.#features.rows
  }

  #stateAt({ observation }: Step): number {
    const state = this.#stateOf.get(observation)
    if (state === undefined) throw new GymError('NOT_DETERMINISTIC', `no state of the task shows ${observation}`)
    return state
  }

  #choiceAt(state: number, { action }: Step): number {
    const { choiceStarts, actionOf } = this.#model
    const number = this.#choiceOf.get(canonicalJson(action))
    for (let choice = choiceStarts[state] ?? 0; choice < (choiceStarts[state + 1] ?? 0); choice++)
      if (actionOf[choice] === number) return choice
    throw new GymError('NOT_DETERMINISTIC', `the state lists no action ${canonicalJson(action)}`)
  }
}

/** Positions of the states in which the episode continues, by what they show. */
function openStates(model: ExactModel): ReadonlyMap<string, number> {
  const { ids, texts } = observationsOf(model)
  const states = new Map<string, number>()
  for (let state = 0; state < model.stateCount; state++) {
    if (model.choiceStarts[state] === model.choiceStarts[state + 1]) continue
    const text = texts[ids[state] ?? 0] ?? ''
    if (states.has(text)) throw new GymError('NOT_ENUMERABLE', `${model.environment}: two states look alike: ${text}`)
    states.set(text, state)
  }
  return states
}

function featuresOf(model: ExactModel, count: number): readonly (FeatureRows | null)[] {
  const { ids, texts } = observationsOf(model)
  return Array.from({ length: model.stateCount }, (_, state) => {
    const own = model.actionOf.subarray(model.choiceStarts[state], model.choiceStarts[state + 1])
    if (own.length === 0) return null
    const actions = Array.from(own, (action) => model.actions[action] ?? null)
    return choiceFeatures({ observation: texts[ids[state] ?? 0] ?? '', actions }, count)
  })
}
