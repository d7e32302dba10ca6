import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Limits } from '../../../server/limits.ts'
import { closeAfterTest } from '../cleanup.ts'
import { compiledPath } from '../compiled.ts'

export interface MeasuredSettings {
  readonly limits: Partial<Limits>
  readonly isRecorded: boolean
}

/** What a server holds once everything that is not needed was collected. */
export interface Held {
  /** On the heap. */
  readonly bytes: number
  /** Bytes of buffers, which are outside the heap. */
  readonly buffers: number
  /** Sockets, and episodes and sessions over HTTP. */
  readonly open: number
}

/** A server in a process of its own, so that nothing of its clients is measured. */
export interface MeasuredServer {
  readonly url: string
  held(): Promise<Held>
}

/**
 * Functions are compiled once, to bytecode that stays, and what they observe is allocated at their first call. Else V8
 * compiles, optimises and discards code all the time: up to 500 KB more or less from one measurement to the next, which is
 * hundreds of bytes an episode.
 */
const STEADY_HEAP = [
  ...['--no-opt', '--no-sparkplug', '--no-flush-bytecode', '--no-lazy-feedback-allocation'],
  ...(Number.parseInt(process.versions.node, 10) >= 22 ? ['--no-maglev'] : []),
]

const CHILD = compiledPath('test/support/server/measured-child.ts')

/** Serves `echo`, the default, and `retail`. The end of the test ends it. */
export async function measuredServer(settings: MeasuredSettings): Promise<MeasuredServer> {
  const child = fork(CHILD, [JSON.stringify(settings)], { execArgv: STEADY_HEAP })
  closeAfterTest(() => child.disconnect())
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    async held() {
      child.send('held')
      const [answer] = (await once(child, 'message')) as [Held]
      return answer
    },
  }
}
