import { attributed, deadlineOf, expectAsync, StepContext } from './context.ts'
import { RECORD, Tape, type TapeMode } from './effects.ts'
import { Episode, type EpisodeSettings } from './episode.ts'
import { chain, isPromise, type MaybePromise } from './later.ts'
import { lineageOf, resetKeyOf } from './lineage.ts'
import { closeLive, openLive } from './live.ts'
import { parseSeed } from './rng.ts'
import { seal } from './seal.ts'
import type { Effect } from './types.ts'
import type { World } from './world.ts'

/**
 * Starts an episode.
 * @throws GymError SEED_INVALID, ENV_FAILED, ENV_TIMEOUT, ENV_ASYNC, EFFECT_FAILED, STATE_NOT_PLAIN
 */
export function startEpisode<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  mode: TapeMode = RECORD,
): MaybePromise<Episode<State>> {
  const seed = parseSeed(settings.seed)
  const lineage = lineageOf(seed, settings.member ?? 0)
  return chain(openLive(world, mode), (live) =>
    chain(resetOrClose(world, settings, live, mode), ({ state, resetEffects }) => {
      const start = { state, index: 0, past: null, ending: null, endingReason: null, forks: 0, resetEffects }
      return new Episode(world, settings, lineage, live, start)
    }),
  )
}

interface Started<State> {
  readonly state: State
  readonly resetEffects: readonly Effect[]
}

/** What was opened for an episode that never began is closed again. */
function resetOrClose<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  live: unknown,
  mode: TapeMode,
): MaybePromise<Started<State>> {
  const giveUp = (thrown: unknown): never => {
    void closeLive(world, live)
    throw attributed(thrown)
  }
  try {
    const started = resetState(world, settings, live, mode)
    return isPromise(started) ? started.catch(giveUp) : started
  } catch (thrown) {
    return giveUp(thrown)
  }
}

interface Started<State> {
  readonly state: State
  readonly resetEffects: readonly Effect[]
}

function resetState<State extends object>(
  { environment, resources }: World<State>,
  settings: EpisodeSettings,
  live: unknown,
  mode: TapeMode,
): MaybePromise<Started<State>> {
  const tape = new Tape(mode, environment.kind)
  const deadline = deadlineOf(settings)
  const finish = (state: State): Started<State> => ({ state: seal(state), resetEffects: tape.finish() })
  const context = new StepContext(resetKeyOf(parseSeed(settings.seed)), 0, tape, deadline, resources, live)
  const state = environment.reset(Object.assign(context, { task: settings.task }))
  if (!isPromise(state)) return finish(state)
  expectAsync(environment.kind, state)
  return deadline.race(state).then(finish)
}
