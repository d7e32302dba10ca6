/** Outcome of a step as verl-agent counts it. */
export interface WorkerOutcome {
  /** 10 for a perfect purchase, else 0. */
  readonly reward: number
  readonly won: boolean
  /** WebShop's own reward, from 0 to 1. */
  readonly taskScore: number
}

const WON_REWARD = 10

/** What verl-agent's `WebshopWorker` makes of a step: only an episode that ends with a reward of exactly 1 is won. */
export function workerOutcome(step: { readonly reward: number; readonly done: boolean }): WorkerOutcome {
  const won = step.done && step.reward === 1
  return { reward: won ? WON_REWARD : 0, won, taskScore: step.reward }
}
