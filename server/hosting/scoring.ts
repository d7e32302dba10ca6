import { GymError } from '../../core/data/errors.ts'
import type { Step } from '../../core/data/types.ts'
import type { HookSet, ProcessHook, RewardHook } from '../../core/reward/hook.ts'
import { lateRewardsOf } from '../../core/rollout/late-rewards.ts'
import type { LateReward } from '../../core/rollout/log.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import { BoundedQueue } from './bounded-queue.ts'
import type { ScorerQueue } from './scorer-queue.ts'

/** Who gets a step back when all process hooks have judged it. */
export interface StepOwner {
  /** Group of its steps; null for an episode without one. */
  readonly group: { readonly id: string } | null
  /** @param step with the hooks' rewards */
  scored(step: Step): void
}

export interface ScoringSettings {
  readonly hooks: readonly ProcessHook[]
  /** Where batches are judged. */
  readonly scorers: ScorerQueue
  /** Steps that may wait for one hook before replies wait too. */
  readonly maxWaiting: number
  readonly onRewards: (rewards: readonly LateReward[]) => void
  /** Called where a batch cannot be judged: its steps stay without this signal. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Judges finished steps late: each process hook has a queue of its own, takes from it in batches, and passes the steps
 * on with its rewards, so that every hook sees the signals of those before it. As many batches are judged at a time as
 * the hook takes, and passed on in their order. Steps that a hook has judged before a restart pass it by. Never on the path of a reply, until more steps wait than may.
 */
export class Scoring {
  /** Whether any hook judges late: else a step is scored as it is. */
  readonly isNeeded: boolean
  readonly #queues: readonly HookQueue[]
  #isStopped = false

  constructor(settings: ScoringSettings) {
    const queues: HookQueue[] = []
    for (const hook of settings.hooks.toReversed()) queues.unshift(new HookQueue(hook, settings, queues[0] ?? null))
    this.#queues = queues
    this.isNeeded = queues.length > 0
  }

  get waiting(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.waiting, 0)
  }

  /** What waits is judged no more: it is without these signals in the record, and can be rescored. */
  stop(): void {
    this.#isStopped = true
    for (const queue of this.#queues) queue.stop()
  }

  /** Judges what ended before a restart and was not judged by then, as fast as there is room. */
  async judgeEarlier(trajectories: Iterable<RecordedTrajectory>): Promise<void> {
    if (!this.isNeeded) return
    for (const { start, trajectory, isFinished } of trajectories) {
      const group = start.groupId === null ? null : { id: start.groupId }
      for (const step of isFinished ? this.unjudged(trajectory.steps) : []) {
        if (this.#isStopped) return
        await this.add(step, { group, scored: () => {} })
      }
      await nextTurn()
    }
  }

  /** Steps that a process hook has not judged. */
  unjudged(steps: readonly Step[]): readonly Step[] {
    return steps.filter((step) => this.#queues.some((queue) => !queue.hasJudged(step)))
  }

  /** @returns A promise, to be awaited before the step is answered, where a queue is full. */
  add(step: Step, owner: StepOwner): Promise<void> | undefined {
    const [first] = this.#queues
    if (!first) {
      owner.scored(step)
      return undefined
    }
    first.add({ step, owner })
    return this.#queues.find((queue) => queue.isFull)?.room()
  }
}

interface Scorable {
  readonly step: Step
  readonly owner: StepOwner
}

/** Steps that wait for one process hook, in front of the next hook's. */
class HookQueue {
  readonly #hook: ProcessHook
  readonly #settings: ScoringSettings
  readonly #next: HookQueue | null
  readonly #queue: BoundedQueue<Scorable>
  /** Batches that are being judged. */
  #inFlight = 0
  /** Kept when every batch so far is passed on. */
  #passed: Promise<void> = Promise.resolve()
  #isRunning = false
  #isStopped = false

  constructor(hook: ProcessHook, settings: ScoringSettings, next: HookQueue | null) {
    this.#hook = hook
    this.#settings = settings
    this.#next = next
    this.#queue = new BoundedQueue(settings.maxWaiting, 'block')
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  get isFull(): boolean {
    return this.#queue.isFull
  }

  hasJudged({ rewards }: Step): boolean {
    return rewards.some(({ name }) => name === this.#hook.name)
  }

  add(item: Scorable): void {
    if (this.hasJudged(item.step)) {
      this.#pass(item)
      return
    }
    this.#queue.add(item)
    this.#start()
  }

  room(): Promise<void> {
    return this.#queue.room()
  }

  stop(): void {
    this.#isStopped = true
  }

  #start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    // After the reply that is being written now, and with whatever else came by then.
    setImmediate(() => void this.#run())
  }

  /** Hooks that answer at once make no pause of their own: between batches, others have their turn. */
  async #run(): Promise<void> {
    const { maxBatch, inFlight = 1 } = this.#hook
    while (this.waiting > 0 && this.#inFlight < inFlight && !this.#isStopped) {
      const done = this.#judge(this.#queue.take(maxBatch))
      if (inFlight === 1) await done
      await nextTurn()
    }
    this.#isRunning = false
  }

  async #judge(batch: readonly Scorable[]): Promise<void> {
    this.#inFlight++
    const before = this.#passed
    this.#passed = this.#judged(batch, before)
    await this.#passed
    this.#inFlight--
    if (this.waiting > 0) this.#start()
  }

  /** @param before what has to be passed on first */
  async #judged(batch: readonly Scorable[], before: Promise<void>): Promise<void> {
    const { scorers, onRewards, onFailure } = this.#settings
    const steps = batch.map(({ step }) => step)
    const groups = new Map(batch.map(({ step, owner }) => [step.trajectoryId, owner.group?.id ?? null]))
    const { name, version } = this.#hook
    try {
      const rewards = await scorers.submit({ hook: name, version, steps, groups })
      await before
      onRewards(lateRewardsOf(steps, rewards))
      for (const [index, item] of batch.entries()) this.#forward(item, rewards.slice(index, index + 1))
    } catch (error) {
      onFailure(error)
    }
  }

  #forward({ step, owner }: Scorable, added: Step['rewards']): void {
    this.#pass({ step: { ...step, rewards: [...step.rewards, ...added] }, owner })
  }

  #pass(item: Scorable): void {
    if (this.#next) this.#next.add(item)
    else item.owner.scored(item.step)
  }
}

/** Others have their turn of the event loop. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** @throws GymError HOOK_INVALID where the hooks that a reply waits for may take more than `hookMs` together. */
export function expectFastHooks({ turn, outcome }: HookSet, hookMs: number): void {
  const hooks: readonly RewardHook[] = [...turn, ...outcome]
  const ms = hooks.reduce((sum, { timeoutMs = 1000 }) => sum + timeoutMs, 0)
  if (ms <= hookMs) return
  const names = hooks.map(({ name }) => name).join(', ')
  throw new GymError(
    'HOOK_INVALID',
    `${names} may hold a reply back for ${ms} ms together, and hookMs is ${hookMs}: lower their timeoutMs`,
  )
}
