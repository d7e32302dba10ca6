import { choiceFeatures, FEATURES_NAME, featureLists } from '../../agents/policy/features.ts'
import { hashText, slotOf } from '../../agents/policy/hashing.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, Step } from '../../core/data/types.ts'
import type { StepFeatures } from '../../models/networks/step-value.ts'

/** Name of these features with their version: weights that were learnt on others give these no meaning. */
export const STEP_FEATURES_NAME = `step-features@1 over ${FEATURES_NAME}`

/**
 * Features of what was seen and done, as numbers from 0 to below `count`: those of the policy over admissible actions,
 * among the actions that were listed where the evidence has them, and each word of the action. It needs no evidence, and
 * reads nothing that came after the action.
 */
export function stepFeatures({ observation, action, evidence }: Step, count: number): StepFeatures {
  const [actions, index] = evidence?.kind === 'categorical' ? [evidence.actions, evidence.index] : [[action], 0]
  const choice = featureLists(choiceFeatures({ observation, actions }, count))[index] ?? []
  const words = wordsOf(action).map((word) => ({ feature: slotOf(hashText(`word ${word}`), count), value: 1 }))
  return [...choice, ...words]
}

/** Different words of an action, at most as many as a network reads quickly. */
function wordsOf(action: Json): readonly string[] {
  const text = (typeof action === 'string' ? action : canonicalJson(action)).toLowerCase()
  return [...new Set(text.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, MOST_WORDS)
}

const MOST_WORDS = 64
