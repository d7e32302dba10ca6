import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import type { ToolCall } from '../tools/call.ts'
import { callsOfStep, callsOfSteps, isSameCall } from '../tools/made.ts'

/**
 * `-penalty` for each call of a step that was made before, same tool and same arguments, with no change of the data
 * since (`info.writes` of a step counts its changes): its answer is known. 0 for a step without one; declines for steps
 * without calls.
 */
export default defineRewardHook({
  name: 'redundant-calls',
  version: 1,
  scope: 'turn',
  summary: 'minus the penalty for each call that was made before, with no change of the data since',
  options: { penalty: 0.1 },
  ranges: { penalty: AMOUNT_RANGE },
  reward(step, { history, options: { penalty } }) {
    const calls = callsOfStep(step) ?? []
    if (calls.length === 0) return null
    const known: ToolCall[] = [...callsOfSteps(sinceChange(history))]
    const repeats = calls.filter((call) => {
      const isKnown = known.some((other) => isSameCall(other, call))
      known.push(call)
      return isKnown
    })
    return 0 - penalty * repeats.length
  },
})

/** The steps after the last that changed something. */
const sinceChange = (history: readonly Step[]): readonly Step[] =>
  history.slice(history.findLastIndex(({ info: { writes } }) => typeof writes === 'number' && writes > 0) + 1)
