import { GymError } from '../core/data/errors.ts'
import { counted } from '../core/data/shown.ts'
import type { Reward, Step } from '../core/data/types.ts'
import type { Entry } from '../records/index.ts'
import type { RunSource } from '../records/reader.ts'

/** What must be known of a run before its first row is written: names of columns, and which trajectories belong together. */
export interface Survey {
  readonly anchors: readonly string[]
  /** Signals of steps. */
  readonly signals: readonly string[]
  /** Signals of steps that have values of tokens. */
  readonly perToken: readonly string[]
  /** Signals of trajectories. */
  readonly outcomes: readonly string[]
  /** Whether every action is a text. */
  readonly hasTextActions: boolean
  readonly hasEvidence: boolean
  readonly hasTokens: boolean
  readonly episodes: number
  /** Identifies the family of a trajectory: those of one group, and forks with what they were forked from. */
  familyOf(trajectoryId: string): string
  /** Trajectories of a family. */
  sizeOf(family: string): number
}

/** Most columns that the names in a record lead to. */
const MOST_NAMES = 1000

/**
 * Reads a run once, and keeps names and ids of it only.
 * @throws GymError RECORD_CORRUPT; BATCH_INVALID for a run with more than 1000 names of signals and anchors
 */
export function surveyOf(run: Pick<RunSource, 'entries'>): Survey {
  const names = {
    anchors: new Set<string>(),
    signals: new Set<string>(),
    perToken: new Set<string>(),
    outcomes: new Set<string>(),
  }
  const kinds = { hasTextActions: true, hasEvidence: false, hasTokens: false }
  const families = new Families()
  for (const entry of run.entries()) {
    if (entry.type === 'episode') families.add(entry.start)
    if (entry.type === 'step') noteKinds(kinds, entry.step)
    noteNames(names, entry)
    expectFew(Object.values(names).reduce((sum, { size }) => sum + size, 0))
  }
  return {
    anchors: [...names.anchors],
    signals: [...names.signals],
    perToken: [...names.perToken],
    outcomes: [...names.outcomes],
    ...kinds,
    episodes: families.episodes,
    familyOf: (id) => families.rootOf(id),
    sizeOf: (family) => families.sizeOf(family),
  }
}

type Names = Readonly<Record<'anchors' | 'signals' | 'perToken' | 'outcomes', Set<string>>>

function noteNames(names: Names, entry: Entry): void {
  if (entry.type === 'step') {
    for (const name of Object.keys(entry.step.anchors)) names.anchors.add(name)
    for (const name of Object.keys(entry.step.nextAnchors)) names.anchors.add(name)
    for (const reward of entry.step.rewards) noteSignal(names, reward)
  }
  if (entry.type === 'end') for (const { name } of entry.end.rewards) names.outcomes.add(name)
  if (entry.type === 'rewards')
    for (const { index, reward } of entry.rewards) {
      if (index === null) names.outcomes.add(reward.name)
      else noteSignal(names, reward)
    }
}

function noteSignal({ signals, perToken }: Names, reward: Reward): void {
  signals.add(reward.name)
  if (reward.perToken) perToken.add(reward.name)
}

function noteKinds(kinds: { hasTextActions: boolean; hasEvidence: boolean; hasTokens: boolean }, step: Step): void {
  if (typeof step.action !== 'string') kinds.hasTextActions = false
  if (step.evidence) kinds.hasEvidence = true
  if (step.evidence?.kind === 'token') kinds.hasTokens = true
}

function expectFew(count: number): void {
  if (count > MOST_NAMES)
    throw new GymError(
      'BATCH_INVALID',
      `the run has ${counted(count, 'name')} of signals and anchors, and at most ${MOST_NAMES} become columns`,
    )
}

/** Which trajectories belong together: a forest in which each points towards the first of its family. */
class Families {
  readonly #parents = new Map<string, string>()
  readonly #sizes = new Map<string, number>()
  episodes = 0

  add({
    trajectoryId,
    groupId,
    parentId,
  }: {
    readonly trajectoryId: string
    readonly groupId: string | null
    readonly parentId?: string
  }): void {
    this.episodes++
    const own = this.rootOf(trajectoryId)
    this.#sizes.set(own, this.sizeOf(own) + 1)
    if (groupId !== null) this.#join(`group/${groupId}`, trajectoryId)
    if (parentId !== undefined) this.#join(parentId, trajectoryId)
  }

  /** Shortens the way of every id that it passes. */
  rootOf(id: string): string {
    let root = id
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root)) root = parent
    for (let at = id; at !== root; ) {
      const next = this.#parents.get(at) ?? root
      this.#parents.set(at, root)
      at = next
    }
    return root
  }

  sizeOf(root: string): number {
    return this.#sizes.get(root) ?? 0
  }

  #join(one: string, other: string): void {
    const [root, joined] = [this.rootOf(one), this.rootOf(other)]
    if (root === joined) return
    this.#parents.set(joined, root)
    this.#sizes.set(root, this.sizeOf(root) + this.sizeOf(joined))
    this.#sizes.delete(joined)
  }
}
