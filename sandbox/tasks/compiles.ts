import { parseOwnJson } from '../../core/data/json.ts'
import type { RunPython } from '../judge/types.ts'
import { type CodeTask, tasksInvalid } from './task.ts'

/** Compiles texts in their order, and says of the first that is not Python which one it is, and why. Runs none of them. */
const PROGRAM = `import json, sys
for at, source in enumerate(json.load(sys.stdin)):
    try:
        compile(source, "<test>", "exec", dont_inherit=True)
    except BaseException as error:
        print(json.dumps([at, str(error)[:300].replace("<test>, ", "")]))
        break
`
const COMPILE_MS = 60_000

/**
 * Expects that set-ups and tests are Python, in one execution for all tasks: a test in another language would fail whatever
 * it is given.
 * @param where the tasks come from
 * @throws GymError CONFIG_INVALID with the task, the text and what is wrong
 */
export async function expectPython(where: string, tasks: readonly CodeTask[], run: RunPython): Promise<void> {
  const texts = tasks.flatMap(textsOf)
  if (texts.length === 0) return
  const stdin = JSON.stringify(texts.map(({ source }) => source))
  const program = { source: PROGRAM, stdin, files: new Map(), wallMs: COMPILE_MS }
  const { stdout } = await run(program, new AbortController().signal)
  if (stdout === '') return
  const [at, message] = parseOwnJson<readonly [number, string]>(stdout)
  throw tasksInvalid(where, `${texts[at]?.name} is not Python: ${message}`)
}

function textsOf({ id, suite }: CodeTask): readonly { readonly name: string; readonly source: string }[] {
  if (suite.kind === 'stdin') return []
  const task = `of the task ${JSON.stringify(id)}`
  const tests = suite.tests.map((source, at) => ({ name: `test ${at} ${task}`, source }))
  return [{ name: `the setup ${task}`, source: suite.setup }, ...tests]
}
