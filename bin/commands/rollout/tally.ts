import type { Ending, Group, Reward, Trajectory } from '../../../core/data/types.ts'
import { withoutReference } from '../../../core/data/user-code.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { applyRecipeTo } from '../../../rewards/shaping/apply.ts'
import type { Recipe } from '../../../rewards/shaping/recipe.ts'

/** One signal over the episodes of a run that were not aborted. */
export interface SignalSummary {
  readonly name: string
  /** Mean over episodes of a step signal's sum, or of the value of the whole; null where nothing was computed. */
  readonly mean: number | null
  /** Number of null values, for any reason. */
  readonly nulls: number
  /** Why: null values by reason. */
  readonly reasons: Readonly<Record<string, number>>
}

export interface Summary {
  readonly episodes: number
  readonly steps: number
  readonly invalidActions: number
  readonly endings: Readonly<Record<Ending, number>>
  /** Why episodes were aborted: episodes by reason. */
  readonly abortReasons: Readonly<Record<string, number>>
  readonly signals: readonly SignalSummary[]
  readonly recipe: RecipeSummary | null
}

export interface RecipeSummary {
  readonly name: string
  /** Mean total of an episode; null where the recipe has none, or no episode could be scored. */
  readonly total: number | null
  /** Mean value of a step; null likewise. */
  readonly perStep: number | null
  /** Episodes that lack a signal the recipe needs, in a step or in the whole, and those it leaves out. */
  readonly unusable: number
  /** Why the recipe cannot be applied group by group as they close, which leaves it to credit. */
  readonly deferred: string | null
}

/**
 * Adds up groups as they close, and keeps none of them. Steps are counted once; what branches earned, from the reset
 * on.
 */
export class Tally {
  readonly #recipe: Recipe | null
  readonly #endings = { terminated: 0, truncated: 0, aborted: 0 }
  readonly #abortReasons = new Map<string, number>()
  readonly #signals = new Map<string, SignalFigures>()
  readonly #total = new Mean()
  readonly #perStep = new Mean()
  #steps = 0
  #invalidActions = 0
  #unusable = 0

  constructor(recipe: Recipe | null = null) {
    this.#recipe = recipe
  }

  /** @returns how many episodes were added. */
  add(group: Pick<Group, 'trajectories' | 'aborted' | 'sampling'>): number {
    const all = [...group.trajectories, ...group.aborted]
    const branches = new Branches(all)
    const trajectories = group.sampling ? group.trajectories.map((each) => branches.wholeOf(each)) : group.trajectories
    for (const trajectory of all) this.#count(trajectory)
    for (const trajectory of trajectories) this.#judge(trajectory)
    if (this.#recipe && deferral(this.#recipe) === null) this.#score(this.#recipe, trajectories)
    return all.length
  }

  summary(): Summary {
    const { terminated, truncated, aborted } = this.#endings
    return {
      episodes: terminated + truncated + aborted,
      steps: this.#steps,
      invalidActions: this.#invalidActions,
      endings: { terminated, truncated, aborted },
      abortReasons: Object.fromEntries(this.#abortReasons),
      signals: [...this.#signals].map(([name, figures]) => ({ name, ...figures.summary })),
      recipe: this.#recipe && this.#scored(this.#recipe),
    }
  }

  #count({ ending, endingReason, steps }: Trajectory): void {
    this.#endings[ending]++
    if (ending === 'aborted') {
      const reason = withoutReference(endingReason ?? 'for no known reason')
      this.#abortReasons.set(reason, (this.#abortReasons.get(reason) ?? 0) + 1)
    }
    this.#steps += steps.length
    this.#invalidActions += steps.filter(({ isActionValid }) => !isActionValid).length
  }

  #judge(trajectory: Trajectory): void {
    const { steps, rewards } = trajectory
    for (const [name, values] of byName([...steps.flatMap((step) => step.rewards), ...rewards])) {
      const figures = this.#signals.get(name) ?? new SignalFigures()
      this.#signals.set(name, figures)
      figures.add(values)
    }
  }

  /** Where the recipe calls a missing signal an error, that is for credit to say: a rollout counts it. */
  #score(recipe: Recipe, trajectories: readonly Trajectory[]): void {
    const onNull = recipe.onNull === 'error' ? 'drop-trajectory' : recipe.onNull
    for (const { perStep, total, missing } of applyRecipeTo({ ...recipe, onNull }, trajectories)) {
      if (missing.length > 0) this.#unusable++
      this.#total.add(total)
      for (const value of perStep ?? []) this.#perStep.add(value)
    }
  }

  #scored(recipe: Recipe): RecipeSummary {
    const { name } = recipe
    const means = { total: this.#total.mean, perStep: this.#perStep.mean }
    return { name, ...means, unusable: this.#unusable, deferred: deferral(recipe) }
  }
}

/** Null for a recipe that needs nothing beyond a group. */
function deferral({ terms }: Recipe): string | null {
  const transforms = terms.flatMap(({ transforms: before = [], afterwards = [] }) => [...before, ...afterwards])
  if (terms.some(({ schedule }) => schedule)) return 'runs by the progress of training'
  return transforms.some((each) => each.kind === 'z-score' && each.over === 'batch') ? 'compares a whole batch' : null
}

function byName(rewards: readonly Reward[]): ReadonlyMap<string, readonly Reward[]> {
  const groups = new Map<string, Reward[]>()
  for (const reward of rewards) {
    const group = groups.get(reward.name) ?? []
    groups.set(reward.name, group)
    group.push(reward)
  }
  return groups
}

/** Null where no value is a number. */
function sumOf(rewards: readonly Reward[]): number | null {
  const values = rewards.flatMap(({ value }) => (value === null ? [] : [value]))
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

/** Reasons of one signal that are counted one by one: each step may have its own. */
const MOST_REASONS = 64

class SignalFigures {
  readonly #mean = new Mean()
  readonly #reasons = new Map<string, number>()
  #nulls = 0

  get summary(): Omit<SignalSummary, 'name'> {
    return { mean: this.#mean.mean, nulls: this.#nulls, reasons: Object.fromEntries(this.#reasons) }
  }

  /** @param rewards of one episode */
  add(rewards: readonly Reward[]): void {
    this.#mean.add(sumOf(rewards))
    for (const reward of rewards)
      if (reward.value === null) this.#addNull(withoutReference(reward.detail ?? reward.reason))
  }

  #addNull(reason: string): void {
    this.#nulls++
    const key = this.#reasons.has(reason) || this.#reasons.size < MOST_REASONS ? reason : 'for other reasons'
    this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + 1)
  }
}

class Mean {
  #sum = 0
  #count = 0

  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count
  }

  add(value: number | null): void {
    if (value === null) return
    this.#sum += value
    this.#count++
  }
}
