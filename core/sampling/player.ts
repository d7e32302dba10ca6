import { Deadline, Lapsed } from '../data/deadline.ts'
import { GymError, messageOf, reasonOf } from '../data/errors.ts'
import { isPromise } from '../data/maybe-promise.ts'
import { deriveKey, Rng } from '../data/rng.ts'
import { agentKeyOf } from '../episode/lineage.ts'
import type { Agent, AgentContext, Choice } from '../rollout/agent.ts'
import { DEFAULT_AGENT_MS, expectChoice } from '../rollout/rollout.ts'
import type { Branch } from './branch.ts'
import { type Budget, OUT_OF_BUDGET } from './budget.ts'

export interface PlayerSettings {
  readonly agent: Agent
  readonly budget: Budget
  /** Calls off what goes on. */
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
  readonly #msLeft = new WeakMap<Branch, number>()

  constructor({ agent, budget, signal }: PlayerSettings) {
    this.#agent = agent
    this.budget = budget
    this.#signal = signal
  }

  /** One step of each that goes on. Without budget they are truncated. @returns Those that go on then. */
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
   * @param draw Tells several choices at one point apart; 0 is the one it makes in a plain rollout.
   * @returns Null where it failed, which has ended the branch as aborted, or ran out of time: as truncated.
   */
  async choose(branch: Branch, draw = 0): Promise<Choice | null> {
    const msLeft = this.#msLeft.get(branch) ?? DEFAULT_AGENT_MS
    const deadline = new Deadline(msLeft, this.#signal)
    const began = performance.now()
    try {
      const asked = this.#agent.act(contextOf(branch, draw, deadline))
      return expectChoice(isPromise(asked) ? await deadline.race(asked) : asked)
    } catch (thrown) {
      await this.#stop(branch, thrown)
      return null
    } finally {
      this.#msLeft.set(branch, Math.max(1, msLeft - (performance.now() - began)))
    }
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
  }

  #stop(branch: Branch, thrown: unknown): Promise<void> {
    if (this.#signal?.aborted) return branch.end('aborted', CANCELLED)
    if (thrown instanceof Lapsed) return branch.end('truncated', 'agentMs')
    return branch.end('aborted', thrown instanceof GymError ? reasonOf(thrown) : `AGENT_FAILED: ${messageOf(thrown)}`)
  }
}

/** As the kernel says it. */
const CANCELLED = 'cancelled'

export const isOpen = ({ ending }: Branch): boolean => ending === null

/** Counters below 0 name streams; steps count from 0. */
const DRAW_STREAM = -1

function contextOf(branch: Branch, draw: number, deadline: Deadline): AgentContext {
  const { observation, turns: history, lineage, index } = branch
  const key = agentKeyOf(lineage)
  return {
    observation,
    history,
    get actions() {
      return branch.actions
    },
    rng: new Rng(draw === 0 ? key : deriveKey(key, DRAW_STREAM, draw), index),
    get signal() {
      return deadline.signal
    },
  }
}
