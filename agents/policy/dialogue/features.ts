import { canonicalJson } from '../../../core/data/hash.ts'
import { hashText, mixed } from '../hashing.ts'
import { type Candidate, verbOf } from './candidates.ts'
import type { Conversation, Message } from './conversation.ts'

/** Words of one message that are features. */
const MOST_WORDS = 24

/** Hashed features of each candidate: what it is, where its arguments come from, and both crossed with what happened. */
export function candidateHashes(
  conversation: Conversation,
  candidates: readonly Candidate[],
): readonly (readonly number[])[] {
  const shared = happened(conversation).map(hashText)
  const done = new Map<string, number>()
  for (const act of conversation.acts.map(canonicalJson)) done.set(act, (done.get(act) ?? 0) + 1)
  return candidates.map((candidate) => {
    const verb = hashText(`verb ${candidate.verb}`)
    const repeats = Math.min(2, done.get(canonicalJson(candidate.action)) ?? 0)
    const own = [`repeats ${repeats}`, `rank ${candidate.rank}`, ...argumentsOf(candidate)].map(hashText)
    return [verb, ...own.map((each) => mixed(verb, each)), ...shared.map((each) => mixed(verb, each))]
  })
}

/** Where each argument comes from, and all of them together. */
function argumentsOf({ call }: Candidate): readonly string[] {
  const slots = (call?.slots ?? []).map(
    ({ parameter, origin, match }) => `argument ${parameter.name} ${origin} ${match}`,
  )
  return slots.length === 0 ? [] : [...slots, `arguments ${slots.join()}`]
}

/** What happened so far, whichever candidate is taken. */
function happened({ messages, acts }: Conversation): readonly string[] {
  const last = messages.at(-1)
  const verbs = acts.map(verbOf)
  const before = [...new Set(verbs)].toSorted()
  return [
    ...wordsOf(messages[0]).map((word) => `opening ${word}`),
    ...(last?.from === 'user' && messages.length > 1 ? wordsOf(last).map((word) => `reply ${word}`) : []),
    `answer ${last?.from} ${last?.isError}`,
    `last ${verbs.at(-1)}`,
    `last ${verbs.slice(-2).join()}`,
    ...before.map((verb) => `before ${verb}`),
    `before ${before.join()}`,
  ]
}

/** Words without numbers: those are of one order or user. */
const wordsOf = (message: Message | undefined): readonly string[] =>
  [...(message?.words ?? [])].filter((word) => !/\d/.test(word)).slice(0, MOST_WORDS)
