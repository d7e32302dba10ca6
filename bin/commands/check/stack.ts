import { Session } from 'node:inspector'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { parseOwnJson } from '../../../core/data/json.ts'

/** Where a thread stands: a function and a place in its source. */
export interface Frame {
  readonly name: string
  /** `path:line` */
  readonly place: string
}

const LONGEST_WAIT_MS = 5000

/** How the inspector begins to say that it knows a script. */
const PARSED = '{"method":"Debugger.scriptParsed","params":'

/** The kernel, whose frames are between those of a user. */
const KERNEL = new URL('../../../core/', import.meta.url).href

/**
 * Where a thread stands that is busy, innermost first, without frames of Node.js and of the kernel. Empty for a thread
 * that waits, and where this thread cannot inspect others.
 */
export async function stackOf(worker: Worker): Promise<readonly Frame[]> {
  const session = new Session()
  try {
    session.connect()
    return await Promise.race([pausedFrames(session, worker.threadId), nothingIn(LONGEST_WAIT_MS)])
  } catch {
    return []
  } finally {
    session.disconnect()
  }
}

const nothingIn = (ms: number): Promise<readonly Frame[]> =>
  new Promise((resolve) => setTimeout(() => resolve([]), ms).unref())

interface Paused {
  readonly callFrames: readonly {
    readonly functionName: string
    readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
  }[]
}
interface Parsed {
  readonly url: string
  readonly sourceMapURL?: string | undefined
}

/** Pauses the thread by the inspector, reads its frames and lets it run on. */
function pausedFrames(session: Session, threadId: number): Promise<readonly Frame[]> {
  return new Promise((resolve, reject) => {
    const scripts: string[] = []
    let count = 0
    const sender = (sessionId: string) => (method: string) => {
      const message = JSON.stringify({ id: ++count, method })
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    }
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // Its id counts sessions: only the title has the id of the thread.
      if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return
      const send = sender(sessionId)
      session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
        if (params.sessionId !== sessionId) return
        const { message } = params
        // Scripts come with their source maps, and few of them are looked at.
        if (message.startsWith(PARSED)) scripts.push(message)
        if (!message.startsWith('{"method":"Debugger.paused"')) return
        send('Debugger.resume')
        resolve(framesOf(paramsOf<Paused>(message), scripts))
      })
      send('Debugger.enable')
      send('Debugger.pause')
    })
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
      if (error) reject(error)
    })
  })
}

const paramsOf = <T>(message: string): T => parseOwnJson<{ readonly params: T }>(message).params

function framesOf({ callFrames }: Paused, scripts: readonly string[]): readonly Frame[] {
  return callFrames.flatMap(({ functionName, location: { scriptId, lineNumber, columnNumber } }) => {
    const script = scripts.find((message) => message.startsWith(`${PARSED}{"scriptId":"${scriptId}"`))
    if (script === undefined) return []
    const { url, sourceMapURL } = paramsOf<Parsed>(script)
    if (!url.startsWith('file:') || url.startsWith(KERNEL)) return []
    const line = originalLine(sourceMapURL, lineNumber, columnNumber) + 1
    return [{ name: functionName, place: `${fileURLToPath(url)}:${line}` }]
  })
}

/** Zero-based line in the source that the code was made of, where its map is in the code. */
function originalLine(sourceMapUrl: string | undefined, line: number, column: number): number {
  const [, data] = /^data:application\/json;(?:charset=[^;]+;)?base64,(.+)$/.exec(sourceMapUrl ?? '') ?? []
  if (data === undefined) return line
  const payload = parseOwnJson<SourceMapPayload>(Buffer.from(data, 'base64').toString())
  const entry = new SourceMap(payload).findEntry(line, column)
  return 'originalLine' in entry ? entry.originalLine : line
}

type SourceMapPayload = ConstructorParameters<typeof SourceMap>[0]

/** Where a function is defined, as `path:line`; null for one of Node.js or of the kernel, and for any other value. */
export function placeOfFunction(definition: unknown): string | null {
  if (typeof definition !== 'function') return null
  const session = new Session()
  const scripts = new Map<string, Parsed>()
  try {
    session.connect()
    session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params))
    session.post('Debugger.enable')
    const location = locationOf(session, definition)
    const script = scripts.get(location?.scriptId ?? '')
    if (!location || !script?.url.startsWith('file:') || script.url.startsWith(KERNEL)) return null
    const line = originalLine(script.sourceMapURL, location.lineNumber, location.columnNumber) + 1
    return `${fileURLToPath(script.url)}:${line}`
  } catch {
    return null
  } finally {
    session.disconnect()
  }
}

interface Location {
  readonly scriptId: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** Under which the inspector finds a function; nothing is left of it. */
const SHOWN = Symbol.for('stepgym.check.shown')

/** Answers of a session of its own thread come before `post` returns. */
function locationOf(session: Session, definition: unknown): Location | undefined {
  let location: Location | undefined
  Reflect.set(globalThis, SHOWN, definition)
  try {
    const expression = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(SHOWN))})]`
    session.post('Runtime.evaluate', { expression }, (_, evaluated) => {
      const { objectId } = evaluated.result
      if (objectId === undefined) return
      session.post(
        'Runtime.getProperties',
        { objectId, ownProperties: true },
        (_error, { internalProperties = [] }) => {
          location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value
        },
      )
    })
  } finally {
    Reflect.deleteProperty(globalThis, SHOWN)
  }
  return location
}
