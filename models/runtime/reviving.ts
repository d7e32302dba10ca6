import { GymError } from '../../core/data/errors.ts'
import type { Runtime } from './runtime.ts'

/** What runs on a device of its own. */
export interface OnDevice {
  readonly runtime: Pick<Runtime, 'hasEnded' | 'close'>
}

/**
 * Something on a device, opened again after the device has ended: its thread died, or did not answer in time and was
 * ended. The call that met the end fails; the next one finds it open.
 */
export class Reviving<Opened extends OnDevice> {
  readonly #open: () => Promise<Opened>
  #last: Opened
  /** The one that calls wait for, while it is being opened again. */
  #opening: Promise<Opened> | null = null
  #isClosed = false

  /** @param open called again after each end; what it throws fails the calls that wait for it */
  constructor(first: Opened, open: () => Promise<Opened>) {
    this.#last = first
    this.#open = open
  }

  /**
   * @param signal once it is aborted the call fails with its reason, and the device is ended: a computation
   * cannot be stopped in another way
   * @throws GymError MODEL_FAILED where it is closed; what `open` and `work` throw; the signal's reason.
   */
  async use<T>(work: (opened: Opened) => T | Promise<T>, signal: AbortSignal): Promise<T> {
    const opened = await this.#ready()
    const late = aborted(signal)
    try {
      return await Promise.race([work(opened), late.promise])
    } catch (thrown) {
      // Its thread ends when it has computed what it is at: that is not waited for.
      if (signal.aborted) void opened.runtime.close()
      throw thrown
    } finally {
      late.forget()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => {})
    await this.#last.runtime.close()
  }

  async #ready(): Promise<Opened> {
    if (this.#isClosed) throw closed()
    if (!this.#last.runtime.hasEnded) return this.#last
    this.#opening ??= this.#reopened().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  async #reopened(): Promise<Opened> {
    this.#last = await this.#open()
    if (this.#isClosed) throw closed()
    return this.#last
  }
}

const closed = (): GymError => new GymError('MODEL_FAILED', 'the reward model is closed')

/** Rejects with the signal's reason once it is aborted. */
function aborted(signal: AbortSignal) {
  let forget = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    const fail = (): void => reject(signal.reason)
    signal.addEventListener('abort', fail, { once: true })
    forget = () => signal.removeEventListener('abort', fail)
    if (signal.aborted) fail()
  })
  return { promise, forget }
}
