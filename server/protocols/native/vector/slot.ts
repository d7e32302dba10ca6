import { createHash } from 'node:crypto'
import { GymError } from '../../../../core/data/errors.ts'
import { readEvidence } from '../../../../core/data/evidence.ts'
import { attempt, chain, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type { Seed } from '../../../../core/data/rng.ts'
import type { Step } from '../../../../core/data/types.ts'
import type { Autoreset, Delivery, SlotStart } from '../../../../core/protocol/index.ts'
import { randomSeed } from '../../../hosting/request.ts'
import type { ServedEpisode } from '../../../hosting/served-episode.ts'
import { expectRole } from '../../../roles.ts'
import { choiceOf, goingOn, stepped, wantedBy } from '../play.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { NativeSession } from '../session.ts'
import { isOf, pastGame, type SessionEpisode, toldAgain } from '../session-episodes.ts'
import type { AnsweredStep } from '../views.ts'
import { type RecordedSlot, VECTOR_CLOSED } from './recorded-vectors.ts'
import { type SlotPosition, slotPositionJson } from './slot-position.ts'

/** What the slots of a vector have in common. */
export interface SlotSettings {
  /** Its id. */
  readonly vector: string
  /** Their number. */
  readonly slots: number
  readonly delivery: Delivery
  readonly autoreset: Autoreset
  readonly agent: string
}

/** What a slot came to: a step, the episode that it began, or both; and what failed after the step. */
export interface Outcome {
  readonly told: AnsweredStep | null
  readonly begun: ServedEpisode | null
  readonly failure: { readonly thrown: unknown } | null
}

/** One of many episodes that are stepped together, and those that follow it in its place. */
export class Slot {
  readonly #session: NativeSession
  readonly #settings: SlotSettings
  readonly #number: number
  readonly #queue = new SerialQueue()
  /** Null where the server was started anew, and its record has no episode of the slot. */
  #start: SlotStart | null
  #firstSeed: Seed
  #begun = 0
  #episode: SessionEpisode | null = null
  /** Turns before the present episode could be stepped. */
  #turnsBefore = 0
  /** The step that ended the episode before and began this one, until this one is stepped. */
  #before: AnsweredStep | null = null

  constructor(session: NativeSession, terms: SlotSettings, number: number, start: SlotStart | null) {
    this.#session = session
    this.#settings = terms
    this.#number = number
    this.#start = start
    this.#firstSeed = start?.seed ?? randomSeed()
  }

  /** The last that was begun. */
  get episode(): string | null {
    return this.#episode?.id ?? null
  }

  /** Steps taken and episodes begun after the first: the number of the next turn. */
  get turn(): number {
    return this.#turnsBefore + ((this.#lastStep()?.index ?? -1) + 1)
  }

  /** Stands where its record left it. */
  restore({ last, before }: RecordedSlot): void {
    const { place, id, taken, trajectory } = last
    this.#start = place.start
    this.#firstSeed = place.firstSeed
    this.#begun = place.begun
    this.#episode = this.#session.episodes.find(id) ?? (trajectory && pastGame(trajectory))
    this.#turnsBefore = this.#episode ? place.turn : place.turn + taken
    const ended = place.follows && taken === 0 ? before?.trajectory : null
    const step = ended?.steps.at(-1)
    if (ended && step) this.#before = toldAgain(pastGame(ended), step, true)
  }

  /** Begins its first episode. @throws GymError as `EnvironmentHost.reset`; FORBIDDEN */
  open(): MaybePromise<Outcome> {
    return this.#queue.run(() => this.#beginAnew(0))
  }

  /**
   * Takes a step, or begins another episode where that is due. It makes no promise unless the environment does.
   * @param turn which it is to be: the last is told again; null for whichever is next
   * @throws GymError as `ServedEpisode.step`; EPISODE_ENDED, EVIDENCE_INVALID, REQUEST_CONFLICT, and as `open`
   */
  step(action: unknown, evidence: unknown, turn: number | null): MaybePromise<Outcome> {
    return this.#queue.run(() => this.#taken(turn, { action }) ?? this.#step(action, evidence))
  }

  /** Ends what goes on, and begins another episode. @param turn as of `step`. @throws GymError as `step`, FRAME_INVALID */
  reset(start: SlotStart | null, turn: number | null): MaybePromise<Outcome> {
    return this.#queue.run(() => {
      const before = this.#taken(turn, null)
      if (before) return before
      if (start?.group && this.#settings.autoreset !== 'disabled')
        throw new GymError('FRAME_INVALID', 'slots of a group have no autoreset: a group is played once')
      this.#giveUp('reset by its client')
      if (start) this.#startFrom(start)
      return this.#beginAnew(this.turn + 1)
    })
  }

  close(): MaybePromise<void> {
    return this.#queue.run(() => this.#giveUp(VECTOR_CLOSED))
  }

  #startFrom(start: SlotStart): void {
    this.#start = start
    this.#firstSeed = start.seed ?? randomSeed()
    this.#begun = 0
  }

  /** The client that gives it up knows that it ends. */
  #giveUp(reason: string): void {
    const sessionEpisode = this.#episode
    this.#turnsBefore = this.turn
    this.#episode = null
    this.#before = null
    if (!sessionEpisode?.served || sessionEpisode.served.hasEnded) return
    sessionEpisode.isEndAnnounced = true
    sessionEpisode.served.interrupt('aborted', reason)
  }

  #lastStep(): Step | undefined {
    return (this.#episode?.served?.runner.steps ?? this.#episode?.trajectory?.steps)?.at(-1)
  }

  /**
   * A turn that was taken before, to be told again; null for one that is yet to be taken.
   * @param asked of a step; null for a reset
   * @throws GymError REQUEST_CONFLICT
   */
  #taken(turn: number | null, asked: { readonly action: unknown } | null): Outcome | null {
    if (turn === null || turn === this.turn) return null
    const before = turn === this.turn - 1 ? this.#lastTurn() : null
    if (!before) throw conflict(turn, `the next turn of this slot is ${this.turn}`)
    const { told } = before
    if (asked ? told && !isOf(told.step, asked.action) : told) throw conflict(turn, 'it was something else')
    return before
  }

  #lastTurn(): Outcome | null {
    const sessionEpisode = this.#episode
    const step = this.#lastStep()
    if (sessionEpisode && step) return { told: toldAgain(sessionEpisode, step, true), begun: null, failure: null }
    return sessionEpisode?.served ? { told: this.#before, begun: sessionEpisode.served, failure: null } : null
  }

  #step(action: unknown, evidence: unknown): MaybePromise<Outcome> {
    const sessionEpisode = this.#episode
    if (sessionEpisode?.served && !sessionEpisode.served.hasEnded)
      return chain(this.#stepped(sessionEpisode, action, evidence), (told) => this.#after(told))
    if (this.#settings.autoreset !== 'disabled') return this.#beginAnew(this.turn + 1)
    throw new GymError('EPISODE_ENDED', 'the episode of this slot has ended: reset it')
  }

  #stepped(sessionEpisode: SessionEpisode, action: unknown, evidence: unknown): MaybePromise<AnsweredStep> {
    this.#before = null
    const proof = evidence === undefined || evidence === null ? undefined : readEvidence(evidence)
    return sessionEpisode.queue.run(() =>
      stepped(this.#session, sessionEpisode, goingOn(sessionEpisode), action, proof),
    )
  }

  #after(told: AnsweredStep): MaybePromise<Outcome> {
    if (!told.end || this.#settings.autoreset !== 'same-step') return { told, begun: null, failure: null }
    return this.#followed(told)
  }

  /** A step stands, whatever becomes of the episode after it. */
  #followed(told: AnsweredStep): MaybePromise<Outcome> {
    return attempt<Outcome, Outcome>(
      () => this.#beginAnew(this.turn, true),
      (next) => {
        this.#before = told
        return { ...next, told }
      },
      (thrown) => ({ told, begun: null, failure: { thrown } }),
    )
  }

  /**
   * @param turn that its first step will be
   * @param follows whether it begins with the step that ended the episode before
   */
  #beginAnew(turn: number, follows = false): MaybePromise<Outcome> {
    const from = this.#start
    if (!from) throw unstarted()
    const { group, member = null, seed: _, ...start } = from
    if (group) expectRole(this.#session.role, ['trainer'], 'a group')
    const seed = this.#nextSeed(from)
    const beginning = { ...start, agent: this.#settings.agent, ...(seed !== null && { seed }) }
    const wanted = wantedBy(beginning, this.#session.nextId(), group ? choiceOf(group) : null, member)
    const serving = slotPositionJson(this.#placeOf(from, turn, follows))
    const reset = this.#session.host.reset({ ...wanted, serving })
    return chain(reset, (served) => this.#seated(this.#session.begun(served), turn))
  }

  #placeOf(start: SlotStart, turn: number, follows: boolean): SlotPosition {
    const { vector, slots, autoreset, delivery } = this.#settings
    const begins = { start, firstSeed: this.#firstSeed, begun: this.#begun, turn, follows }
    return { vector, slot: this.#number, slots, autoreset, delivery, ...begins }
  }

  #seated(begun: ServedEpisode, turn: number): Outcome {
    this.#episode = this.#session.episode(begun.id)
    this.#turnsBefore = turn
    this.#before = null
    return { told: null, begun, failure: null }
  }

  /** A group has a seed of its own, where its first member gives none. */
  #nextSeed({ group, seed }: SlotStart): Seed | null {
    const count = this.#begun++
    if (group) return seed ?? null
    return count === 0 ? this.#firstSeed : laterSeed(this.#firstSeed, count)
  }
}

const unstarted = (): GymError =>
  new GymError(
    'EPISODE_NEEDED',
    'the server was started anew, and its record has no episode of this slot: reset it with a start',
  )

const conflict = (turn: number, why: string): GymError =>
  new GymError('REQUEST_CONFLICT', `turn ${turn} cannot be taken: ${why}`)

/** 48 bits of SHA-256 over `SEED COUNT` in decimal digits: the seed of a slot's episode after so many others. */
export const laterSeed = (first: Seed, count: number): Seed =>
  createHash('sha256').update(`${first} ${count}`).digest().readUIntBE(0, 6)
