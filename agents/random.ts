import { GymError } from '../core/data/errors.ts'
import { canonicalJson } from '../core/data/hash.ts'
import type { CategoricalEvidence, Json } from '../core/data/types.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'

const NO_ACTIONS: readonly Json[] = []

/**
 * Takes an admissible action, each with the same probability; one that is listed twice counts once. Its evidence has
 * the exact log-probability. Where the environment lists no actions it takes from its option `actions`; where that is
 * empty too it fails with AGENT_FAILED.
 */
export default defineAgent({
  name: 'random',
  summary: 'takes an admissible action, each with the same probability',
  options: { actions: NO_ACTIONS },
  create: ({ actions: own }) => ({
    name: 'random',
    act({ actions: listed, rng }) {
      const actions = distinct(listed ?? own)
      if (actions.length === 0) throw nothingToTake(listed)
      const index = rng.int(0, actions.length - 1)
      return { action: actions[index] ?? null, evidence: evidenceOf(actions, index) }
    },
  }),
})

function distinct(actions: readonly Json[]): readonly Json[] {
  const byText = new Map(actions.map((action) => [canonicalJson(action), action]))
  return byText.size === actions.length ? actions : [...byText.values()]
}

const evidenceOf = (actions: readonly Json[], index: number): CategoricalEvidence => ({
  kind: 'categorical',
  policyId: 'random',
  policyVersion: '1',
  temperature: 1,
  topP: 1,
  actions,
  index,
  logProb: 0 - Math.log(actions.length),
})

const nothingToTake = (listed: readonly Json[] | null): GymError =>
  new GymError(
    'AGENT_FAILED',
    listed === null
      ? 'the environment lists no actions: give the random agent some with its option actions'
      : 'no action is admissible here',
  )
