import type { Json } from '../../../core/data/types.ts'
import { type FeatureRows, packed } from '../packed.ts'
import { candidatesIn } from './candidates.ts'
import { conversationOf, type Dialogue } from './conversation.ts'
import { candidateHashes } from './features.ts'

/** Actions that a policy makes itself where the environment lists none, with their features. */
export interface DialogueChoices {
  readonly actions: readonly Json[]
  readonly rows: FeatureRows
}

/**
 * Candidate actions in a conversation with a user and tools, and their hashed features: a pure function of what the
 * agent has seen.
 * @param count Features are numbers from 0 to below it.
 */
export function dialogueChoices(dialogue: Dialogue, observation: string, count: number): DialogueChoices {
  const conversation = conversationOf(dialogue, observation)
  const candidates = candidatesIn(conversation)
  return {
    actions: candidates.map(({ action }) => action),
    rows: packed(candidateHashes(conversation, candidates), count),
  }
}
