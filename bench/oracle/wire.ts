import { connect, type RemoteEpisode, type RemoteGym } from '../../agents/remote/client.ts'
import { hookSet } from '../../core/reward/hook.ts'
import grid from '../../envs/grid/index.ts'
import guessNumber from '../../envs/guess-number.ts'
import webshop from '../../envs/webshop/index.ts'
import { listen } from '../../server/listen.ts'
import { quantile, rounded } from '../measure.ts'

/**
 * Forks over the wire: 64 in one frame of the native dialect, and one in each of 64 frames. Server and client share
 * one thread here, so both of their work is in the time. Forks are ended between frames, which is not.
 */
const FORKS = 64
const ROUNDS = 41
const WARM_UP = 10

const environments = [guessNumber, grid, webshop].map((environment) => ({
  name: environment.id.split('@')[0] ?? '',
  load: async () => environment,
}))
const server = await listen({ environments, hooks: hookSet([]) })

type Ask = (episode: RemoteEpisode) => Promise<readonly RemoteEpisode[]>
const inOneFrame: Ask = (episode) => episode.fork({ count: FORKS })
const inFramesOfOne: Ask = async (episode) =>
  (await Promise.all(Array.from({ length: FORKS }, () => episode.fork()))).flat()

interface Times {
  readonly inOneFrame: readonly number[]
  readonly inFramesOfOne: readonly number[]
}

/** Milliseconds, in turns, so that a busy moment of the machine meets both. */
async function measured(gym: RemoteGym): Promise<Times> {
  const parent = await gym.reset({ seed: 5 })
  await parent.step(String(parent.actions?.[0] ?? 'search[gift]'))
  const times = { inOneFrame: [] as number[], inFramesOfOne: [] as number[] }
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const [one, many] = [await timed(parent, inOneFrame), await timed(parent, inFramesOfOne)]
    if (round < WARM_UP) continue
    times.inOneFrame.push(one)
    times.inFramesOfOne.push(many)
  }
  await parent.close()
  return times
}

async function timed(parent: RemoteEpisode, ask: Ask): Promise<number> {
  const began = performance.now()
  const forks = await ask(parent)
  const took = performance.now() - began
  await Promise.all(forks.map((fork) => fork.close()))
  return took
}

try {
  const table: Record<string, Record<string, string>> = {}
  for (const { name } of environments) {
    const gym = await connect(`${server.url.replace('http', 'ws')}/${name}/ws`)
    const times = await measured(gym)
    const [one, many] = [quantile(times.inOneFrame, 0.5), quantile(times.inFramesOfOne, 0.5)]
    table[name] = {
      'one frame, ms': rounded(one),
      'forks/s': rounded((1000 * FORKS) / one),
      [`${FORKS} frames, ms`]: rounded(many),
      ratio: (many / one).toFixed(2),
    }
    await gym.close()
  }
  console.log(`\n${FORKS} forks of one episode over the wire, median of ${ROUNDS} rounds`)
  console.table(table)
} finally {
  await server.close()
}
