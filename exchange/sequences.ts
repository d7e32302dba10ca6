import type { RunAdvantages } from './advantages.ts'
import { tokensOf } from './parquet/steps.ts'
import type { Whole } from './trajectories.ts'

/**
 * Tokens as one forward pass takes them: a prompt, then what the model sampled and what it was shown, in turns. A
 * trajectory has one of them where every prompt continues the tokens before it, else a new one from that step on.
 */
export interface Sequence {
  readonly whole: Whole
  /** Counts from 0 within its trajectory. */
  readonly number: number
  readonly promptTokenIds: readonly number[]
  /** Aligned with `mask`, `logProbs`, `stepOf` and each of `advantages`. */
  readonly responseTokenIds: readonly number[]
  /** 1 for sampled tokens of steps that are learnt from. */
  readonly mask: readonly number[]
  /** 0 for tokens that were not sampled. */
  readonly logProbs: readonly number[]
  /** Index of the step that sampled the token, -1 for others. */
  readonly stepOf: readonly number[]
  /** By estimator; 0 for tokens that were not sampled, null where the step has none. */
  readonly advantages: Readonly<Record<string, readonly (number | null)[]>>
}

/** The sequences of a trajectory, in the order of its steps; steps without tokens have no part in them. */
export function sequencesOf(whole: Whole, credit: RunAdvantages): readonly Sequence[] {
  const drafts: SequenceDraft[] = []
  const byName = credit.names.map((name) => [name, credit.of(name, whole.trajectory.id, whole.steps.length)] as const)
  for (const [at, step] of whole.steps.entries()) {
    const evidence = tokensOf(step)
    if (!evidence) continue
    const { promptTokenIds, actionTokenIds, logProbs } = evidence
    const last = drafts.at(-1)
    const draft = last?.continuesWith(promptTokenIds) ? last : new SequenceDraft(promptTokenIds, credit.names)
    if (draft !== last) drafts.push(draft)
    draft.show(promptTokenIds)
    draft.sample(
      { step: step.index, mask: whole.learnt[at] ? 1 : 0 },
      actionTokenIds,
      logProbs,
      (name) => byName.find(([each]) => each === name)?.[1].tokens[at] ?? null,
    )
  }
  return drafts.map((draft, number) => draft.sequence(whole, number))
}

class SequenceDraft {
  readonly #prompt: readonly number[]
  readonly #ids: number[] = []
  readonly #mask: number[] = []
  readonly #logProbs: number[] = []
  readonly #stepOf: number[] = []
  readonly #advantages: ReadonlyMap<string, (number | null)[]>

  constructor(prompt: readonly number[], names: readonly string[]) {
    this.#prompt = prompt
    this.#advantages = new Map(names.map((name) => [name, []]))
  }

  /** Whether a prompt begins with every token so far. */
  continuesWith(prompt: readonly number[]): boolean {
    const { length } = this.#prompt
    if (prompt.length < length + this.#ids.length) return false
    return this.#prompt.every((id, at) => id === prompt[at]) && this.#ids.every((id, at) => id === prompt[length + at])
  }

  /** The tokens of a prompt that are new. */
  show(prompt: readonly number[]): void {
    for (const id of prompt.slice(this.#prompt.length + this.#ids.length)) this.#add(id, 0, 0, -1, () => 0)
  }

  sample(
    { step, mask }: { readonly step: number; readonly mask: 0 | 1 },
    ids: readonly number[],
    logProbs: readonly number[],
    advantagesOf: (name: string) => readonly number[] | null,
  ): void {
    const own = new Map([...this.#advantages.keys()].map((name) => [name, advantagesOf(name)]))
    for (const [at, id] of ids.entries())
      this.#add(id, mask, logProbs[at] ?? Number.NaN, step, (name) => own.get(name)?.[at] ?? null)
  }

  sequence(whole: Whole, number: number): Sequence {
    return {
      whole,
      number,
      promptTokenIds: this.#prompt,
      responseTokenIds: this.#ids,
      mask: this.#mask,
      logProbs: this.#logProbs,
      stepOf: this.#stepOf,
      advantages: Object.fromEntries(this.#advantages),
    }
  }

  #add(id: number, mask: 0 | 1, logProb: number, step: number, advantage: (name: string) => number | null): void {
    this.#ids.push(id)
    this.#mask.push(mask)
    this.#logProbs.push(logProb)
    this.#stepOf.push(step)
    for (const [name, values] of this.#advantages) values.push(advantage(name))
  }
}
