import { canonicalJson } from '../core/data/hash.ts'
import { SHARE_RANGE, STEPS_RANGE } from '../core/data/options.ts'
import type { CategoricalEvidence, Json } from '../core/data/types.ts'
import { createAgent, defineAgent } from '../core/rollout/agent-factory.ts'
import shopExpert from './shop-expert.ts'

/**
 * Shops as the shop expert, except a share of its actions that it takes at random from those listed. Its episodes end
 * differently in one group, so that estimators have differences to credit. Its evidence has the exact log-probability of
 * what it does: it would slip into any listed action, and else do what the expert does.
 */
export default defineAgent({
  name: 'shop-novice',
  summary: 'shops as the expert, with a share of its actions (slips) taken at random',
  options: { slips: 0.2, maxSteps: 15 },
  ranges: { slips: SHARE_RANGE, maxSteps: STEPS_RANGE },
  async create({ slips, maxSteps }) {
    const expert = await createAgent(shopExpert, { maxSteps })
    return {
      name: 'shop-novice',
      async act(context) {
        const { actions, rng } = context
        if (actions === null || actions.length === 0) return expert.act(context)
        const isSlip = rng.chance(slips)
        const slip = isSlip ? rng.choice(actions) : null
        const { action: wise } = await expert.act(context)
        const action = slip ?? wise
        return { action, evidence: evidenceOf({ action, wise, listed: actions, slips }) }
      },
    }
  },
})

interface Act {
  readonly action: Json
  /** What the expert does. */
  readonly wise: Json
  readonly listed: readonly Json[]
  readonly slips: number
}

/** The choice among what is listed and what the expert does. */
function evidenceOf({ action, wise, listed, slips }: Act): CategoricalEvidence {
  const byText = new Map([...listed, wise].map((each) => [canonicalJson(each), each]))
  const [taken, best] = [canonicalJson(action), canonicalJson(wise)]
  const slipped = listed.filter((each) => canonicalJson(each) === taken).length / listed.length
  const probability = slips * slipped + (taken === best ? 1 - slips : 0)
  return {
    kind: 'categorical',
    policyId: 'shop-novice',
    policyVersion: `slips=${slips}`,
    temperature: 1,
    topP: 1,
    actions: [...byText.values()],
    index: [...byText.keys()].indexOf(taken),
    logProb: Math.log(probability),
  }
}
