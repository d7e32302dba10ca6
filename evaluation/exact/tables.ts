import { canonicalJson } from '../../core/data/hash.ts'
import type { Json } from '../../core/data/types.ts'
import { askedByOperator } from '../../core/data/user-code.ts'
import type { World } from '../../core/episode/world.ts'
import { notEnumerable } from './every-outcome.ts'
import type { ExactModel, StateAnchors } from './model.ts'
import { Numbers } from './numbers.ts'

/** A state, and whether the episode has ended in it: one state can be both, by how it was reached. */
export interface Node<State> {
  readonly state: State
  readonly isEnd: boolean
}

/** Consequences of one outcome of an action. */
export interface Landing {
  /** Position of the state. */
  readonly state: number
  readonly reward: number
  readonly isValid: boolean
}

/** A model in the making: states are numbered as they are met, and opened in that order. */
export class ModelTables<State extends object> {
  readonly #world: World<State>
  readonly #maxStates: number
  readonly #nodes: Node<State>[] = []
  readonly #states = new Numbers()
  readonly #actions = new Numbers()
  readonly #actionList: Json[] = []
  readonly #choiceStarts: number[] = []
  readonly #actionOf: number[] = []
  readonly #outcomeStarts: number[] = []
  readonly #probabilities: number[] = []
  readonly #landings: Landing[] = []

  constructor(world: World<State>, maxStates: number) {
    this.#world = world
    this.#maxStates = maxStates
  }

  get stateCount(): number {
    return this.#nodes.length
  }

  nodeAt(at: number): Node<State> {
    const node = this.#nodes[at]
    if (!node) throw new RangeError(`there is no state ${at} of ${this.#nodes.length}`)
    return node
  }

  /** Position of a state, new or known. @throws GymError NOT_ENUMERABLE where there are too many. */
  stateOf(node: Node<State>): number {
    const at = this.#states.numberOf(`${node.isEnd} ${canonicalJson(node.state)}`)
    if (at === this.#nodes.length) this.#nodes.push(node)
    if (this.#nodes.length <= this.#maxStates) return at
    throw notEnumerable(
      `${this.#world.environment.id} has more than ${this.#maxStates} states: make the world smaller, or raise maxStates`,
    )
  }

  /** The next state's choices follow. */
  openState(): void {
    this.#choiceStarts.push(this.#actionOf.length)
  }

  /** The choice's outcomes follow. */
  openChoice(action: Json): void {
    const number = this.#actions.numberOf(canonicalJson(action))
    this.#actionList[number] = action
    this.#actionOf.push(number)
    this.#outcomeStarts.push(this.#landings.length)
  }

  addOutcome(probability: number, landing: Landing): void {
    this.#probabilities.push(probability)
    this.#landings.push(landing)
  }

  finish(of: Pick<ExactModel, 'environment' | 'task' | 'maxSteps'>): ExactModel {
    return {
      ...of,
      stateCount: this.#nodes.length,
      anchors: this.#anchors(),
      choiceStarts: Int32Array.from([...this.#choiceStarts, this.#actionOf.length]),
      actionOf: Int32Array.from(this.#actionOf),
      actions: this.#actionList,
      outcomeStarts: Int32Array.from([...this.#outcomeStarts, this.#landings.length]),
      outcomeState: Int32Array.from(this.#landings, ({ state }) => state),
      outcomeProbability: Float64Array.from(this.#probabilities),
      outcomeReward: Float64Array.from(this.#landings, ({ reward }) => reward),
      outcomeIsValid: Uint8Array.from(this.#landings, ({ isValid }) => Number(isValid)),
    }
  }

  #anchors(): ReadonlyMap<string, StateAnchors> {
    const { environment, views } = this.#world
    const named = Object.entries(environment.anchors ?? {})
    return new Map([
      ['text', this.#anchor((state) => views.view(state, 'text'))],
      ['state', this.#anchor((state) => canonicalJson(state))],
      ...named.map(([name, show]) => [name, this.#anchor((state) => show(state, this.#world))] as const),
    ])
  }

  #anchor(show: (state: State) => string): StateAnchors {
    const numbers = new Numbers()
    const ids = Int32Array.from(this.#nodes, ({ state }) =>
      numbers.numberOf(askedByOperator('anchor', () => show(state))),
    )
    return { ids, texts: numbers.texts() }
  }
}
