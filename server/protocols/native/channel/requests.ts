import { hash } from 'node:crypto'
import { GymError } from '../../../../core/data/errors.ts'
import { shown } from '../../../../core/data/shown.ts'
import type { RequestId } from '../../../../core/protocol/index.ts'
import { isWireObject, type WireObject, type WireValue } from '../../../transport/json.ts'

/**
 * Requests by which a repeated one is recognised: those whose replies are due or kept, and the last of those whose
 * replies are no longer kept although they were not acknowledged. Only a digest of each is kept, whatever its size.
 */
export class Requests {
  readonly #known = new Map<RequestId, string>()
  readonly #forgotten = new Map<RequestId, string>()
  readonly #mostForgotten: number

  /** @param mostForgotten that are recognised after their replies were forgotten */
  constructor(mostForgotten: number) {
    this.#mostForgotten = mostForgotten
  }

  /**
   * Remembers a request.
   * @returns Whether it came before, unchanged except what it acknowledges: then its reply is due or kept.
   * @throws GymError REQUEST_CONFLICT where another came under this id, or its reply is kept no longer.
   */
  isRepeated(id: RequestId, frame: WireObject): boolean {
    const { ack: _, ...body } = frame
    // SHA-256, a character for a byte: many are kept.
    const digest = hash('sha256', textOf(body), 'binary')
    const before = this.#known.get(id)
    if (before === digest) return true
    if (before !== undefined) throw conflict(id, 'of another request, whose reply is not acknowledged yet')
    if (this.#forgotten.get(id) === digest)
      throw conflict(id, 'of a request that was answered, and whose reply is kept no longer: acknowledge sooner')
    this.#known.set(id, digest)
    return false
  }

  /** The reply was acknowledged: its id is free. */
  acknowledged(id: RequestId): void {
    this.#known.delete(id)
    this.#forgotten.delete(id)
  }

  /** The reply is kept no longer, though it was not acknowledged. */
  replyForgotten(id: RequestId): void {
    const digest = this.#known.get(id)
    if (digest === undefined) return
    this.#known.delete(id)
    this.#forgotten.delete(id)
    this.#forgotten.set(id, digest)
    const [oldest] = this.#forgotten.keys()
    if (this.#forgotten.size > this.#mostForgotten && oldest !== undefined) this.#forgotten.delete(oldest)
  }
}

const conflict = (id: RequestId, why: string): GymError =>
  new GymError('REQUEST_CONFLICT', `the id ${shown(id)} is ${why}`)

/** One text for equal values: fields in order of their names, and numbers that JSON lacks under names of their own. */
function textOf(value: WireValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (!isWireObject(value)) return `${value}`
  let fields = ''
  for (const name of Object.keys(value).sort()) fields += `${JSON.stringify(name)}:${textOf(value[name] ?? null)},`
  return `{${fields}}`
}
