import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json } from '../../core/data/types.ts'
import type {
  EpisodeView,
  StepReply,
  VectorOpenReply,
  VectorResetReply,
  VectorStepReply,
} from '../../core/protocol/index.ts'
import { wireError } from './wire-error.ts'

/** Step of one slot, with the fields of a single step's reply. */
export type SlotStep = Omit<StepReply, 'type' | 'id' | 'seq' | 'actions'> & {
  /** Admissible actions of the next step; null where the episode has ended. */
  readonly actions: readonly Json[] | null
}

/** What one frame says of one slot. */
export interface SlotRow {
  readonly slot: number
  /** Failure of the slot or, beside a step, of what followed the step. */
  readonly error: GymError | null
  /** Step that was taken, with the identifier of its episode. */
  readonly step: SlotStep | null
  /** Episode that was started. */
  readonly started: EpisodeView | null
}

/** The rows of a frame of the reply to `vector.open` or `vector.reset`. @throws GymError FRAME_INVALID */
export const startRows = (reply: VectorOpenReply | VectorResetReply): readonly SlotRow[] =>
  reply.slots.map((slot, at) => ({ slot, error: errorOf(reply, at), step: null, started: startedOf(reply, at) }))

/** The rows of a frame of the reply to `vector.step`. @throws GymError FRAME_INVALID */
export const stepRows = (reply: VectorStepReply): readonly SlotRow[] =>
  reply.slots.map((slot, at) => ({
    slot,
    error: errorOf(reply, at),
    step: stepOf(reply, at),
    started: startedOf(reply, at),
  }))

type Part = VectorOpenReply | VectorResetReply | VectorStepReply

function errorOf({ error }: Part, at: number): GymError | null {
  const failure = error[at] ?? null
  return failure && wireError(failure.code, failure.message)
}

function startedOf({ start, episode, observation, actions }: Part, at: number): EpisodeView | null {
  const began = start[at] ?? null
  if (began === null) return null
  const view = { episode: said(episode[at], 'episode'), observation: said(observation[at], 'observation') }
  return { ...began, ...view, index: 0, actions: actions[at] ?? null, ending: null, endingReason: null }
}

function stepOf(reply: VectorStepReply, at: number): SlotStep | null {
  const index = reply.index[at] ?? null
  if (index === null) return null
  const hasFollower = (reply.finalEpisode[at] ?? null) !== null
  const outcome = reply.outcome?.[at] ?? null
  const rewards = reply.rewards?.[at] ?? null
  return {
    episode: said(hasFollower ? reply.finalEpisode[at] : reply.episode[at], 'episode'),
    index,
    observation: said(hasFollower ? reply.finalObservation[at] : reply.observation[at], 'observation'),
    reward: reply.reward[at] ?? null,
    terminated: said(reply.terminated[at], 'terminated'),
    truncated: said(reply.truncated[at], 'truncated'),
    isActionValid: said(reply.isActionValid[at], 'isActionValid'),
    info: reply.info[at] ?? {},
    actions: hasFollower ? null : (reply.actions[at] ?? null),
    ending: endingOf(reply.ending[at]),
    endingReason: reply.endingReason[at] ?? null,
    ...(rewards && { rewards }),
    ...(outcome && { outcome }),
  }
}

function endingOf(ending: string | null | undefined): StepReply['ending'] {
  if (ending === null || ending === undefined) return null
  if (ending === 'terminated' || ending === 'truncated' || ending === 'aborted') return ending
  throw new GymError('FRAME_INVALID', `the server sent an unknown ending ${shown(ending, 80)}`)
}

function said<T>(value: T | null | undefined, column: string): T {
  if (value !== null && value !== undefined) return value
  throw new GymError('FRAME_INVALID', `a reply about slots lacks an entry of ${column}`)
}
