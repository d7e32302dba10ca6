import { distributionOf, type Policy } from '../../core/rollout/policy.ts'
import { type ExactModel, observationsOf } from './model.ts'

/**
 * What a policy does in every state of a model: one probability a choice.
 * @throws GymError AGENT_FAILED where the policy gives no distribution.
 */
export function tableOf(model: ExactModel, policy: Policy): Float64Array {
  const { ids, texts } = observationsOf(model)
  const { choiceStarts, actionOf, actions } = model
  const table = new Float64Array(actionOf.length)
  for (let state = 0; state < model.stateCount; state++) {
    const [start, end] = [choiceStarts[state] ?? 0, choiceStarts[state + 1] ?? 0]
    if (start === end) continue
    const listed = Array.from(actionOf.subarray(start, end), (action) => actions[action] ?? null)
    table.set(Array.from(distributionOf(policy, texts[ids[state] ?? 0] ?? '', listed)), start)
  }
  return table
}
