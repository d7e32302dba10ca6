import { problem, textAction } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import type { Episode } from '../../core/episode/episode.ts'
import type { EpisodeSettings } from '../../core/episode/settings.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'

/** Adds its action, and a die of its own: stochastic, synchronous, and it can be made to fail. */
export const dice = defineEnvironment({
  id: 'dice@1',
  maxSteps: 6,
  action: textAction((text) => (/^-?\d+$/.test(text) ? Number(text) : problem('say a whole number'))),
  tasks: () => ({ train: [{ id: 'a', public: null, private: { secret: 'hidden-answer' } }], test: [{ id: 'b' }] }),
  reset: ({ rng }) => ({ total: rng.int(0, 9), note: '' }),
  step(state, amount, { rng }) {
    if (amount === 666) throw new Error('the table broke')
    const total = state.total + amount + rng.int(1, 6)
    return { state: { total, note: '' }, reward: amount, terminated: total >= 100, info: { doubled: total * 2 } }
  },
  invalid: (state, message) => ({ ...state, note: message }),
  observe: { text: ({ total, note }) => `${total} ${note}`, html: ({ total }) => `<b>${total}</b>` },
  actions: () => ['1', '2', '3'],
  grades: ({ total }) => ({ total, missing: null }),
  publicState: ({ total }) => ({ total }),
})

/** Reads a clock outside: what it saw is on tape. Answers late where that is set. */
export const clock = (read: () => number | Promise<number>): Environment =>
  defineEnvironment({
    id: 'clock@1',
    kind: 'async',
    maxSteps: 5,
    action: (raw) => raw,
    reset: async ({ effect }) => ({ seen: await effect('clock', null, read) }),
    async step(_, action, { effect }) {
      const seen = await effect('clock', action, read)
      return { state: { seen }, reward: seen, terminated: false }
    },
    observe: { text: ({ seen }) => `${seen}` },
    examples: ['tick'],
  })

export const settingsOf = async (
  environment: Environment,
  extra: Partial<EpisodeSettings> = {},
): Promise<EpisodeSettings> => {
  const world = await openWorld(environment)
  const [split = ''] = world.tasks.splits
  return { task: world.tasks.at(split, 0), seed: 7, ...extra }
}

export async function started(environment: Environment, extra: Partial<EpisodeSettings> = {}): Promise<Episode> {
  const world = await openWorld(environment)
  return startEpisode(world, await settingsOf(environment, extra))
}

export const totalOf = (episode: Episode): unknown => episode.publicState().total
