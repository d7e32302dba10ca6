import { GymError } from '../../core/data/errors.ts'
import type { Evidence, Json } from '../../core/data/types.ts'
import type { Autoreset, Delivery, EpisodeView, SlotStart, VectorOpenReply } from '../../core/protocol/index.ts'
import type { RemoteEpisode } from './episode.ts'
import type { Link } from './link.ts'
import { type SlotRow, type SlotStep, startRows, stepRows } from './vector-rows.ts'

/** What a vector needs of the client it belongs to. */
export interface VectorHost {
  readonly link: Link
  /** Registers an episode that a slot started. */
  beganInGroup(view: EpisodeView): RemoteEpisode
}

/** Options of a vector of episodes on a server. */
export interface RemoteVectorOptions {
  /** One start a slot or, for as many slots with drawn seeds, their number. */
  readonly slots: number | readonly SlotStart[]
  /** What follows the end of a slot's episode. @default 'disabled': nothing, until `reset` */
  readonly autoreset?: Autoreset
  /** Whether the server answers slots all together or each as it gets ready. @default 'whole' */
  readonly delivery?: Delivery
  /** Who acts, for the record. */
  readonly agent?: string
}

/** Actions for the slots of a vector, with the evidence behind them. */
export interface VectorStepChoice {
  /** Slots that take a step, counted from 0, in any order, each at most once. @default all */
  readonly slots?: readonly number[]
  /** How each action was sampled, as `actions`; null where that is not known. */
  readonly evidence?: readonly (Evidence | null)[]
  /** Called with each slot's result as soon as it arrives: with delivery `ready`, before the other slots are ready. */
  readonly onTurn?: (turn: SlotTurn) => void
}

/** Result of one slot. */
export interface SlotTurn {
  readonly slot: number
  /** Failure of the slot or, beside a step, of what followed the step. Other slots are not affected. */
  readonly error: GymError | null
  /** Step with its outcome; null where the slot started another episode instead, or failed. */
  readonly step: SlotStep | null
  /** The episode that the slot began in this turn. */
  readonly started: RemoteEpisode | null
}

/** Opens a vector, with an episode in each slot. @throws GymError FRAME_INVALID, CAPACITY_REACHED; as `Link.ask` */
export async function openVector(host: VectorHost, request: RemoteVectorOptions): Promise<RemoteVector> {
  const { slots, ...options } = request
  const starts: readonly SlotStart[] = typeof slots === 'number' ? Array.from({ length: slots }, () => ({})) : slots
  let vector: RemoteVector | null = null
  const take = (reply: VectorOpenReply): RemoteVector => {
    vector ??= new RemoteVector(host, reply.vector, starts.length)
    for (const row of startRows(reply)) vector.applyRow(row)
    return vector
  }
  const opened = await host.link.ask({ type: 'vector.open', slots: starts, ...options }, take)
  opened.opened()
  return opened
}

/** One that the server does not have is closed. */
function unlessUnknown(thrown: unknown): void {
  if (!(thrown instanceof GymError && thrown.code === 'EPISODE_UNKNOWN')) throw thrown
}

/**
 * Many episodes on the server that are stepped together by one frame. A slot's next action goes out when the one before
 * is answered; those of other slots meanwhile.
 */
export class RemoteVector {
  readonly id: string
  readonly #host: VectorHost
  readonly #queues: SlotQueues
  readonly #episodes: (RemoteEpisode | null)[]
  readonly #errors: (GymError | null)[]
  /** Turns of each slot before its present episode could be stepped. */
  readonly #turnsBefore: number[]
  #isOpen = false

  constructor(host: VectorHost, id: string, size: number) {
    this.id = id
    this.#host = host
    this.#queues = new SlotQueues(size)
    this.#episodes = Array.from({ length: size }, () => null)
    this.#errors = Array.from({ length: size }, () => null)
    this.#turnsBefore = Array.from({ length: size }, () => 0)
  }

  /** Slots, which are counted from 0. */
  get size(): number {
    return this.#episodes.length
  }
  /** Current episode of each slot, with the observation and actions to act on; null where none could be started yet. */
  get episodes(): readonly (RemoteEpisode | null)[] {
    return this.#episodes
  }
  /** What went wrong with the last request to each slot; null where nothing did. */
  get errors(): readonly (GymError | null)[] {
    return this.#errors
  }

