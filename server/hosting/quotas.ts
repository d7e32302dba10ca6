import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'
import type { Owner } from '../roles.ts'

type Kind = keyof Owner
type Counted = 'Sessions' | 'Episodes'
type QuotaName = 'tokenSessions' | 'addressSessions' | 'sessionEpisodes' | 'tokenEpisodes' | 'addressEpisodes'

const KINDS: Readonly<Record<Counted, readonly Kind[]>> = {
  Sessions: ['token', 'address'],
  Episodes: ['session', 'token', 'address'],
}

/** Use of the server by each session, token and address, so that none can use all of it. */
export class Quotas {
  readonly #limits: Pick<Limits, QuotaName>
  /** By what is counted, the kind of its owner, and the owner; those that have nothing are not in it. */
  readonly #counts = new Map<string, number>()

  constructor(limits: Pick<Limits, QuotaName>) {
    this.#limits = limits
  }

  /** Counts one more. @param freed of the owner's that ends in its place @throws GymError CAPACITY_REACHED */
  take(owner: Owner, counted: Counted, freed = 0): void {
    this.expectRoom(owner, counted, 1 - freed)
    this.#add(owner, counted, 1)
  }

  /** @throws GymError CAPACITY_REACHED if fewer than this number are left. */
  expectRoom(owner: Owner, counted: Counted, more: number): void {
    for (const kind of KINDS[counted]) {
      const name = `${kind}${counted}` as QuotaName
      const most = this.#limits[name]
      const taken = this.#counts.get(keyOf(owner, kind, counted)) ?? 0
      if (taken + more > most) throw full(kind, counted, name, taken, most)
    }
  }

  giveBack(owner: Owner, counted: Counted): void {
    this.#add(owner, counted, -1)
  }

  #add(owner: Owner, counted: Counted, more: 1 | -1): void {
    for (const kind of KINDS[counted]) {
      const key = keyOf(owner, kind, counted)
      const count = (this.#counts.get(key) ?? 0) + more
      if (count > 0) this.#counts.set(key, count)
      else this.#counts.delete(key)
    }
  }
}

const keyOf = (owner: Owner, kind: Kind, counted: Counted): string => `${counted} ${kind} ${owner[kind]}`

const full = (kind: Kind, counted: Counted, name: QuotaName, taken: number, most: number): GymError =>
  new GymError(
    'CAPACITY_REACHED',
    `this ${kind} has ${taken} ${counted.toLowerCase()} open, and the limit ${name} is ${most}: end some first`,
  )
