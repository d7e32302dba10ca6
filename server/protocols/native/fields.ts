import { GymError } from '../../../core/data/errors.ts'
import type { Info, Reward, Step, Trajectory } from '../../../core/data/types.ts'
import { NO_INFO } from '../../../core/episode/episode.ts'
import type { EpisodeView, RequestId } from '../../../core/protocol/index.ts'
import type { StepTaken } from '../../hosting/events.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import type { Limits } from '../../limits.ts'
import { actionsJson, type Literals } from '../../transport/literals.ts'

/*
 * Views as the fields of frames: JSON without its braces. What fits into no frame is left out, or refused.
 */

/** The fields of a reply as JSON, without the braces. */
export const fieldsOf = (fields: object): string => JSON.stringify(fields).slice(1, -1)

/** Settings of a session that its step replies depend on. */
interface StepReplySettings {
  readonly literals: Literals
  readonly seesRewards: boolean
  readonly host: { readonly limits: FrameLimits }
}

/**
 * The fields of a step's reply.
 * @throws GymError FRAME_TOO_LARGE, with the results so far, if no frame can hold them
 */
export function sentStepFields(
  { literals, seesRewards, host: { limits } }: StepReplySettings,
  id: RequestId,
  answered: Answer,
): string {
  const fields = stepFields(answered, literals, seesRewards)
  const bytes = excessOf(id, fields, limits)
  if (bytes === null) return fields
  const step: Step = { ...answered.step, nextObservation: leftOut(bytes, limits), info: {} }
  const short = (sees: boolean): string => stepFields({ ...answered, step, actions: null }, literals, sees)
  throw new StepReplyTooLarge(replyTooLarge(bytes, limits), [short(seesRewards), short(false)])
}

/**
 * The fields of a step's reply as JSON. Written out, and observations encoded once for all: the hottest frame there is.
 */
export function stepFields(
  { episode, step, actions, trajectory: end }: Answer,
  literals: Literals,
  seesRewards: boolean,
): string {
  const [own] = step.rewards
  const ending = `"ending":${JSON.stringify(end?.ending ?? null)},"endingReason":${JSON.stringify(end?.endingReason ?? null)}`
  const judged = seesRewards ? `,"rewards":${rewardsJson(step.rewards)}` : ''
  const outcome = seesRewards && end ? `,"outcome":${JSON.stringify(end.rewards)}` : ''
  return (
    `"episode":"${episode}","index":${step.index},"observation":${literals.of(step.nextObservation)}` +
    `,"reward":${own?.value ?? null},"terminated":${step.terminated},"truncated":${step.truncated}` +
    `,"isActionValid":${step.isActionValid},"info":${infoJson(step.info)},"actions":${actionsJson(actions)}` +
    `,${ending}${judged}${outcome}`
  )
}

/** The fields of a `step.taken` event as JSON. @param missed Steps before it that its reader was not sent. */
export function takenFields({ episode: served, step }: StepTaken, missed: number, literals: Literals): string {
  const { index, action, rewards, terminated, truncated, isActionValid, info } = step
  const judged = { reward: rewards[0]?.value ?? null, rewards, terminated, truncated, isActionValid, info, missed }
  const observation = `"observation":${literals.of(step.nextObservation)}`
  return `${fieldsOf({ episode: served.id, task: served.runner.episode.task.id, index, action })},${observation},${fieldsOf(judged)}`
}

/** Most steps have nothing to tell beside their observation, and share one object that says so. */
export const infoJson = (info: Info): string => (info === NO_INFO ? '{}' : JSON.stringify(info))

/** As `JSON.stringify` would write them, and sooner. */
export const rewardsJson = (rewards: readonly Reward[]): string => `[${rewards.map(rewardJson).join()}]`

function rewardJson(reward: Reward): string {
  if (reward.value === null || reward.perToken || reward.model) return JSON.stringify(reward)
  const { name, version, latencyMs, value } = reward
  const known = name === 'env' ? '"env"' : JSON.stringify(name)
  return `{"name":${known},"version":${version},"latencyMs":${latencyMs},"value":${value}}`
}

/** The fields of an `ended` event. @param index steps taken */
export function endFields(
  { id, ending, endingReason, rewards }: Trajectory,
  index: number,
  seesRewards: boolean,
): string {
  return fieldsOf({ episode: id, index, ending, endingReason, ...(seesRewards && { outcome: rewards }) })
}

type FrameLimits = Pick<Limits, 'frameBytesOut'>

/** Characters of a reply beside its fields and id. */
const HEAD_BYTES = 64
/** Bytes of an id of 255 UTF-16 units that JSON escapes by their numbers. */
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
