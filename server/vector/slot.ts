import { createHash } from 'node:crypto'
import { GymError } from '../../core/errors.ts'
import { attempt, chain, type MaybePromise } from '../../core/later.ts'
import type { Autoreset, SlotStart } from '../../core/protocol.ts'
import type { Seed } from '../../core/rng.ts'
import { randomSeed } from '../arena/request.ts'
import type { Seat } from '../arena/seat.ts'
import { readEvidence } from '../evidence.ts'
import type { WireValue } from '../json.ts'
import type { Game } from '../native/games.ts'
import { Lane } from '../native/lane.ts'
import { choiceOf, goingOn, stepped, wantedBy } from '../native/play.ts'
import type { NativeSession } from '../native/session.ts'
import type { ToldStep } from '../native/views.ts'
import { expectRole } from '../roles.ts'

/** What the slots of a vector have in common. */
export interface SlotTerms {
  readonly autoreset: Autoreset
  readonly agent: string
}

/** What a slot came to: a step, the episode that it began, or both; and what failed after the step. */
export interface Outcome {
  readonly told: ToldStep | null
  readonly begun: Seat | null
  readonly failure: { readonly thrown: unknown } | null
}

/** One of many episodes that are stepped together, and those that follow it in its place. */
export class Slot {
  readonly #session: NativeSession
  readonly #terms: SlotTerms
  readonly #lane = new Lane()
  #start: SlotStart
  #firstSeed: Seed
  #begun = 0
  #game: Game | null = null

  constructor(session: NativeSession, terms: SlotTerms, start: SlotStart) {
    this.#session = session
    this.#terms = terms
    this.#start = start
    this.#firstSeed = start.seed ?? randomSeed()
  }

  /** Begins its first episode. @throws GymError as `Realm.reset`; FORBIDDEN */
  open(): MaybePromise<Outcome> {
    return this.#lane.run(() => this.#beginAnew())
  }

  /**
   * Takes a step, or begins another episode where that is due. It makes no promise unless the environment does.
   * @throws GymError as `Seat.step`; EPISODE_ENDED, EVIDENCE_INVALID, and as `open`
   */
  step(action: unknown, evidence: unknown): MaybePromise<Outcome> {
    return this.#lane.run(() => this.#step(action, evidence))
  }

  /** Ends what goes on, and begins another episode. @throws GymError as `open`, FRAME_INVALID */
  reset(start: SlotStart | null): MaybePromise<Outcome> {
    return this.#lane.run(() => {
      if (start?.group && this.#terms.autoreset !== 'disabled')
        throw new GymError('FRAME_INVALID', 'slots of a group have no autoreset: a group is played once')
      this.#giveUp('reset by its client')
      if (start) this.#startFrom(start)
      return this.#beginAnew()
    })
  }

  close(): MaybePromise<void> {
    return this.#lane.run(() => this.#giveUp('closed by its client'))
  }

  #startFrom(start: SlotStart): void {
    this.#start = start
    this.#firstSeed = start.seed ?? randomSeed()
    this.#begun = 0
  }

  /** The client that gives it up knows that it ends. */
  #giveUp(reason: string): void {
    const game = this.#game
    this.#game = null
    if (!game?.seat || game.seat.hasEnded) return
    game.isEndTold = true
    game.seat.interrupt('aborted', reason)
  }

  #step(action: unknown, evidence: unknown): MaybePromise<Outcome> {
    const game = this.#game
    if (game?.seat && !game.seat.hasEnded)
      return chain(this.#stepped(game, action, evidence), (told) => this.#taken(told))
    if (this.#terms.autoreset !== 'disabled') return this.#beginAnew()
    throw new GymError('EPISODE_ENDED', 'the episode of this slot has ended: reset it')
  }

  #stepped(game: Game, action: unknown, evidence: unknown): MaybePromise<ToldStep> {
    // Whatever a frame holds was read by `parseWire`.
    const proof = evidence === undefined || evidence === null ? undefined : readEvidence(evidence as WireValue)
    return game.lane.run(() => stepped(this.#session, game, goingOn(game), action, proof))
  }

  #taken(told: ToldStep): MaybePromise<Outcome> {
    if (!told.end || this.#terms.autoreset !== 'same-step') return { told, begun: null, failure: null }
    return this.#followed(told)
  }

  /** A step stands, whatever becomes of the episode after it. */
  #followed(told: ToldStep): MaybePromise<Outcome> {
    return attempt<Outcome, Outcome>(
      () => this.#beginAnew(),
      (next) => ({ ...next, told }),
      (thrown) => ({ told, begun: null, failure: { thrown } }),
    )
  }

  #beginAnew(): MaybePromise<Outcome> {
    const { group, member = null, seed: _, ...start } = this.#start
    if (group) expectRole(this.#session.role, ['trainer'], 'a group')
    const seed = this.#nextSeed()
    const beginning = { ...start, agent: this.#terms.agent, ...(seed !== null && { seed }) }
    const wanted = wantedBy(beginning, this.#session.nextId(), group ? choiceOf(group) : null, member)
    return chain(this.#session.realm.reset(wanted), (seat) => this.#seated(this.#session.begun(seat)))
  }

  #seated(begun: Seat): Outcome {
    this.#game = this.#session.game(begun.id)
    return { told: null, begun, failure: null }
  }

  /** A group has a seed of its own, where its first member gives none. */
  #nextSeed(): Seed | null {
    const count = this.#begun++
    if (this.#start.group) return this.#start.seed ?? null
    return count === 0 ? this.#firstSeed : laterSeed(this.#firstSeed, count)
  }
}

/** 48 bits of SHA-256 over `SEED COUNT` in decimal digits: the seed of a slot's episode after so many others. */
export const laterSeed = (first: Seed, count: number): Seed =>
  createHash('sha256').update(`${first} ${count}`).digest().readUIntBE(0, 6)
