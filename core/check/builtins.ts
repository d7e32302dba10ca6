/** What of the world outside a function reads or changes. */
export type Reach = 'clock' | 'chance' | 'files' | 'machine' | 'processes' | 'network'

export interface Builtin {
  readonly reach: Reach
  /** As it is written in a program: `fs.readFileSync`. */
  readonly label: string
}

interface Owned extends Builtin {
  readonly owner: object
  readonly name: string
}

/** Decides what becomes of a call while builtins are intercepted. */
type Meet = (builtin: Builtin, call: () => unknown) => unknown

/**
 * Sends every call of a function that reaches outside through `meet`, for all code of this thread.
 * @returns puts the functions back
 */
export function intercept(meet: Meet): () => void {
  const restores = [...ownedBuiltins()].map((owned) => replace(owned, meet))
  syncImports()
  return () => {
    for (const restore of restores) restore()
    syncImports()
  }
}

/** Modules of Node.js are asked of the process, for the kernel imports none. */
const nodeModule = (name: string): object => process.getBuiltinModule(`node:${name}`) ?? {}

/** Named imports of a module of Node.js follow the properties of its object. */
const syncImports = (): void => process.getBuiltinModule('node:module').syncBuiltinESMExports()

function* ownedBuiltins(): Generator<Owned> {
  yield* ownedBy(globalThis, 'clock', ['Date'], '')
  yield* ownedBy(Date, 'clock', ['now'], 'Date.')
  yield* ownedBy(performance, 'clock', ['now'], 'performance.')
  yield* ownedBy(process, 'clock', ['hrtime', 'uptime'], 'process.')
  yield* ownedBy(process.hrtime, 'clock', ['bigint'], 'process.hrtime.')
  yield* ownedBy(Math, 'chance', ['random'], 'Math.')
  yield* ownedBy(globalThis.crypto, 'chance', ['randomUUID', 'getRandomValues'], 'crypto.')
  yield* ownedBy(
    nodeModule('crypto'),
    'chance',
    ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync'],
    'crypto.',
  )
  yield* ownedBy(process, 'machine', ['cwd', 'memoryUsage', 'cpuUsage', 'resourceUsage'], 'process.')
  yield* ownedBy(nodeModule('os'), 'machine', functionsOf(nodeModule('os')), 'os.')
  yield* ownedBy(globalThis, 'network', ['fetch'], '')
  yield* ownedBy(nodeModule('http'), 'network', ['request', 'get'], 'http.')
  yield* ownedBy(nodeModule('https'), 'network', ['request', 'get'], 'https.')
  yield* ownedBy(nodeModule('net'), 'network', ['connect', 'createConnection'], 'net.')
  yield* ownedBy(nodeModule('dns'), 'network', ['lookup', 'resolve'], 'dns.')
  yield* ownedBy(nodeModule('child_process'), 'processes', functionsOf(nodeModule('child_process')), 'child_process.')
  yield* ownedBy(nodeModule('fs'), 'files', functionsOf(nodeModule('fs')), 'fs.')
  yield* ownedBy(nodeModule('fs/promises'), 'files', functionsOf(nodeModule('fs/promises')), 'fs.promises.')
}

const ownedBy = (owner: object, reach: Reach, names: readonly string[], prefix: string): readonly Owned[] =>
  names
    .filter((name) => typeof Reflect.get(owner, name) === 'function')
    .map((name) => ({ owner, name, reach, label: `${prefix}${name}` }))

/** Functions that are called as such: classes of Node.js begin with a capital. */
const functionsOf = (owner: object): readonly string[] =>
  Object.keys(owner).filter((name) => /^[a-z]/.test(name) && typeof Reflect.get(owner, name) === 'function')

type Call = (...args: readonly unknown[]) => unknown
type Made = new (...args: readonly unknown[]) => object

/** A proxy, so that what else hangs on the function (`realpath.native`) is found there. */
function replace({ owner, name, ...builtin }: Owned, meet: Meet): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name)
  const original: Call & Made = Reflect.get(owner, name)
  const value = new Proxy(original, {
    apply: (target, self, args) =>
      meet(builtin, () => Reflect.apply<unknown, readonly unknown[], unknown>(target, self, args)),
    construct(target, args, made) {
      // `new Date()` reads the clock; with arguments it does not.
      if (args.length === 0) meet({ ...builtin, label: `new ${name}` }, () => null)
      return Reflect.construct<readonly unknown[], object>(target, args, made as Made)
    },
  })
  Object.defineProperty(owner, name, {
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
    value,
  })
  return () => {
    if (before) Object.defineProperty(owner, name, before)
    else Reflect.deleteProperty(owner, name)
  }
}
