import type { Key, Rng } from '../data/rng.ts'
import type { Json } from '../data/types.ts'
import { agentKeyOf } from '../episode/lineage.ts'
import type { Agent, AgentSetting, Choice, ListTools, Turn } from '../rollout/agent.ts'
import { AgentDriver, isStop, type Situation } from '../rollout/agent-driver.ts'
import { type Branch, hasPlayedOut, isOpen } from './branch.ts'
import { type Budget, OUT_OF_BUDGET } from './budget.ts'

/** Settings of a player. */
export interface PlayerSettings {
  readonly agent: Agent
  readonly budget: Budget
  /** Cancels running steps. */
  readonly signal?: AbortSignal
}

/**
 * An agent on any number of branches. Those that are played together take one step each in turn, so that what a budget
 * cuts off depends on nothing but their order.
 */
export class Player {
  readonly budget: Budget
  readonly #agent: Agent
  readonly #signal: AbortSignal | undefined
  readonly #drivers = new WeakMap<Branch, AgentDriver>()
  readonly #ended: Branch[] = []

  constructor({ agent, budget, signal }: PlayerSettings) {
    this.#agent = agent
    this.budget = budget
    this.#signal = signal
  }

  /** Branches that it has played to their end, in that order. */
  get ended(): readonly Branch[] {
    return this.#ended
  }

  /** Whether a step may be taken: budget is left, and nothing was cancelled. */
  get canStep(): boolean {
    return this.budget.left >= 1 && this.#signal?.aborted !== true
  }

  /** Takes one step of each open branch, or truncates it without budget. @returns The branches that are still open. */
  async advance(branches: readonly Branch[]): Promise<readonly Branch[]> {
    const admitted = await this.#admitted(branches)
    await Promise.all(admitted.map((branch) => this.#step(branch)))
    return admitted.filter(isOpen)
  }

  async playToEnd(branches: readonly Branch[]): Promise<void> {
    let open = branches
    while (open.length > 0) open = await this.advance(open)
  }

  /** Takes a step that was chosen before. Without budget the branch is truncated. */
  async take(branch: Branch, choice: Choice): Promise<void> {
    const [admitted] = await this.#admitted([branch])
    if (admitted) await this.#take(admitted, choice)
  }

  /**
   * What the agent would do.
   * @param draw Distinguishes several choices at one point; 0 is the one it makes in a plain rollout.
   * @returns Null where it failed, which has ended the branch as aborted, or ran out of time: as truncated.
   */
  async choose(branch: Branch, draw = 0): Promise<Choice | null> {
    const decision = await this.#driverOf(branch).choose(new BranchSituation(branch), draw)
    if (!isStop(decision)) return decision
    await branch.end(decision.ending, decision.reason)
    return null
  }

  /** Each branch has its own time. */
  #driverOf(branch: Branch): AgentDriver {
    const driver = this.#drivers.get(branch) ?? new AgentDriver({ agent: this.#agent, signal: this.#signal })
    this.#drivers.set(branch, driver)
    return driver
  }

  async #admitted(branches: readonly Branch[]): Promise<readonly Branch[]> {
    const admitted: Branch[] = []
    for (const branch of branches.filter(isOpen)) {
      if (this.#signal?.aborted) await branch.end('aborted', CANCELLED)
      else if (this.budget.claim()) admitted.push(branch)
      else await branch.end('truncated', OUT_OF_BUDGET)
    }
    return admitted
  }

  async #step(branch: Branch): Promise<void> {
    const choice = await this.choose(branch)
    if (choice === null) this.budget.settle(false)
    else await this.#take(branch, choice)
  }

  async #take(branch: Branch, choice: Choice): Promise<void> {
    let wasTaken = false
    try {
      wasTaken = (await branch.step(choice)) !== null
    } finally {
      this.budget.settle(wasTaken)
    }
    if (wasTaken && hasPlayedOut(branch)) this.#ended.push(branch)
  }
}

/** As the kernel says it. */
const CANCELLED = 'cancelled'

/** A branch as its agent sees it. */
class BranchSituation implements Situation {
  readonly observation: string
  readonly history: readonly Turn[]
  readonly index: number
  readonly listTools: ListTools | undefined
  readonly #branch: Branch

  constructor(branch: Branch) {
    this.observation = branch.observation
    this.history = branch.turns
    this.index = branch.index
    this.listTools = branch.listTools?.bind(branch)
    this.#branch = branch
  }

  get actions(): readonly Json[] | null {
    return this.#branch.actions
  }
  get agentKey(): Key {
    return agentKeyOf(this.#branch.lineage)
  }

  get setting(): AgentSetting | undefined {
    return this.#branch.setting
  }

  expert(rng: Rng, noise: number): Json | undefined {
    return this.#branch.expert?.(rng, noise)
  }
}