  /**
   * Takes a step in each slot, or in those that are named. What fails in one slot stands in its turn.
   * @param actions one a slot, in the order of `slots`
   * @returns Results in the order of the slots.
   * @throws GymError FRAME_INVALID where lists and slots do not fit together; as `Link.ask`; what `onTurn` throws
   */
  async step(
    actions: readonly Json[],
    { slots, evidence, onTurn }: VectorStepChoice = {},
  ): Promise<readonly SlotTurn[]> {
    const chosen = this.#chosen(slots, { actions, evidence })
    const asking = { type: 'vector.step', vector: this.id, slots: chosen, actions } as const
    const turns = new Turns(this, chosen, onTurn)
    return this.#queues
      .run(chosen, () =>
        this.#host.link.ask({ ...asking, ...(evidence && { evidence }), turns: this.#turnsOf(chosen) }, (reply) =>
          turns.take(stepRows(reply)),
        ),
      )
      .then(() => turns.inOrder())
  }

  /**
   * Starts other episodes in all slots, or in those that are named; running episodes there are aborted.
   * @param starts as at first where they are left out, with the next seed of each slot
   * @throws GymError as `step`
   */
  async reset({
    slots,
    starts,
  }: {
    readonly slots?: readonly number[]
    readonly starts?: readonly SlotStart[]
  } = {}): Promise<readonly SlotTurn[]> {
    const chosen = this.#chosen(slots, { starts })
    const asking = { type: 'vector.reset', vector: this.id, slots: chosen, ...(starts && { starts }) } as const
    const turns = new Turns(this, chosen)
    return this.#queues
      .run(chosen, () =>
        this.#host.link.ask({ ...asking, turns: this.#turnsOf(chosen) }, (reply) => {
          turns.take(startRows(reply), (slot) => this.#giveUp(slot, 'reset by its client'))
        }),
      )
      .then(() => turns.inOrder())
  }

  /** Aborts running episodes and releases the slots. Idempotent. @throws GymError as `Link.ask` */
  async close(): Promise<void> {
    const all = [...this.#episodes.keys()]
    const asking = { type: 'vector.close', vector: this.id } as const
    await this.#queues.run(all, () => this.#host.link.ask(asking, () => undefined).catch(unlessUnknown))
    for (const slot of all) this.#giveUp(slot, 'closed by its client')
  }

  /** For the client, not its user: called when each slot's first episode has started. */
  opened(): void {
    this.#isOpen = true
  }

  /** Called by the client, not by its user. */
  applyRow({ slot, error, step, started }: SlotRow): SlotTurn {
    if (!(slot in this.#episodes))
      throw new GymError('FRAME_INVALID', `the server sent slot ${slot}, which the vector does not have`)
    if (step) this.#episodes[slot]?.stepped(step)
    const episode = started && this.#host.beganInGroup(started)
    // With the step that ended the episode before, or in a turn of its own; the first in none.
    if (episode) this.#turnsBefore[slot] = this.#turnOf(slot) + (step || !this.#isOpen ? 0 : 1)
    if (episode) this.#episodes[slot] = episode
    this.#errors[slot] = error
    return { slot, error, step, started: episode }
  }

  /** Number of a slot's next turn: steps taken plus episodes started after the first. */
  #turnOf(slot: number): number {
    return (this.#turnsBefore[slot] ?? 0) + (this.#episodes[slot]?.index ?? 0)
  }

  #turnsOf(slots: readonly number[]): readonly number[] {
    return slots.map((slot) => this.#turnOf(slot))
  }

  /** No event reports what a client ended itself. */
  #giveUp(slot: number, endingReason: string): void {
    const episode = this.#episodes[slot]
    if (episode?.ending === null) episode.ended({ ending: 'aborted', endingReason })
  }

  #chosen(
    slots: readonly number[] | undefined,
    lists: Readonly<Record<string, readonly unknown[] | undefined>>,
  ): readonly number[] {
    const chosen = slots ?? [...this.#episodes.keys()]
    const seen = new Set<number>()
    const odd = chosen.find((slot) => !(slot in this.#episodes) || seen.has(slot) || !seen.add(slot))
    if (odd !== undefined)
      throw new GymError('FRAME_INVALID', `slot ${odd} is unknown or named twice: slots are 0 to ${this.size - 1}`)
    for (const [name, list] of Object.entries(lists))
      if (list && list.length !== chosen.length)
        throw new GymError('FRAME_INVALID', `${name} has ${list.length} entries for ${chosen.length} slots`)
    return chosen
  }
}

/** Joins the frames of one reply; a slot that arrives twice, as after a restart, counts once. */
class Turns {
  readonly #vector: RemoteVector
  readonly #slots: readonly number[]
  readonly #onTurn: ((turn: SlotTurn) => void) | undefined
  readonly #turns = new Map<number, SlotTurn>()
  #thrown: { readonly error: unknown } | null = null

  constructor(vector: RemoteVector, slots: readonly number[], onTurn?: (turn: SlotTurn) => void) {
    this.#vector = vector
    this.#slots = slots
    this.#onTurn = onTurn
  }

  /** @param before Called with each slot that arrives for the first time. */
  take(rows: readonly SlotRow[], before?: (slot: number) => void): void {
    for (const row of rows) {
      if (this.#turns.has(row.slot)) continue
      before?.(row.slot)
      const turn = this.#vector.applyRow(row)
      this.#turns.set(row.slot, turn)
      this.#show(turn)
    }
  }

  /** @throws GymError FRAME_INVALID where the reply lacks a slot; what `onTurn` threw. */
  inOrder(): readonly SlotTurn[] {
    if (this.#thrown) throw this.#thrown.error
    return this.#slots.map((slot) => {
      const turn = this.#turns.get(slot)
      if (turn) return turn
      throw new GymError('FRAME_INVALID', `the server said nothing of slot ${slot}`)
    })
  }

  #show(turn: SlotTurn): void {
    try {
      this.#onTurn?.(turn)
    } catch (error) {
      this.#thrown ??= { error }
    }
  }
}

/** Runs tasks that need several of a number of slots: each starts when all earlier tasks in its slots are over. */
class SlotQueues {
  /** Settles, for each slot, when its last task is over. */
  readonly #last: Promise<unknown>[]

  constructor(slots: number) {
    this.#last = Array.from({ length: slots }, () => Promise.resolve())
  }

  run<T>(slots: readonly number[], task: () => Promise<T>): Promise<T> {
    const running = Promise.all(slots.map((slot) => this.#last[slot])).then(task)
    const over = running.then(
      () => {},
      () => {},
    )
    for (const slot of slots) this.#last[slot] = over
    return running
  }
}
