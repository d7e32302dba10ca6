import { GymError } from '../../../core/data/errors.ts'
import type { Step } from '../../../core/data/types.ts'
import type { EpisodeView, RequestId } from '../../../core/protocol/index.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import type { Limits } from '../../limits.ts'
import type { Literals } from '../../transport/literals.ts'
import { fieldsOf, stepFields } from './views.ts'

type FrameLimits = Pick<Limits, 'frameBytesOut'>

/** Characters of a reply beside its fields and id. */
const HEAD_BYTES = 64
/** Of an id of 255 UTF-16 units that JSON escapes by their numbers. */
const MOST_ID_BYTES = 1536

/** A step that was taken, and whose reply is too large to be sent. */
export class StepReplyTooLarge extends GymError {
  /** The fields of the step's reply as JSON, what is large left out; then without rewards of hooks too. */
  readonly steps: readonly string[]

  constructor(error: GymError, steps: readonly string[]) {
    super(error.code, error.message)
    this.steps = steps
  }
}

/** Replaces an observation that fits into no frame. */
export const leftOut = (bytes: number, { frameBytesOut }: FrameLimits): string =>
  `(left out: the reply has ${bytes} bytes, and a frame has at most ${frameBytesOut})`

export const replyTooLarge = (bytes: number, { frameBytesOut }: FrameLimits): GymError =>
  new GymError('FRAME_TOO_LARGE', `the reply has ${bytes} bytes, and a frame has at most ${frameBytesOut}`)

/**
 * Bytes of a reply with these fields, where they are more than a frame may have; else null. A UTF-16 unit has at most
 * three bytes.
 */
export function excessOf(id: RequestId, fields: string, { frameBytesOut }: FrameLimits): number | null {
  if (fields.length * 3 + HEAD_BYTES + MOST_ID_BYTES <= frameBytesOut) return null
  const bytes = HEAD_BYTES + Buffer.byteLength(JSON.stringify(id)) + Buffer.byteLength(fields)
  return bytes <= frameBytesOut ? null : bytes
}

type Shorten = (view: EpisodeView, notice: string) => EpisodeView

const withoutPage: Shorten = (view, notice) => ({ ...view, observation: notice, actions: null })

/** Ways to show episodes, each shorter than the one before. */
const SHORTENED: readonly Shorten[] = [
  (view) => view,
  (view, notice) => (JSON.stringify([view.observation, view.actions]).length > LONG ? withoutPage(view, notice) : view),
  withoutPage,
  (view, notice) => ({ ...withoutPage(view, notice), task: { ...view.task, public: null } }),
]

/** Characters of an observation and its actions that are left out before those of others. */
const LONG = 4096

/**
 * The fields of a reply that shows open episodes. Where no frame can hold them, what is long is left out: they are
 * running, and can be observed one by one.
 * @throws GymError FRAME_TOO_LARGE
 */
export function openEpisodesFields(
  id: RequestId,
  others: object,
  episodes: readonly EpisodeView[],
  limits: FrameLimits,
): string {
  let most = 0
  for (const shorten of SHORTENED) {
    const fields = fieldsOf({ ...others, episodes: episodes.map((view) => shorten(view, leftOut(most, limits))) })
    const bytes = excessOf(id, fields, limits)
    if (bytes === null) return fields
    most ||= bytes
  }
  throw replyTooLarge(most, limits)
}

/**
 * The fields of a reply about episodes that it started. Where no frame can hold them, the episodes are aborted.
 * @throws GymError FRAME_TOO_LARGE
 */
export function startedFields(
  { limits }: { readonly limits: FrameLimits },
  id: RequestId,
  started: readonly ServedEpisode[],
  view: object,
): string {
  const fields = fieldsOf(view)
  const bytes = excessOf(id, fields, limits)
  if (bytes === null) return fields
  for (const served of started) served.interrupt('aborted', 'its reply was too large')
  throw replyTooLarge(bytes, limits)
}

/**
 * The fields of a step's reply.
 * @throws GymError FRAME_TOO_LARGE, with the results so far, if no frame can hold them
 */
export function sentStepFields(
  id: RequestId,
  answered: Answer,
  literals: Literals,
  seesRewards: boolean,
  limits: FrameLimits,
): string {
  const fields = stepFields(answered, literals, seesRewards)
  const bytes = excessOf(id, fields, limits)
  if (bytes === null) return fields
  const step: Step = { ...answered.step, nextObservation: leftOut(bytes, limits), info: {} }
  const short = (sees: boolean): string => stepFields({ ...answered, step, actions: null }, literals, sees)
  throw new StepReplyTooLarge(replyTooLarge(bytes, limits), [short(seesRewards), short(false)])
}
