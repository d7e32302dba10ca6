import { attempt, chain, isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { sealState } from '../data/plain.ts'
import { parseSeed } from '../data/rng.ts'
import type { Effect, Task } from '../data/types.ts'
import { attributed, type Owner, owned } from '../data/user-code.ts'
import { closingDeadlineOf, deadlineOf, expectAsync, StepContext } from './context.ts'
import { RECORD, type TapeMode } from './effects.ts'
import type { Environment } from './environment.ts'
import { Episode } from './episode.ts'
import { lineageOf, resetKeyOf } from './lineage.ts'
import { closeLive, closeQuietly, openLive } from './live.ts'
import { type EpisodeSettings, expectSettings } from './settings.ts'
import type { World } from './world.ts'

/**
 * Starts an episode.
 * @throws GymError SEED_INVALID, CONFIG_INVALID (an invalid limit), ENV_FAILED, ENV_TIMEOUT, ENV_ASYNC, EFFECT_FAILED, STATE_NOT_PLAIN
 */
export function startEpisode<State extends object>(
  world: World<State>,
  settings: EpisodeSettings,
  mode: TapeMode = RECORD,
): MaybePromise<Episode<State>> {
  const seed = parseSeed(settings.seed)
  expectSettings(settings)
  const lineage = lineageOf(seed, settings.member ?? 0)
  const owner = new StartOwner<State>(world.environment.id)
  return chain(
    owned(owner, () => openLive(world, mode, deadlineOf(settings))),
    (live) =>
      chain(
        owned(owner, () => resetOrClose(world, settings, live, mode)),
        ({ state, resetEffects }) => {
          const start = { state, index: 0, past: null, ending: null, endingReason: null, forks: 0, resetEffects }
          owner.episode = new Episode(world, settings, lineage, live, start)
          return owner.episode
        },
      ),
  )
}

/** What is opened for an episode may fail as long as the episode lasts. */
class StartOwner<State extends object> implements Owner {
  readonly name: string
  episode: Episode<State> | null = null

  constructor(id: string) {
    this.name = `environment ${id}`
  }

  failed(thrown: unknown): void {
    this.episode?.failed(thrown)
  }
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
  const context = new StepContext(world, settings, mode, live, resetKeyOf(parseSeed(settings.seed)), 0)
  const finish = (state: State): Started<State> => ({
    resetEffects: StepContext.effectsOf(context),
    state: sealState(state),
  })
  return attempt(
    () => resetState(world.environment, context, settings.task),
    finish,
    (thrown) => {
      StepContext.tapeOf(context).giveUp()
      void closeQuietly(() => closeLive(world, live, closingDeadlineOf(settings)))
      throw attributed(thrown, 'reset')
    },
  )
}

function resetState<State extends object>(
  environment: Environment<State>,
  context: StepContext,
  task: Task,
): MaybePromise<State> {
  const state = environment.reset(Object.assign(context, { task }))
  if (!isPromise(state)) return state
  expectAsync(environment.kind, state)
  return StepContext.deadlineOf(context).race(state)
}
