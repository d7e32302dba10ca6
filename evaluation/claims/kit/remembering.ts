import { type ExactModel, observationsOf, type StateAnchors } from '../../exact/model.ts'

/**
 * The same task for a policy that sees the observation before this one too: states with what was seen last. The anchor
 * `now` is the observation alone, so that it merges states whose past differs; `text` shows both.
 */
export function remembering(model: ExactModel): ExactModel {
  const { texts } = observationsOf(model)
  const walker = new Walker(model)
  walker.walk()
  const { pairs } = walker
  const shown = pairs.map(({ state, before }) => `Before:\n${texts[before] ?? ''}\nNow:\n${walker.textOf(state)}`)
  return {
    ...model,
    ...walker.tables(),
    stateCount: pairs.length,
    anchors: new Map([
      ['text', anchorsOf(shown)],
      ['now', anchorsOf(pairs.map(({ state }) => walker.textOf(state)))],
    ]),
  }
}

interface Pair {
  readonly state: number
  /** Number of the observation before; -1 at the start. */
  readonly before: number
}

/** Breadth first over states with what was seen before them. */
class Walker {
  readonly pairs: Pair[] = []
  readonly #model: ExactModel
  readonly #observations: StateAnchors
  readonly #numbers = new Map<string, number>()
  readonly #choiceStarts: number[] = []
  readonly #actionOf: number[] = []
  readonly #outcomeStarts: number[] = []
  readonly #outcomeState: number[] = []
  /** Index in the model, for each outcome. */
  readonly #outcomes: number[] = []

  constructor(model: ExactModel) {
    this.#model = model
    this.#observations = observationsOf(model)
  }

  textOf(state: number): string {
    const { ids, texts } = this.#observations
    return texts[ids[state] ?? 0] ?? ''
  }

  walk(): void {
    this.#numberOf({ state: 0, before: -1 })
    for (let at = 0; at < this.pairs.length; at++) this.#expand(this.pairs[at] ?? { state: 0, before: -1 })
  }

  tables() {
    const { outcomeProbability, outcomeReward, outcomeIsValid } = this.#model
    return {
      choiceStarts: Int32Array.from([...this.#choiceStarts, this.#actionOf.length]),
      actionOf: Int32Array.from(this.#actionOf),
      outcomeStarts: Int32Array.from([...this.#outcomeStarts, this.#outcomes.length]),
      outcomeState: Int32Array.from(this.#outcomeState),
      outcomeProbability: Float64Array.from(this.#outcomes, (at) => outcomeProbability[at] ?? 0),
      outcomeReward: Float64Array.from(this.#outcomes, (at) => outcomeReward[at] ?? 0),
      outcomeIsValid: Uint8Array.from(this.#outcomes, (at) => outcomeIsValid[at] ?? 0),
    }
  }

  #expand({ state }: Pair): void {
    const { choiceStarts, actionOf, outcomeStarts, outcomeState } = this.#model
    const before = this.#observations.ids[state] ?? 0
    this.#choiceStarts.push(this.#actionOf.length)
    for (let choice = choiceStarts[state] ?? 0; choice < (choiceStarts[state + 1] ?? 0); choice++) {
      this.#actionOf.push(actionOf[choice] ?? 0)
      this.#outcomeStarts.push(this.#outcomes.length)
      for (let at = outcomeStarts[choice] ?? 0; at < (outcomeStarts[choice + 1] ?? 0); at++) {
        this.#outcomes.push(at)
        this.#outcomeState.push(this.#numberOf({ state: outcomeState[at] ?? 0, before }))
      }
    }
  }

  #numberOf(pair: Pair): number {
    const key = `${pair.state} ${pair.before}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.pairs.length)
    this.pairs.push(pair)
    return this.pairs.length - 1
  }
}

function anchorsOf(shown: readonly string[]): StateAnchors {
  const numbers = new Map<string, number>()
  const ids = Int32Array.from(shown, (text) => {
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  })
  return { ids, texts: [...numbers.keys()] }
}
