import type { Choice } from '../core/agent.ts'
import { defineAgent } from '../core/agent-factory.ts'
import { GymError } from '../core/errors.ts'
import { canonicalJson } from '../core/hash.ts'
import type { Rng } from '../core/rng.ts'
import type { Json } from '../core/types.ts'

const NO_ACTIONS: readonly Json[] = []

/**
 * Takes an admissible action, each with the same probability. A placeholder in it, as in `search[<query>]`, is filled
 * with 1 to `maxWords` words of the observation: their number and each word with the same probability. The evidence
 * holds the log-probability of the action as it was filled, exact where no two placeholders touch.
 *
 * Where the environment lists no actions it takes from `actions`; where that is empty too it fails with AGENT_FAILED.
 */
export default defineAgent({
  name: 'random',
  summary: 'takes an admissible action, each with the same probability',
  options: { actions: NO_ACTIONS, maxWords: 3 },
  create({ actions: own, maxWords }) {
    if (!Number.isInteger(maxWords) || maxWords < 1)
      throw new GymError('CONFIG_INVALID', `option maxWords of agent random is a whole number from 1, not ${maxWords}`)
    return {
      name: 'random',
      act({ actions, observation, rng }) {
        const candidates = distinct(actions ?? own)
        if (candidates.length === 0) throw nothingToTake(actions)
        return choose(candidates, observation, maxWords, rng)
      },
    }
  },
})

const nothingToTake = (listed: readonly Json[] | null): GymError =>
  new GymError(
    'AGENT_FAILED',
    listed === null
      ? 'the environment lists no actions: give the random agent some with its option actions'
      : 'no action is admissible here',
  )

function distinct(actions: readonly Json[]): readonly Json[] {
  const byText = new Map(actions.map((action) => [canonicalJson(action), action]))
  return byText.size === actions.length ? actions : [...byText.values()]
}

function choose(candidates: readonly Json[], observation: string, maxWords: number, rng: Rng): Choice {
  const index = rng.int(0, candidates.length - 1)
  const { action, logProb } = filled(candidates[index] ?? null, observation, maxWords, rng)
  return {
    action,
    evidence: {
      kind: 'categorical',
      policyId: 'random',
      policyVersion: '1',
      temperature: 1,
      topP: 1,
      actions: candidates.with(index, action),
      index,
      logProb: logProb - Math.log(candidates.length),
    },
  }
}

const PLACEHOLDER = /<([^<>]+)>/g

function filled(
  template: Json,
  observation: string,
  maxWords: number,
  rng: Rng,
): { readonly action: Json; readonly logProb: number } {
  if (typeof template !== 'string' || !template.includes('<')) return { action: template, logProb: 0 }
  let logProb = 0
  const action = template.replace(PLACEHOLDER, (_, name: string) => {
    const words = wordsOf(observation, name)
    const count = rng.int(1, maxWords)
    logProb -= Math.log(maxWords) + count * Math.log(words.length)
    return Array.from({ length: count }, () => rng.choice(words)).join(' ')
  })
  return { action, logProb }
}

/** Distinct words in order of appearance; the placeholder's own name where there are none. */
function wordsOf(observation: string, name: string): readonly string[] {
  const words = new Set(observation.match(/[\p{L}\p{N}]+/gu))
  return words.size > 0 ? [...words] : [name]
}
