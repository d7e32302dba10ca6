import { fingerprintOf } from '../../core/data/hash.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { returnOf, type ValueFunction } from '../../core/sampling/values.ts'
import { enumerate } from '../exact/enumerate.ts'
import type { ExactModel } from '../exact/model.ts'
import { optimalValues, type ValueOptions } from '../exact/values.ts'

/** Value of a state by the number of steps that were taken before it. */
type StateValue = (taken: number) => number | undefined

/** By the fingerprint of a state. */
type StateValues = Map<string, StateValue>

/**
 * The exact value of a branch for a search: its return so far, and V* of its state with the steps that it has left, by
 * dynamic programming (`optimalValues`). Below 1, gamma makes a search prefer the shorter of two ways. Null for a state
 * that no model holds.
 * @param models Each enumerated from where a group starts, of one environment under one set of options.
 */
export function optimalValue(models: readonly ExactModel[], options: ValueOptions = {}): ValueFunction {
  const values: StateValues = new Map(models.flatMap((model) => [...valuesByState(model, options)]))
  return { name: 'optimal', value: (branch) => valueIn(values, branch) }
}

/** Discount that makes a search take the shorter of two ways. */
const GAMMA = 0.99

/**
 * The exact value that `optimalValue` gives, discounted by 0.99 a step, from models that are enumerated when first needed.
 * @param starts Episodes where groups start, in the order in which the groups are played.
 * @throws GymError from `value`, as `enumerate`
 */
export function optimalValueFrom(starts: () => AsyncIterator<Episode>): ValueFunction {
  const values: StateValues = new Map()
  let left: AsyncIterator<Episode> | null = null
  return {
    name: 'optimal',
    async value(branch) {
      left ??= starts()
      while (valueIn(values, branch) === null) {
        const next = await left.next()
        if (next.done) break
        for (const [state, value] of valuesByState(enumerate(next.value), { gamma: GAMMA })) values.set(state, value)
      }
      return valueIn(values, branch)
    },
  }
}

type Standing = Parameters<ValueFunction['value']>[0]

function valueIn(values: StateValues, { path, index }: Standing): number | null {
  const value = values.get(path.at(-1)?.nextAnchors.state ?? '')?.(index)
  return value === undefined ? null : (returnOf(path) ?? 0) + value
}

function* valuesByState(model: ExactModel, options: ValueOptions): Generator<readonly [string, StateValue]> {
  const { states } = optimalValues(model, options)
  const { ids, texts } = model.anchors.get('state') ?? { ids: new Int32Array(), texts: [] }
  for (let state = 0; state < model.stateCount; state++)
    yield [fingerprintOf(parseOwnJson<object>(texts[ids[state] ?? 0] ?? '')), (taken) => states[taken]?.[state]]
}
