import { GymError } from '../core/data/errors.ts'
import { counted } from '../core/data/shown.ts'
import type { Json } from '../core/data/types.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'

const NO_ACTIONS: readonly Json[] = []

/**
 * Plays a list of actions in order, for tests and examples. When they are used up it begins again where `repeat` is
 * true, else it fails with AGENT_FAILED, which aborts the episode.
 */
export default defineAgent({
  name: 'scripted',
  summary: 'plays a list of actions in order',
  options: { actions: NO_ACTIONS, repeat: false },
  create({ actions, repeat }) {
    if (actions.length === 0)
      throw new GymError('CONFIG_INVALID', 'the scripted agent has nothing to play: give it its option actions')
    return {
      name: 'scripted',
      act({ history }) {
        const action = actions[repeat ? history.length % actions.length : history.length]
        if (action !== undefined) return { action }
        throw new GymError(
          'AGENT_FAILED',
          `the script has only ${counted(actions.length, 'action')}: make it longer, or repeat it`,
        )
      },
    }
  },
})
