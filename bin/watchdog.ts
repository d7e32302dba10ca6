import { Worker } from 'node:worker_threads'

/**
 * Heartbeats per limit, all of which must be missed: a process that was suspended and resumed does not count as
 * hanging.
 */
const BEATS = 10

/**
 * Ends the process where its event loop stands still for `limitMs`: user code that never returns (`for (;;) {}`) can be
 * stopped from no other place. A worker counts the beats of the main thread; before it kills the process (SIGKILL, exit
 * code 137) it writes to standard error where the main thread stands.
 * @returns Ends it.
 */
export function watchEventLoop(limitMs: number): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const beating = setInterval(() => Atomics.add(beats, 0, 1), limitMs / BEATS).unref()
  const worker = new Worker(WATCHING, { eval: true, workerData: { beats, limitMs, most: BEATS } })
  worker.unref()
  return () => {
    clearInterval(beating)
    void worker.terminate()
  }
}

/**
 * In a text, so that it is the same in the sources and in the package. It asks the inspector for the place, which it
 * cannot have where a debugger is attached or the loop is in native code: it waits five seconds for it.
 */
const WATCHING = `
const { workerData: { beats, limitMs, most } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const { Session } = require('node:inspector')
const urls = new Map()
let [last, missed] = [-1, 0]
function kill(frames) {
  const places = frames.slice(0, 10).map(({ functionName, location: { scriptId, lineNumber } }) =>
    '    at ' + (functionName || '(anonymous)') + ' (' + urls.get(scriptId) + ':' + (lineNumber + 1) + ')\\n')
  try {
    writeSync(2, 'stepgym: the event loop stood still for ' + limitMs + ' ms: the process is ended\\n' + places.join(''))
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
function end() {
  setTimeout(kill, 5000, [])
  const session = new Session()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
  session.on('Debugger.paused', ({ params }) => kill(params.callFrames))
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}
const watching = setInterval(() => {
  const beat = Atomics.load(beats, 0)
  missed = beat === last ? missed + 1 : 0
  last = beat
  if (missed >= most) {
    clearInterval(watching)
    try { end() } catch { kill([]) }
  }
}, limitMs / most)
`
