import { GymError } from '../core/data/errors.ts'
import { createAgent, defineAgent } from '../core/rollout/agent-factory.ts'
import shopExpert from './shop-expert.ts'

/**
 * Shops as the shop expert, except a share of its actions that it takes at random from those listed. Its episodes end
 * differently in one group, so that estimators have differences to credit.
 */
export default defineAgent({
  name: 'shop-novice',
  summary: 'shops as the expert, with a share of its actions (slips) taken at random',
  options: { slips: 0.2, maxSteps: 15 },
  async create({ slips, maxSteps }) {
    if (!(slips >= 0 && slips <= 1))
      throw new GymError('CONFIG_INVALID', `slips is a share of actions from 0 to 1, not ${slips}`)
    const expert = await createAgent(shopExpert, { maxSteps })
    return {
      name: 'shop-novice',
      act(context) {
        const { actions, rng } = context
        const isSlip = actions !== null && actions.length > 0 && rng.chance(slips)
        return isSlip ? { action: rng.choice(actions) } : expert.act(context)
      },
    }
  },
})
