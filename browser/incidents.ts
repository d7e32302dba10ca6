import { cut } from '../core/data/shown.ts'

/** Something that a page tried and was refused, or a mistake of its scripts. A type, so that it is JSON to the compiler. */
export type Incident = {
  readonly kind: 'request' | 'download' | 'popup' | 'dialog' | 'service-worker' | 'socket' | 'error'
  /** Such as the address of a request, or the text of a dialog. */
  readonly detail: string
}

/** Incidents that are kept between two readings; more are counted alone. */
const MOST = 20
const LONGEST = 200

/** Incidents of one page, as they come. */
export class Incidents {
  #kept: Incident[] = []
  #more = 0

  add(kind: Incident['kind'], detail: string): void {
    if (this.#kept.length < MOST) this.#kept.push({ kind, detail: cut(wellFormed(detail), LONGEST) })
    else this.#more++
  }

  /** Those since the last reading; the last of them says how many were left out. */
  take(): readonly Incident[] {
    const taken = this.#more === 0 ? this.#kept : [...this.#kept, leftOut(this.#more)]
    this.#kept = []
    this.#more = 0
    return taken
  }
}

const leftOut = (count: number): Incident => ({ kind: 'error', detail: `${count} more incidents` })

/** Halves of characters cannot be written as UTF-8. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD')
