import type { Overlap } from './answer.ts'

/** A sentence of an article: its title, and the position of the sentence from 0. */
export type Fact = readonly [title: string, sentence: number]

/** Precision, recall and F1 of facts, and whether both sets are equal. */
export interface FactOverlap extends Overlap {
  readonly isExact: boolean
}

/** Supporting facts as HotpotQA compares them: sets, of which empty ones score 0. */
export function factOverlap(predicted: readonly Fact[], gold: readonly Fact[]): FactOverlap {
  const [ours, theirs] = [keysOf(predicted), keysOf(gold)]
  const common = [...ours].filter((key) => theirs.has(key)).length
  const precision = ours.size > 0 ? common / ours.size : 0
  const recall = theirs.size > 0 ? common / theirs.size : 0
  const isExact = common === ours.size && common === theirs.size
  return { f1: f1Of(precision, recall), precision, recall, isExact }
}

const keysOf = (facts: readonly Fact[]): ReadonlySet<string> => new Set(facts.map((fact) => JSON.stringify(fact)))

/** Answer and facts together: precisions and recalls multiplied. */
export function jointOverlap(answer: Overlap, facts: Overlap): Overlap {
  const precision = answer.precision * facts.precision
  const recall = answer.recall * facts.recall
  return { f1: f1Of(precision, recall), precision, recall }
}

const f1Of = (precision: number, recall: number): number =>
  precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
