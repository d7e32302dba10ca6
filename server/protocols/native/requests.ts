import { isDeepStrictEqual } from 'node:util'
import { GymError } from '../../../core/data/errors.ts'
import type { RequestId } from '../../../core/protocol/index.ts'
import type { WireObject } from '../../transport/json.ts'

/** Requests whose replies are under way or kept: what a repeated id is told by. */
export class Requests {
  readonly #known = new Map<RequestId, WireObject>()

  /**
   * Whether this is a request that came before, word by word but for what it acknowledges.
   * @throws GymError REQUEST_CONFLICT where another came under this id.
   */
  isRepeated(id: RequestId, frame: WireObject): boolean {
    const before = this.#known.get(id)
    if (before === undefined) return false
    if (isDeepStrictEqual(bodyOf(before), bodyOf(frame))) return true
    const name = JSON.stringify(id)
    throw new GymError('REQUEST_CONFLICT', `the id ${name} is of another request, whose reply is not acknowledged yet`)
  }

  remember(id: RequestId, frame: WireObject): void {
    this.#known.set(id, frame)
  }

  forget(id: RequestId): void {
    this.#known.delete(id)
  }
}

const bodyOf = ({ ack: _, ...body }: WireObject): WireObject => body
