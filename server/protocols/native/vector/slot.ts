import { createHash } from 'node:crypto'
import { GymError } from '../../../../core/data/errors.ts'
import { readEvidence } from '../../../../core/data/evidence.ts'
import { attempt, chain, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type { Seed } from '../../../../core/data/rng.ts'
import type { Step } from '../../../../core/data/types.ts'
import { trimmed } from '../../../../core/protocol/fields.ts'
import type { Autoreset, Delivery, SlotStart } from '../../../../core/protocol/index.ts'
import { type EpisodeRequest, type Replaced, randomSeed } from '../../../hosting/request.ts'
import type { Answer, ServedEpisode } from '../../../hosting/served-episode.ts'
import { expectRole } from '../../../roles.ts'
import type { NativeSession } from '../session.ts'
import { isSameAction, pastEpisode, SerialQueue, type SessionEpisode } from '../session-episodes.ts'
import type { Outcome } from './columns.ts'
import { type RecordedSlot, type SlotPosition, slotPositionJson, VECTOR_CLOSED } from './recorded-vectors.ts'

/** What the slots of a vector have in common. */
export interface SlotSettings {
  /** Its id. */
  readonly vector: string
  /** Their number. */
  readonly slots: number
  readonly delivery: Delivery
  readonly autoreset: Autoreset
  /** Who acts; undefined where the client does not say. */
  readonly agent: string | undefined
}

/** One of many episodes that are stepped together, and those that follow it in its place. */
export class Slot {
  readonly #session: NativeSession
  readonly #settings: SlotSettings
  readonly #number: number
  readonly #queue = new SerialQueue()
  /** Null where the server was restarted, and its record has no episode of the slot. */
  #origin: Origin | null
  #episode: SessionEpisode | null = null
  /** Turns before the first step of the present episode. */
  #turnsBefore = 0
  /** The step that ended the episode before and started this one, until this one is stepped. */
  #before: Answer | null = null

  constructor(session: NativeSession, settings: SlotSettings, number: number, start: SlotStart | null) {
    this.#session = session
    this.#settings = settings
    this.#number = number
    this.#origin = start && originAt(start)
  }

  /** Id of the last that was started. */
  get episode(): string | null {
    return this.#episode?.id ?? null
  }

  /** Steps taken and episodes started after the first: the number of the next turn. */
  get turn(): number {
    return this.#turnsBefore + ((this.#lastStep()?.index ?? -1) + 1)
  }

  /** Puts the slot where its record left it. */
  restore({ last, before }: RecordedSlot): void {
    const { position, id, taken, trajectory } = last
    this.#origin = { start: position.start, firstSeed: position.firstSeed, started: position.begun }
    this.#episode = this.#session.episodes.find(id) ?? (trajectory && pastEpisode({ trajectory }))
    this.#turnsBefore = this.#episode ? position.turn : position.turn + taken
    const ended = position.follows && taken === 0 ? before?.trajectory : null
    const step = ended?.steps.at(-1)
    if (ended && step) this.#before = pastEpisode({ trajectory: ended }).answerAgain(step, true)
  }

  /** Starts its first episode. @throws GymError as `EnvironmentHost.reset`; FORBIDDEN */
  open(): MaybePromise<Outcome> {
    return this.#queue.run(() => this.#startNext(0, this.#origin))
  }

  /**
   * Takes a step, or starts another episode where that is due. It makes no promise unless the environment does.
   * @param turn number of the turn: the last is answered again; null for the next
   * @throws GymError as `ServedEpisode.step`; EPISODE_ENDED, EVIDENCE_INVALID, REQUEST_CONFLICT, and as `open`
   */
  step(action: unknown, evidence: unknown, turn: number | null): MaybePromise<Outcome> {
    return this.#queue.run(() => this.#taken(turn, { action }) ?? this.#step(action, evidence))
  }

  /** Aborts the open episode, and starts another. @param turn as of `step`. @throws GymError as `step`, FRAME_INVALID */
  reset(start: SlotStart | null, turn: number | null): MaybePromise<Outcome> {
    return this.#queue.run(() => {
      const before = this.#taken(turn, null)
      if (before) return before
      if (start?.group && this.#settings.autoreset !== 'disabled')
        throw new GymError('FRAME_INVALID', 'slots of a group have no autoreset: a group is played once')
      return this.#startNext(this.turn + 1, start ? originAt(start) : this.#origin, 'reset by its client')
    })
  }

  close(): MaybePromise<void> {
    return this.#queue.run(() => this.#abandon(VECTOR_CLOSED))
  }

  /** The client knows that the episode ends. */
  #abandon(reason: string): void {
    const episode = this.#episode
    this.#turnsBefore = this.turn
    this.#episode = null
    this.#before = null
    if (!episode?.served || episode.served.hasEnded) return
    episode.endNotice = 'sent'
    episode.served.interrupt('aborted', reason)
  }

  #lastStep(): Step | undefined {
    return this.#episode?.steps.at(-1)
  }

  /**
   * A turn that was taken before, to be answered again; null for the next one.
   * @param step that is requested; null for a reset
   * @throws GymError REQUEST_CONFLICT
   */
  #taken(turn: number | null, step: { readonly action: unknown } | null): Outcome | null {
    if (turn === null || turn === this.turn) return null
    const before = turn === this.turn - 1 ? this.#lastTurn() : null
    if (!before) throw conflict(turn, `the next turn of this slot is ${this.turn}`)
    const { answered } = before
    if (step ? answered && !isSameAction(answered.step, step.action) : answered)
      throw conflict(turn, 'it was something else')
    return before
  }

  #lastTurn(): Outcome | null {
    const episode = this.#episode
    const step = this.#lastStep()
    if (episode && step) return { answered: episode.answerAgain(step, true), started: null, failure: null }
    return episode?.served ? { answered: this.#before, started: episode.served, failure: null } : null
  }

  #step(action: unknown, evidence: unknown): MaybePromise<Outcome> {
    const episode = this.#episode
    if (episode?.served && !episode.served.hasEnded)
      return chain(this.#stepped(episode, action, evidence), (answered) => this.#after(answered))
    if (this.#settings.autoreset !== 'disabled') return this.#startNext(this.turn + 1, this.#origin)
    throw new GymError('EPISODE_ENDED', 'the episode of this slot has ended: reset it')
  }

  #stepped(episode: SessionEpisode, action: unknown, evidence: unknown): MaybePromise<Answer> {
    const proof = evidence === undefined || evidence === null ? undefined : readEvidence(evidence)
    this.#before = null
    return episode.queue.run(() => episode.step(action, proof))
  }

  #after(answered: Answer): MaybePromise<Outcome> {
    if (!answered.trajectory || this.#settings.autoreset !== 'same-step')
      return { answered, started: null, failure: null }
    return this.#followed(answered)
  }

  /** A step stands, whatever becomes of the episode after it. */
  #followed(answered: Answer): MaybePromise<Outcome> {
    return attempt<Outcome, Outcome>(
      () => this.#startNext(this.turn, this.#origin, null, true),
      (next) => {
        this.#before = answered
        return { ...next, answered }
      },
      (thrown) => ({ answered, started: null, failure: { thrown } }),
    )
  }

  /**
   * Starts an episode; where it cannot be started, the slot is as it was.
   * @param turn number of its first step
   * @param abandoning why the open episode is aborted, where there may be one
   * @param follows whether the step that ended the episode before starts it
   */
  #startNext(
    turn: number,
    origin: Origin | null,
    abandoning: string | null = null,
    follows = false,
  ): MaybePromise<Outcome> {
    if (!origin) throw unstarted()
    const { role, host } = this.#session
    if (origin.start.group) expectRole(role, ['trainer'], 'a group')
    const next = { ...origin, started: origin.started + 1 }
    const replaced = abandoning === null ? null : this.#replaced(abandoning)
    return chain(host.reset(this.#request(origin, this.#placeOf(next, turn, follows)), replaced), (served) => {
      this.#origin = next
      return this.#occupied(this.#session.add(served), turn)
    })
  }

  #request({ start, firstSeed, started }: Origin, position: SlotPosition): EpisodeRequest {
    const { seed: given, ...rest } = start
    // A group has a seed of its own, where its first member gives none.
    const seed = start.group ? given : started === 0 ? firstSeed : laterSeed(firstSeed, started)
    const naming = trimmed({ agentName: this.#settings.agent, clientName: 'native client', seed })
    const { role, owner } = this.#session
    return { ...rest, ...naming, role, owner, episodeId: this.#session.nextId(), serving: slotPositionJson(position) }
  }

  #placeOf({ start, firstSeed, started: begun }: Origin, turn: number, follows: boolean): SlotPosition {
    const { vector, slots, autoreset, delivery } = this.#settings
    return { vector, slot: this.#number, slots, autoreset, delivery, start, firstSeed, begun, turn, follows }
  }

  /** The client knows that the open episode ends. */
  #replaced(reason: string): Replaced | null {
    const episode = this.#episode
    if (!episode?.served) return null
    const beforeEnd = (): void => {
      episode.endNotice = 'sent'
    }
    return { served: episode.served, ending: 'aborted', reason, beforeEnd }
  }

  #occupied(started: ServedEpisode, turn: number): Outcome {
    this.#episode = this.#session.episodes.get(started.id)
    this.#turnsBefore = turn
    this.#before = null
    return { answered: null, started, failure: null }
  }
}

/** What the episodes of a slot start from. */
interface Origin {
  readonly start: SlotStart
  /** Seed of the first episode. */
  readonly firstSeed: Seed
  /** Episodes started from it. */
  readonly started: number
}

const originAt = (start: SlotStart): Origin => ({ start, firstSeed: start.seed ?? randomSeed(), started: 0 })

const unstarted = (): GymError =>
  new GymError(
    'EPISODE_NEEDED',
    'the server was restarted, and its record has no episode of this slot: reset it with a start',
  )

const conflict = (turn: number, why: string): GymError =>
  new GymError('REQUEST_CONFLICT', `turn ${turn} cannot be taken: ${why}`)

/** 48 bits of SHA-256 over `SEED COUNT` in decimal digits: the seed of a slot's episode after a number of others. */
export const laterSeed = (first: Seed, count: number): Seed =>
  createHash('sha256').update(`${first} ${count}`).digest().readUIntBE(0, 6)
