import type { Policy } from '../../core/rollout/policy.ts'
import { choiceCountOf, type ExactModel, observationsOf } from '../exact/model.ts'
import { Numbers } from '../exact/numbers.ts'
import { tableOf } from '../exact/policy-table.ts'
import { advantagesOf, valuesOf } from '../exact/values.ts'
import { visitsOf } from '../exact/visits.ts'

/** One task with a frozen policy, and everything that is true of it. */
export interface SolvedTask {
  readonly model: ExactModel
  /** Probability of each choice. */
  readonly table: Float64Array
  /** V_t(s), an array a number of steps taken. */
  readonly values: readonly Float64Array[]
  /** A_t(s, a), along the choices. */
  readonly advantages: readonly Float64Array[]
  /** Cell of each choice: what the policy sees and does there, numbered over all tasks. */
  readonly cellOf: Int32Array
}

/** A frozen policy over solved tasks: what estimators are measured on. */
export interface Testbed {
  readonly tasks: readonly SolvedTask[]
  readonly cellCount: number
  /** Number of task and observation, for each cell: the policy distinguishes no more. */
  readonly viewOf: Int32Array
  /** Gradient of the expected return by the logit of each cell, of a policy that has one a cell. */
  readonly gradient: Float64Array
  /** Mean exact return from the start. */
  readonly value: number
}

/**
 * Solves the tasks of a world and fixes the policy that is frozen there.
 * @param models At least one, of one policy's tasks.
 */
export const testbedOf = (models: readonly ExactModel[], policy: Policy): Testbed =>
  testbedOfTables(models.map((model) => ({ model, table: tableOf(model, policy) })))

/** The same of a policy that is given as tables: one probability a choice, a table a task. */
export function testbedOfTables(tabled: readonly Pick<SolvedTask, 'model' | 'table'>[]): Testbed {
  const cells = new Cells()
  const tasks = tabled.map(({ model, table }, task) => solved(model, table, cells, task))
  const gradient = new Float64Array(cells.count)
  for (const task of tasks) addGradient(task, gradient)
  const value = tasks.reduce((sum, { values }) => sum + (values[0]?.[0] ?? 0), 0) / tasks.length
  return { tasks, cellCount: cells.count, viewOf: cells.views(), gradient, value }
}

function solved(model: ExactModel, table: Float64Array, cells: Cells, task: number): SolvedTask {
  const values = valuesOf(model, table)
  const { ids } = observationsOf(model)
  const cellOf = new Int32Array(choiceCountOf(model))
  for (let state = 0; state < model.stateCount; state++)
    for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++)
      cellOf[choice] = cells.numberOf(`${task}/${ids[state]}`, model.actionOf[choice] ?? 0)
  return { model, table, values: values.states, advantages: advantagesOf(model, values), cellOf }
}

/** Policy gradient theorem (Sutton et al., 2000): sum over t and s of d_t(s) pi(a|s) A_t(s, a), by observation. */
function addGradient({ model, table, advantages, cellOf }: SolvedTask, gradient: Float64Array): void {
  for (const [step, visits] of visitsOf(model, table).entries())
    for (let state = 0; state < model.stateCount; state++) {
      const here = visits[state] ?? 0
      if (here === 0) continue
      for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++) {
        const cell = cellOf[choice] ?? 0
        const part = here * (table[choice] ?? 0) * (advantages[step]?.[choice] ?? 0)
        gradient[cell] = (gradient[cell] ?? 0) + part
      }
    }
}

class Cells {
  readonly #views = new Numbers()
  readonly #cells = new Numbers()
  readonly #viewOf: number[] = []

  get count(): number {
    return this.#cells.count
  }

  numberOf(view: string, action: number): number {
    const viewNumber = this.#views.numberOf(view)
    const cell = this.#cells.numberOf(`${viewNumber} ${action}`)
    this.#viewOf[cell] = viewNumber
    return cell
  }

  views(): Int32Array {
    return Int32Array.from(this.#viewOf)
  }
}
