import { GymError } from '../core/data/errors.ts'
import { SHARE_RANGE } from '../core/data/options.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'

/**
 * Takes the actions of the environment's own solver, which sees hidden answers. Its episodes are not demonstration of what
 * an agent can find out: its name marks them in every record. With `noise`, from 0 to 1, it errs at that share of steps, so that groups have spread.
 */
export default defineAgent({
  name: 'privileged',
  summary: 'takes the actions of the environment’s own solver, which sees hidden answers; `noise` makes it err',
  options: { noise: 0.1 },
  ranges: { noise: SHARE_RANGE },
  create({ noise }) {
    return {
      name: noise === 0 ? 'privileged' : `privileged (noise ${noise})`,
      isPrivileged: true,
      act({ expert }) {
        if (expert) return { action: expert(noise) }
        throw new GymError('AGENT_FAILED', 'the privileged agent acts in the environment’s own process only')
      },
    }
  },
})
