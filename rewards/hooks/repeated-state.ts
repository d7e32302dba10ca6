import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * `-penalty` for a step that leads where the trajectory has been before, staying in place included; 0 for one that
 * leads to something new. An anchor identifies visited states: `state` compares whole states, `text` observations.
 * Declines where the environment has no such anchor.
 */
export default defineRewardHook({
  name: 'repeated-state',
  version: 1,
  scope: 'turn',
  summary: 'minus the penalty for a step back to an earlier state of the trajectory, else 0',
  options: { anchor: 'state', penalty: 0.1 },
  ranges: { penalty: AMOUNT_RANGE },
  reward(step, { history, options: { anchor, penalty } }) {
    const reached = step.nextAnchors[anchor]
    if (reached === undefined) return null
    const wasThere = step.anchors[anchor] === reached || history.some(({ anchors }) => anchors[anchor] === reached)
    return wasThere ? 0 - penalty : 0
  },
})
