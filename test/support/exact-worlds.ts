import type { Json } from '../../core/data/types.ts'
import { textAction } from '../../core/episode/action.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import type { Policy } from '../../core/rollout/policy.ts'

/**
 * A walk on 0 to 4 that slips: `right` advances with probability 0.8, `left` always goes back, `jump` lands anywhere.
 * It pays 1 at 4, and half that on the way back to 0.
 */
export const slippery = defineEnvironment({
  id: 'slippery@1',
  maxSteps: 6,
  action: textAction((text) => text, 'left, right or jump'),
  reset: () => ({ at: 1 }),
  step({ at }, action, { rng }) {
    const next = action === 'jump' ? rng.int(0, 4) : action === 'left' ? at - 1 : at + (rng.chance(0.8) ? 1 : 0)
    const state = { at: Math.min(4, Math.max(0, next)) }
    return {
      state,
      reward: state.at === 4 ? 1 : state.at === 0 ? 0.5 : 0,
      terminated: state.at === 4 || state.at === 0,
    }
  },
  observe: { text: ({ at }) => `at ${at}` },
  anchors: { parity: ({ at }) => (at % 2 === 0 ? 'even' : 'odd') },
  actions: ({ at }) => (at === 2 ? ['left', 'right', 'jump'] : ['left', 'right']),
})

export async function startOf<State extends object>(
  environment: Environment<State>,
  seed = 0,
): Promise<Episode<State>> {
  const world = await openWorld(environment)
  const [split = ''] = world.tasks.splits
  return startEpisode(world, { task: world.tasks.at(split, 0), seed })
}

/** Probabilities that depend on the text of observation and actions, and are far from even. */
export const lopsided: Policy = {
  name: 'lopsided',
  version: '1',
  probabilities(observation, actions) {
    const weights = actions.map((action) => 1 + weightOf(observation, action))
    const sum = weights.reduce((a, b) => a + b, 0)
    return weights.map((weight) => weight / sum)
  },
}

const weightOf = (observation: string, action: Json): number =>
  [...`${observation}/${JSON.stringify(action)}`].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 97, 7) /
  20
