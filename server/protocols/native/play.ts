import { GymError } from '../../../core/data/errors.ts'
import { readEvidence } from '../../../core/data/evidence.ts'
import { chain, isPromise, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type {
  CloseRequest,
  JoinedGroup,
  ObserveRequest,
  ResetRequest,
  StepRequest,
} from '../../../core/protocol/index.ts'
import type { GroupChoice, TaskChoice, ResetRequest as Wanted } from '../../hosting/request.ts'
import type { Answer, ServedEpisode } from '../../hosting/served-episode.ts'
import { expectRole } from '../../roles.ts'
import type { WireValue } from '../../transport/json.ts'
import type { NativeSession } from './session.ts'
import { type SessionEpisode, takenBefore, unknownEpisode } from './session-episodes.ts'
import { type AnsweredStep, actionsOf, episodeView, fieldsOf, stepFields } from './views.ts'

/** Starts an episode. @throws GymError as `EnvironmentHost.reset`, FORBIDDEN */
export function resetEpisode(session: NativeSession, request: ResetRequest): MaybePromise<string> {
  const { group, member = null } = request
  if (group) expectRole(session.role, ['trainer'], 'a group')
  const wanted = wantedBy(request, session.nextId(), group ? choiceOf(group) : null, member)
  return chain(session.host.reset(wanted), (served) => fieldsOf(episodeView(session.begun(served))))
}

type Beginning = Pick<ResetRequest, 'task' | 'split' | 'index' | 'seed' | 'maxSteps' | 'agent'>

/** The request in the arena's words. */
export function wantedBy(
  { task, split, index, seed, maxSteps, agent = 'native client' }: Beginning,
  episodeId: string,
  group: GroupChoice | null,
  member: number | null,
): Wanted {
  const placed: TaskChoice | null = split === undefined ? null : { split, index: index ?? null }
  const choice = task === undefined ? placed : { task }
  return { choice, seed: seed ?? null, episodeId, maxSteps: maxSteps ?? null, group, member, agentName: agent }
}

export const choiceOf = ({ id, size, stragglers, deadlineMs, replacements, credit }: JoinedGroup): GroupChoice => ({
  id,
  size: size ?? null,
  stragglers: stragglers ?? null,
  deadlineMs: deadlineMs ?? null,
  replacements: replacements ?? null,
  credit: credit ?? null,
})

/**
 * Takes a step, or tells one again that was taken before.
 * @throws GymError as `ServedEpisode.step`, EPISODE_UNKNOWN, EVIDENCE_INVALID, REQUEST_CONFLICT
 */
export function takeStep(session: NativeSession, request: StepRequest<WireValue, WireValue>): MaybePromise<string> {
  const sessionEpisode = session.episode(request.episode)
  const evidence = request.evidence === undefined ? undefined : readEvidence(request.evidence)
  const tell = (told: AnsweredStep): string => stepFields(told, session.literals, session.seesRewards)
  return sessionEpisode.queue.run(() => {
    const before = request.index === undefined ? null : takenBefore(sessionEpisode, request.index, request.action)
    if (before) return tell(before)
    const served = goingOn(sessionEpisode)
    return chain(stepped(session, sessionEpisode, served, request.action, evidence), (told) => tell(told))
  })
}

export function goingOn({ id, served, trajectory }: SessionEpisode): ServedEpisode {
  if (served) return served
  if (trajectory?.ending === 'aborted')
    throw new GymError('EPISODE_ABORTED', `the episode was aborted (${trajectory.endingReason}): start another`)
  throw new GymError('EPISODE_ENDED', `the episode ${id} has ended: start another`)
}

/** An end that comes with the step is told by its reply, and by no event. */
export function stepped(
  session: NativeSession,
  sessionEpisode: SessionEpisode,
  served: ServedEpisode,
  action: unknown,
  evidence: Parameters<ServedEpisode['step']>[1],
): MaybePromise<AnsweredStep> {
  sessionEpisode.isStepping = true
  // Written out, as `ServedEpisode.step`: what closures cost counts on the way of every step.
  let answer: MaybePromise<Answer>
  try {
    answer = served.step(action, evidence)
  } catch (thrown) {
    failed(session, sessionEpisode, thrown)
  }
  if (!isPromise(answer)) return answered(session, sessionEpisode, served, answer)
  return answer.then(
    (known) => answered(session, sessionEpisode, served, known),
    (thrown: unknown) => failed(session, sessionEpisode, thrown),
  )
}

function answered(
  session: NativeSession,
  sessionEpisode: SessionEpisode,
  served: ServedEpisode,
  answer: Answer,
): AnsweredStep {
  sessionEpisode.isStepping = false
  if (answer.trajectory) sessionEpisode.isEndAnnounced = true
  else session.announceEnd(sessionEpisode)
  return toldBy(served, answer)
}

function failed(session: NativeSession, sessionEpisode: SessionEpisode, thrown: unknown): never {
  sessionEpisode.isStepping = false
  session.announceEnd(sessionEpisode)
  throw thrown
}

const toldBy = (served: ServedEpisode, { step, trajectory }: Answer): AnsweredStep => ({
  episode: served.id,
  step,
  actions: actionsOf(served),
  end: trajectory,
})

/** Shows an episode: agents their own, others any that goes on. @throws GymError EPISODE_UNKNOWN, CONFIG_INVALID */
export function observe(session: NativeSession, { episode, view = 'text' }: ObserveRequest): MaybePromise<string> {
  const sessionEpisode = session.episodes.find(episode)
  const show = (served: ServedEpisode): string => fieldsOf(shown(served, view))
  if (sessionEpisode) return sessionEpisode.queue.run(() => show(goingOn(sessionEpisode)))
  const served = session.role === 'agent' ? undefined : session.host.episode(episode)
  if (!served) throw unknownEpisode(episode)
  return show(served)
}

function shown(served: ServedEpisode, view: string) {
  const { episode } = served.runner
  expectView(episode.world.environment.observe, view)
  const { index, ending, endingReason } = episode
  const observation = view === 'text' ? served.runner.observation : episode.view(view)
  const state = episode.publicState()
  return { episode: served.id, index, view, observation, actions: actionsOf(served), state, ending, endingReason }
}

function expectView(views: object, view: string): void {
  if (Object.hasOwn(views, view)) return
  const names = Object.keys(views).join(', ')
  throw new GymError('FRAME_INVALID', `there is no view ${JSON.stringify(view.slice(0, 80))}: there are ${names}`)
}

/** Ends an episode, a snapshot, or the session. @throws GymError EPISODE_UNKNOWN, SNAPSHOT_UNKNOWN, FORBIDDEN */
export function closeWhat(session: NativeSession, { episode, snapshot, truncate }: CloseRequest): MaybePromise<string> {
  if (truncate !== undefined) expectRole(session.role, ['trainer'], 'truncate')
  if (snapshot !== undefined) session.snapshots.drop(snapshot)
  else if (episode === undefined) session.leave()
  else {
    const sessionEpisode = session.episode(episode)
    return sessionEpisode.queue.run(() => {
      const { served } = sessionEpisode
      if (truncate === undefined) served?.interrupt('aborted', 'closed by its client')
      else served?.interrupt('truncated', truncate)
      // Its end is in the log and has been told when the request is answered.
      return chain(served?.end(), () => '')
    })
  }
  return ''
}
