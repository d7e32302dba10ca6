import { type Changes, Session } from '../engine/database.ts'
import { PythonError } from '../engine/python-error.ts'
import { Instance, signatureOf } from './api.ts'
import type { MethodOfApi } from './apis/index.ts'
import { bind, type GivenArguments } from './python/binding.ts'
import { answerOf } from './python/text.ts'
import type { Py } from './python/value.ts'
import type { BfclWorld } from './world.ts'

/** One call of a method by name. */
export interface BfclCall extends GivenArguments {
  readonly name: string
}

export interface BfclResult {
  /** What the agent observes. */
  readonly text: string
  readonly changes: Changes
  /** False for a call that Python could not make, or that raised. */
  readonly isOk: boolean
}

/** Names that BFCL's executor refuses. */
const FORBIDDEN = new Set(['kill', 'exit', 'quit', 'remove', 'unlink', 'popen', 'Popen', 'run'])

/** Runs a call as BFCL's executor does. A failing one leaves the changes that it made before it failed. */
export function execute(world: BfclWorld, changes: Changes, call: BfclCall): BfclResult {
  const found = world.methods.get(call.name)
  if (!found) return { text: `Error during execution: ${unknownText(call.name)}`, changes, isOk: false }
  const session = new Session(world.database, changes)
  const instance = new Instance(found.api.name, session, world.filler)
  const { text, isOk } = answer(found, instance, call)
  instance.flush()
  return { text, isOk, changes: session.changes() }
}

function answer({ api, method }: MethodOfApi, instance: Instance, call: BfclCall) {
  try {
    const args = bind(signatureOf(api, method), call)
    return { text: answerOf(run(method.run, instance, args)), isOk: true }
  } catch (thrown) {
    if (!(thrown instanceof PythonError)) throw thrown
    return { text: `Error during execution: ${thrown.message}`, isOk: false }
  }
}

const run = (method: (self: Instance, ...args: readonly Py[]) => Py, instance: Instance, args: readonly Py[]): Py =>
  method(instance, ...args)

/** As `eval` fails: on the first part of a dotted name. */
function unknownText(name: string): string {
  const [first = '', second] = name.split('.')
  const refused = second ?? first
  return FORBIDDEN.has(refused) ? `Function call ${refused} is not allowed.` : `name '${first}' is not defined`
}

/** Results of calls in order, and the changes after them. */
export function executeAll(world: BfclWorld, before: Changes, calls: readonly BfclCall[]) {
  let changes = before
  const results = calls.map((call) => {
    const result = execute(world, changes, call)
    changes = result.changes
    return result
  })
  return { results, changes }
}
