import type { CodeSuite } from '../../../sandbox/judge/types.ts'
import type { CallResult, TestCall } from '../projects/program.ts'
import { pythonText } from '../python/values.ts'

/** A call and what it gives in the right program, as Python writes it. */
export interface Check extends TestCall {
  readonly expected: string
}

/** The calls whose results are known, as checks. */
export const checksOf = (calls: readonly TestCall[], results: readonly CallResult[]): readonly Check[] =>
  calls.flatMap((call, at) => {
    const result = results[at]
    return typeof result === 'object' && result !== null ? [{ ...call, expected: result.value }] : []
  })

const argsOf = ({ args }: TestCall): string => args.map(pythonText).join(', ')

/** The call as an issue shows it. */
export const shownCall = (call: TestCall): string => `${call.module}.${call.name}(${argsOf(call)})`

/** Texts of test files for checks, by path: one for each module. */
export function testFilesOf(checks: readonly Check[]): Readonly<Record<string, string>> {
  const modules = [...new Set(checks.map(({ module }) => module))]
  return Object.fromEntries(
    modules.map((module) => [
      `tests/test_${module.replaceAll('.', '_')}.py`,
      testFile(
        module,
        checks.filter((check) => check.module === module),
      ),
    ]),
  )
}

function testFile(module: string, checks: readonly Check[]): string {
  const names = [...new Set(checks.map(({ name }) => name))].sort()
  const count = new Map<string, number>()
  const tests = checks.map((check) => {
    const number = (count.get(check.name) ?? 0) + 1
    count.set(check.name, number)
    return `\n\ndef test_${check.name}_${number}():\n    assert ${check.name}(${argsOf(check)}) == ${check.expected}\n`
  })
  return `from ${module} import ${names.join(', ')}\n${tests.join('')}`
}

const LIMIT_SECONDS = 2

const aliasOf = ({ module, name }: TestCall): string => `${module.replaceAll('.', '__')}__${name}`

/** Hidden tests as a suite, and the module that gives them their functions. */
export function hiddenSuite(checks: readonly Check[]): { readonly suite: CodeSuite; readonly facade: string } {
  const tests = checks.map((check) => `assert ${aliasOf(check)}(${argsOf(check)}) == ${check.expected}`)
  const functions = new Map(checks.map((check) => [aliasOf(check), functionOf(check)]))
  return {
    suite: { kind: 'code', setup: '', bind: {}, tests, limitSeconds: LIMIT_SECONDS },
    facade: [...functions.values()].join('\n\n'),
  }
}

/** Imports only when it is called: a module that cannot be imported fails its own tests, and no others. */
const functionOf = (call: TestCall): string =>
  `def ${aliasOf(call)}(*args):\n    from ${call.module} import ${call.name}\n    return ${call.name}(*args)\n`
