import { GymError } from '../../core/errors.ts'
import { readEvidence } from '../../core/evidence.ts'
import { chain, isPromise, type MaybePromise } from '../../core/later.ts'
import type { CloseRequest, JoinedGroup, ObserveRequest, ResetRequest, StepRequest } from '../../core/protocol.ts'
import type { GroupChoice, TaskChoice, ResetRequest as Wanted } from '../arena/request.ts'
import type { Answer, Seat } from '../arena/seat.ts'
import type { WireValue } from '../json.ts'
import { expectRole } from '../roles.ts'
import { type Game, takenBefore, unknownEpisode } from './games.ts'
import type { NativeSession } from './session.ts'
import { actionsOf, episodeView, fieldsOf, stepFields, type ToldStep } from './views.ts'

/** Starts an episode. @throws GymError as `Realm.reset`, FORBIDDEN */
export function resetEpisode(session: NativeSession, request: ResetRequest): MaybePromise<string> {
  const { group, member = null } = request
  if (group) expectRole(session.role, ['trainer'], 'a group')
  const wanted = wantedBy(request, session.nextId(), group ? choiceOf(group) : null, member)
  return chain(session.realm.reset(wanted), (seat) => fieldsOf(episodeView(session.begun(seat))))
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
 * @throws GymError as `Seat.step`, EPISODE_UNKNOWN, EVIDENCE_INVALID, REQUEST_CONFLICT
 */
export function takeStep(session: NativeSession, request: StepRequest<WireValue, WireValue>): MaybePromise<string> {
  const game = session.game(request.episode)
  const evidence = request.evidence === undefined ? undefined : readEvidence(request.evidence)
  const tell = (told: ToldStep): string => stepFields(told, session.literals, session.seesRewards)
  return game.lane.run(() => {
    const before = request.index === undefined ? null : takenBefore(game, request.index, request.action)
    if (before) return tell(before)
    const seat = goingOn(game)
    return chain(stepped(session, game, seat, request.action, evidence), (told) => tell(told))
  })
}

export function goingOn({ id, seat, trajectory }: Game): Seat {
  if (seat) return seat
  if (trajectory?.ending === 'aborted')
    throw new GymError('EPISODE_ABORTED', `the episode was aborted (${trajectory.endingReason}): start another`)
  throw new GymError('EPISODE_ENDED', `the episode ${id} has ended: start another`)
}

/** An end that comes with the step is told by its reply, and by no event. */
export function stepped(
  session: NativeSession,
  game: Game,
  seat: Seat,
  action: unknown,
  evidence: Parameters<Seat['step']>[1],
): MaybePromise<ToldStep> {
  game.isStepping = true
  // Written out, as `Seat.step`: what closures cost counts on the way of every step.
  let answer: MaybePromise<Answer>
  try {
    answer = seat.step(action, evidence)
  } catch (thrown) {
    failed(session, game, thrown)
  }
  if (!isPromise(answer)) return answered(session, game, seat, answer)
  return answer.then(
    (known) => answered(session, game, seat, known),
    (thrown: unknown) => failed(session, game, thrown),
  )
}

function answered(session: NativeSession, game: Game, seat: Seat, answer: Answer): ToldStep {
  game.isStepping = false
  if (answer.trajectory) game.isEndTold = true
  else session.tellEnd(game)
  return toldBy(seat, answer)
}

function failed(session: NativeSession, game: Game, thrown: unknown): never {
  game.isStepping = false
  session.tellEnd(game)
  throw thrown
}

const toldBy = (seat: Seat, { step, trajectory }: Answer): ToldStep => ({
  episode: seat.id,
  step,
  actions: actionsOf(seat),
  end: trajectory,
})

/** Shows an episode: agents their own, others any that goes on. @throws GymError EPISODE_UNKNOWN, CONFIG_INVALID */
export function observe(session: NativeSession, { episode, view = 'text' }: ObserveRequest): MaybePromise<string> {
  const game = session.games.find(episode)
  const show = (seat: Seat): string => fieldsOf(shown(seat, view))
  if (game) return game.lane.run(() => show(goingOn(game)))
  const seat = session.role === 'agent' ? undefined : session.realm.seat(episode)
  if (!seat) throw unknownEpisode(episode)
  return show(seat)
}

function shown(seat: Seat, view: string) {
  const { episode } = seat.run
  expectView(episode.world.environment.observe, view)
  const { index, ending, endingReason } = episode
  const observation = view === 'text' ? seat.run.observation : episode.view(view)
  const state = episode.publicState()
  return { episode: seat.id, index, view, observation, actions: actionsOf(seat), state, ending, endingReason }
}

function expectView(views: object, view: string): void {
  if (Object.hasOwn(views, view)) return
  const names = Object.keys(views).join(', ')
  throw new GymError('FRAME_INVALID', `there is no view ${JSON.stringify(view.slice(0, 80))}: there are ${names}`)
}

/** Ends an episode, a snapshot, or the session. @throws GymError EPISODE_UNKNOWN, SNAPSHOT_UNKNOWN, FORBIDDEN */
export function closeWhat(session: NativeSession, { episode, snapshot, truncate }: CloseRequest): MaybePromise<string> {
  if (truncate !== undefined) expectRole(session.role, ['trainer'], 'truncate')
  if (snapshot !== undefined) session.vault.drop(snapshot)
  else if (episode === undefined) session.leave()
  else {
    const game = session.game(episode)
    return game.lane.run(() => {
      const { seat } = game
      if (truncate === undefined) seat?.interrupt('aborted', 'closed by its client')
      else seat?.interrupt('truncated', truncate)
      // Its end is in the log and has been told when the request is answered.
      return chain(seat?.end(), () => '')
    })
  }
  return ''
}
