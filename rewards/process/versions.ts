import type { Step } from '../../core/data/types.ts'
import type { ProcessContext, ProcessHook, ProcessJudgements } from '../../core/reward/hook.ts'
import { LruCache } from '../../models/scoring/lru-cache.ts'
import type { Scorer } from '../../models/scoring/scorer.ts'

/** Scorer that several versions use: it is closed when the last of them releases it. */
export class SharedScorer<Action> {
  readonly scorer: Scorer<Action>
  #users = 0

  constructor(scorer: Scorer<Action>) {
    this.scorer = scorer
  }

  hold(): this {
    this.#users++
    return this
  }

  async release(): Promise<void> {
    if (--this.#users === 0) await this.scorer.close()
  }
}

/** One version of a reward model: its weights with the reference that they are compared with, and their hook. */
export interface Version<Action> {
  readonly model: SharedScorer<Action>
  readonly reference: 'behaviour' | SharedScorer<Action>
  readonly hook: ProcessHook
}

/** Groups whose version is remembered; the one that was judged least lately is forgotten first. */
const MOST_GROUPS = 100_000

/**
 * Versions of a reward model. A group is bound to the version that is current when its first step is judged, and every
 * step of it is judged by that one. The newest few are kept; a step of a group whose version is gone is declined.
 */
export class Versions<Action> {
  readonly #kept: Kept<Action>[] = []
  readonly #bound: LruCache<Binding<Action>>
  readonly #most: number
  readonly #retiring = new Set<Promise<void>>()

  /**
   * @param most versions that are kept, from 1
   * @param mostGroups groups whose version is remembered, from 1; one that is forgotten begins again
   */
  constructor(first: Version<Action>, most: number, mostGroups = MOST_GROUPS) {
    this.#most = most
    this.#bound = new LruCache(mostGroups)
    this.#kept.push(new Kept(first))
  }

  get current(): Version<Action> {
    return this.#newest.version
  }

  /** From now on, groups that begin are bound to this version. What uses one that is gone may finish. */
  advance(version: Version<Action>): void {
    this.#kept.push(new Kept(version))
    for (const kept of this.#kept.splice(0, this.#kept.length - this.#most)) this.#retire(kept)
  }

  /** Uses the current version, which stays open until then. */
  use<T>(use: (version: Version<Action>) => Promise<T>): Promise<T> {
    return this.#newest.use(use)
  }

  /** Judgements of steps, each by the version of its group. All groups are bound before anything is awaited. */
  async judge(steps: readonly Step[], context: ProcessContext): Promise<ProcessJudgements> {
    const bound = steps.map((step) => this.#versionOf(groupKey(step, context)))
    const parts = [...new Set(bound)].map(async (kept): Promise<Part<Action>> => {
      const own = steps.filter((_, at) => bound[at] === kept)
      if (typeof kept === 'string') return [kept, declined(own, kept)]
      return [kept, await kept.use(async ({ hook }) => hook.reward(own, context))]
    })
    return joined(bound, new Map(await settled(parts)))
  }

  async close(): Promise<void> {
    for (const kept of this.#kept.splice(0)) this.#retire(kept)
    await Promise.all(this.#retiring)
  }

  get #newest(): Kept<Action> {
    const newest = this.#kept.at(-1)
    if (newest === undefined) throw new Error('the reward model is closed')
    return newest
  }

  /** The version that a group is bound to, or why its steps are not judged. */
  #versionOf(group: string): Kept<Action> | string {
    const newest = this.#kept.at(-1)
    if (newest === undefined) return 'the reward model is closed'
    const { kept, name } = this.#bindingOf(group, newest)
    return kept ?? `its group began with version ${name} of the model, which is gone: raise keptVersions`
  }

  /** Binds a group that begins. */
  #bindingOf(group: string, newest: Kept<Action>): Binding<Action> {
    const binding = this.#bound.get(group) ?? newest.binding
    this.#bound.set(group, binding)
    return binding
  }

  /** On a device that is gone there is nothing to close. */
  #retire(kept: Kept<Action>): void {
    const retiring = kept
      .retire()
      .catch(() => {})
      .finally(() => this.#retiring.delete(retiring))
    this.#retiring.add(retiring)
  }
}

/** Judgements of the steps of one version, or of those that have none. */
type Part<Action> = readonly [Kept<Action> | string, ProcessJudgements]

/** What groups of one version share. */
interface Binding<Action> {
  /** Null once the version is gone. */
  kept: Kept<Action> | null
  readonly name: string
}

/** A version; what uses it when it retires may finish. */
class Kept<Action> {
  readonly version: Version<Action>
  readonly binding: Binding<Action>
  readonly #running = new Set<Promise<unknown>>()

  constructor(version: Version<Action>) {
    this.version = version
    this.binding = { kept: this, name: version.model.scorer.version }
    version.model.hold()
    if (version.reference !== 'behaviour') version.reference.hold()
  }

  async use<T>(use: (version: Version<Action>) => Promise<T>): Promise<T> {
    const running = use(this.version)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async retire(): Promise<void> {
    this.binding.kept = null
    await Promise.allSettled(this.#running)
    const { model, reference } = this.version
    await Promise.all([model.release(), reference === 'behaviour' ? null : reference.release()])
  }
}

/** A step of an episode without a group is judged with the other steps of that episode. */
const groupKey = (step: Step, { groupOf }: ProcessContext): string => {
  const group = groupOf(step)
  return group === null ? `episode ${step.trajectoryId}` : `group ${group}`
}

const declined = (steps: readonly Step[], reason: string): ProcessJudgements => ({
  perStep: steps.map(() => null),
  declined: steps.map(() => reason),
})

/** All results, or the first failure once every part has ended: no part is left running. */
async function settled<T>(parts: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(parts)
  return Promise.all(parts)
}

/** Judgements in the order of the steps, from those of each part in its order. */
function joined<Key>(order: readonly Key[], parts: ReadonlyMap<Key, ProcessJudgements>): ProcessJudgements {
  const next = new Map<Key, number>()
  const places = order.map((part) => {
    const at = next.get(part) ?? 0
    next.set(part, at + 1)
    return { judged: parts.get(part), at }
  })
  const hasTokens = [...parts.values()].some(({ perToken }) => perToken !== undefined)
  return {
    perStep: places.map(({ judged, at }) => judged?.perStep[at] ?? null),
    ...(hasTokens && { perToken: places.map(({ judged, at }) => judged?.perToken?.[at] ?? null) }),
    models: places.map(({ judged, at }) => judged?.models?.[at] ?? null),
    declined: places.map(({ judged, at }) => judged?.declined?.[at] ?? null),
  }
}
