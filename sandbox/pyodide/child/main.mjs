// A process that loads Pyodide, closes what leads out of it, runs one program, and ends. It is started by `worker.ts`
// under the permission model of Node.js, without a way to compile text into code.
import { constants, readFileSync, writeSync } from 'node:fs'
import { closeFileSystem, limitFileSystem } from './files.mjs'
import { FRAME, readFrame, sendFrame, sendParts } from './frames.mjs'
import { changesOf, writeFiles } from './workspace.mjs'

const [folder = '', run = '', snapshot = ''] = process.argv.slice(2)
const bounds = { memoryBytes: Number.POSITIVE_INFINITY }

closeProcess()
limitMemory()
const pyodide = await load()
// Its own name: the interpreter refuses access to it once a program has ended the interpreter.
const { FS } = pyodide
const state = closePython()
sendFrame(FRAME.ready, [Buffer.from(JSON.stringify({ python: state }))])
closeConsole()
runProgram(readFrame())

/** Removes what Node.js offers beside files and processes, which its permission model covers: networks and signals. */
function closeProcess() {
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator']) delete globalThis[name]
  // Pyodide asks for these constants alone.
  process.binding = (name) => {
    if (name === 'constants') return { fs: constants }
    throw new Error('no bindings')
  }
  for (const name of ['getBuiltinModule', 'kill', '_kill', 'dlopen', '_linkedBinding', '_debugProcess', 'mainModule'])
    process[name] = undefined
}

/** What the interpreter writes for its own developers has paths of the host. */
function closeConsole() {
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[name] = () => {}
}

/** Memory of WebAssembly grows up to the limit of the program: Python then raises MemoryError. */
function limitMemory() {
  const { grow } = WebAssembly.Memory.prototype
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > bounds.memoryBytes) throw new RangeError('the limit of memory')
    return grow.call(this, pages)
  }
}

async function load() {
  const { loadPyodide } = await import(`${folder}pyodide.mjs`)
  const settings = { indexURL: folder, jsglobals: { Object, Array, Uint8Array, Error, Promise }, packages: [] }
  if (snapshot !== '') return loadPyodide({ ...settings, _loadSnapshot: readFileSync(snapshot) })
  const loaded = await loadPyodide({ ...settings, _makeSnapshot: true })
  sendFrame(FRAME.snapshot, [loaded.makeMemorySnapshot()])
  return loaded
}

/** Takes away the modules that lead from Python to JavaScript, and returns the version of Python. */
function closePython() {
  pyodide.runPython(readFileSync(run, 'utf8'))
  for (const name of ['js', 'pyodide_js']) pyodide.unregisterJsModule(name)
  closeFileSystem(FS)
  return pyodide.runPython(`
import sys
for name in list(sys.modules):
    if name.split('.')[0] in ('js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core'):
        del sys.modules[name]
sys.version.split()[0]`)
}

function runProgram({ head, take }) {
  const { name, args, limits, files } = head
  const source = take(head.source)
  const input = take(head.stdin)
  const before = new Map(files.map(([path, length]) => [path, take(length)]))
  connect(input)
  FS.mkdir('/workspace')
  FS.mkdir('/stepgym')
  FS.writeFile('/stepgym/source', source)
  FS.writeFile('/stepgym/request', JSON.stringify({ name, args }))
  writeFiles(FS, before)
  limitFileSystem(FS, limits)
  bounds.memoryBytes = limits.memoryBytes
  const began = { time: performance.now(), processor: process.cpuUsage() }
  const exitCode = exitCodeOf()
  report(exitCode, began, before, limits)
}

/** Standard streams are those of this process; messages are a device that Python has as file 3. */
function connect(input) {
  const write = (fd) => ({ write: (bytes) => writeAll(fd, bytes), isatty: false })
  pyodide.setStdout(write(1))
  pyodide.setStderr(write(2))
  let rest = input
  const read = (buffer) => {
    const taken = rest.subarray(0, buffer.length)
    rest = rest.subarray(taken.length)
    buffer.set(taken)
    return taken.length
  }
  pyodide.setStdin({ read, isatty: false })
  const device = FS.makedev(90, 0)
  FS.registerDevice(device, channel())
  FS.mkdev('/dev/stepgym', device)
}

function writeAll(fd, bytes) {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
    }
  }
  return bytes.length
}

/** Messages as a stream: each after its length, as over a socket. */
function channel() {
  let incoming = Buffer.alloc(0)
  let outgoing = Buffer.alloc(0)
  return {
    read(_stream, buffer, offset, length) {
      if (incoming.length === 0) incoming = readFrame().message
      const taken = incoming.subarray(0, length)
      incoming = incoming.subarray(length)
      buffer.set(taken, offset)
      return taken.length
    },
    write(_stream, buffer, offset, length) {
      outgoing = Buffer.concat([outgoing, Buffer.from(buffer.subarray(offset, offset + length))])
      while (outgoing.length >= 4 && outgoing.length >= 4 + outgoing.readUInt32LE(0)) {
        const end = 4 + outgoing.readUInt32LE(0)
        sendFrame(FRAME.message, [outgoing.subarray(4, end)])
        outgoing = outgoing.subarray(end)
      }
      return length
    },
  }
}

/** Runs the source by the function that `run.py` has defined. */
function exitCodeOf() {
  try {
    return pyodide.runPython(`
def begin():
    import json, random
    # The snapshot of the interpreter holds the state of these numbers.
    random.seed()
    channel = os.open('/dev/stepgym', os.O_RDWR)
    if channel != CHANNEL:
        os.dup2(channel, CHANNEL)
        os.close(channel)
    with open('/stepgym/request') as file: request = json.load(file)
    with open('/stepgym/source', 'rb') as file: source = file.read()
    os.remove('/stepgym/request'); os.remove('/stepgym/source'); os.rmdir('/stepgym')
    os.chdir('/workspace')
    sys.path[:] = ['/workspace', *filter(None, sys.path)]
    os.environ.clear()
    os.environ.update(PATH='/usr/bin', HOME='/workspace', LANG='C.UTF-8')
    return main(source, request['name'], request['args'])
begin()`)
  } catch (error) {
    // os._exit, and what ends the interpreter itself: it has no signals, so that this counts as an abort.
    if (typeof error?.status === 'number') return error.status & 255
    writeAll(2, Buffer.from(`${String(error?.message ?? error).slice(0, 2000)}\n`))
    return 134
  }
}

function report(exitCode, began, before, limits) {
  const durationMs = performance.now() - began.time
  const { user, system } = process.cpuUsage(began.processor)
  const { parts, ...changes } = changesOf(FS, before, limits.workspaceBytes)
  const head = {
    exitCode,
    durationMs,
    cpuMs: (user + system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    ...changes,
  }
  sendParts(FRAME.result, head, parts)
  process.exit(0)
}
