import { describe, expect, it } from 'vitest'
import { type OnDevice, Reviving } from '../../../models/runtime/reviving.ts'

/** Device that a test ends, or closes. */
class Device implements OnDevice {
  hasEnded = false
  readonly number: number
  readonly runtime: OnDevice['runtime']

  constructor(number: number) {
    this.number = number
    const device = this
    this.runtime = {
      get hasEnded() {
        return device.hasEnded
      },
      async close() {
        device.hasEnded = true
      },
    }
  }
}

function devices() {
  const opened: Device[] = []
  let problem: Error | null = null
  const open = async (): Promise<Device> => {
    if (problem) throw problem
    const device = new Device(opened.length)
    opened.push(device)
    return device
  }
  const breakWith = (next: Error | null): void => {
    problem = next
  }
  return { opened, open, breakWith }
}

const never = new AbortController().signal

describe('something on a device', () => {
  it('is opened again, once, for the calls that come after the device has ended', async () => {
    const { opened, open } = devices()
    const reviving = new Reviving(await open(), open)
    const numbers = () => Promise.all([0, 1, 2].map(() => reviving.use(({ number }) => number, never)))
    expect(await numbers()).toEqual([0, 0, 0])
    await opened[0]?.runtime.close()
    expect(await numbers()).toEqual([1, 1, 1])
    expect(opened).toHaveLength(2)
  })

  it('fails a call that waits for a device which cannot be opened, and tries again for the next', async () => {
    const { opened, open, breakWith } = devices()
    const reviving = new Reviving(await open(), open)
    await opened[0]?.runtime.close()
    breakWith(new Error('the device is gone'))
    await expect(reviving.use(() => 1, never)).rejects.toThrow('the device is gone')
    breakWith(null)
    expect(await reviving.use(({ number }) => number, never)).toBe(1)
  })

  it('ends a device that does not answer in time, and answers on another', async () => {
    const { opened, open } = devices()
    const reviving = new Reviving(await open(), open)
    const time = new AbortController()
    const hung = reviving.use(() => new Promise<number>(() => {}), time.signal)
    time.abort(new Error('too late'))
    await expect(hung).rejects.toThrow('too late')
    expect(opened[0]?.hasEnded).toBe(true)
    expect(await reviving.use(({ number }) => number, never)).toBe(1)
  })

  it('keeps its device where a call fails in time', async () => {
    const { opened, open } = devices()
    const reviving = new Reviving(await open(), open)
    await expect(reviving.use(() => Promise.reject(new Error('not a log-probability')), never)).rejects.toThrow('not a')
    expect(await reviving.use(({ number }) => number, never)).toBe(0)
    expect(opened).toHaveLength(1)
  })

  it('refuses calls once it is closed, and leaves no device open', async () => {
    const { opened, open } = devices()
    const reviving = new Reviving(await open(), open)
    await opened[0]?.runtime.close()
    const opening = reviving.use(({ number }) => number, never)
    const closing = reviving.close()
    await expect(opening).rejects.toThrow('the reward model is closed')
    await closing
    await expect(reviving.use(() => 1, never)).rejects.toThrow('the reward model is closed')
    expect(opened.map(({ hasEnded }) => hasEnded)).toEqual([true, true])
  })
})
