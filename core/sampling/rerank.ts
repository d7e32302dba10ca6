import { canonicalJson } from '../data/hash.ts'
import type { Choice } from '../rollout/agent.ts'
import { type Branch, isOpen } from './branch.ts'
import type { Player } from './player.ts'
import { bestOf, type ValueFunction, valuesOf } from './values.ts'

/** Options of step-level re-ranking. */
export interface RerankOptions {
  /** Actions that are drawn from the agent at each step, from 2; equal ones are tried once. */
  readonly k: number
  readonly value: ValueFunction
}

/** Why a branch ended that was there to look at one action. */
export const LOOK_AHEAD = 'look-ahead'

/**
 * Step-level re-ranking: of the actions that the agent draws, each is tried on a fork, on the same random stream, and
 * the one whose fork has the highest value is taken. It is taken on a stream of its own: only the action is chosen,
 * not the outcome of its fork.
 * @returns The branch that took those actions, when it has ended.
 */
export async function rerank(root: Branch, player: Player, options: RerankOptions): Promise<Branch> {
  while (isOpen(root)) {
    const choices = await distinctChoices(root, player, options.k)
    const choice = await bestChoice(root, choices, player, options.value)
    if (choice) await player.take(root, choice)
  }
  return root
}

/** Actions that the agent draws, equal ones once; none where it failed, which has ended the branch. */
export async function distinctChoices(root: Branch, player: Player, k: number): Promise<readonly Choice[]> {
  const byAction = new Map<string, Choice>()
  for (let draw = 0; draw < k; draw++) {
    const choice = await player.choose(root, draw)
    if (choice === null) return []
    const action = canonicalJson(choice.action)
    if (!byAction.has(action)) byAction.set(action, choice)
  }
  return [...byAction.values()]
}

/** The first where there is nothing to compare, or no budget to compare it and then take a step. */
async function bestChoice(
  root: Branch,
  choices: readonly Choice[],
  player: Player,
  value: ValueFunction,
): Promise<Choice | undefined> {
  if (choices.length < 2 || player.budget.left <= choices.length) return choices[0]
  const tried: { readonly choice: Choice; readonly branch: Branch }[] = []
  for (const choice of choices) {
    const [branch] = await root.fork(1, 'common')
    if (!branch) continue
    await player.take(branch, choice)
    if (branch.ending !== 'aborted') tried.push({ choice, branch })
  }
  const branches = tried.map(({ branch }) => branch)
  const values = await valuesOf(branches, value, player)
  for (const branch of branches) await branch.end('truncated', LOOK_AHEAD)
  return bestOf(tried, values)?.choice ?? choices[0]
}
