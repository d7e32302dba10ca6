import type { Json, Step } from '../../core/data/types.ts'
import { callsOfStep } from '../tools/made.ts'
import { type PythonLine, readPython } from './python-lines.ts'

/** What is good about a test, each true or false; `calls` is null where it is not known which functions are tested. */
export interface TestTraits {
  /** It asserts something. */
  readonly asserts: boolean
  /** It calls a function that is to be tested. */
  readonly calls: boolean | null
  /** It has a comment or a docstring. */
  readonly documented: boolean
  /** Its name says more than `test_1`. */
  readonly named: boolean
  /** It makes no assertion twice. */
  readonly unrepeated: boolean
  /** It has no branches, loops or handlers. */
  readonly straight: boolean
  /** It prints nothing. */
  readonly silent: boolean
}

/** Traits without which a test tests nothing, and traits of a good style. */
const NECESSARY = ['asserts', 'calls'] as const
const STYLE = ['documented', 'named', 'unrepeated', 'straight', 'silent'] as const

/** Names of all traits, for the options of a hook. */
export const TRAITS: readonly (keyof TestTraits)[] = [...NECESSARY, ...STYLE]

/** Traits of each test function of Python code; null for code that cannot be parsed. */
export function traitsIn(source: string, tested: ReadonlySet<string> | null): readonly TestTraits[] | null {
  const { lines, isWellFormed } = readPython(source)
  if (!isWellFormed) return null
  return lines.flatMap((line, at) => {
    const name = functionName(line)
    return name?.startsWith('test') ? [traitsOf(name, line, bodyOf(lines, at), tested)] : []
  })
}

/** Names of the functions that code defines at its left margin. */
export const functionsIn = (source: string): readonly string[] =>
  readPython(source).lines.flatMap((line) => (line.indent === 0 ? (functionName(line) ?? []) : []))

function functionName({ tokens }: PythonLine): string | null {
  const [first, second, third] = tokens
  if (first === 'def') return second ?? null
  return first === 'async' && second === 'def' ? (third ?? null) : null
}

/** The lines that are deeper than a head, or what follows it in its own line. */
function bodyOf(lines: readonly PythonLine[], at: number): readonly PythonLine[] {
  const head = lines[at]
  if (!head) return []
  if (head.tokens.at(-1) !== ':') return [{ ...head, tokens: head.tokens.slice(head.tokens.lastIndexOf(':') + 1) }]
  const end = lines.findIndex(({ indent }, index) => index > at && indent <= head.indent)
  return lines.slice(at + 1, end < 0 ? lines.length : end)
}

const CONTROL = ['if', 'elif', 'else', 'for', 'while', 'try', 'except', 'finally', 'match']

function traitsOf(
  name: string,
  head: PythonLine,
  body: readonly PythonLine[],
  tested: ReadonlySet<string> | null,
): TestTraits {
  const assertions = body.filter(isAssertion).map(({ tokens }) => tokens.join(' '))
  const called = new Set(body.flatMap(({ tokens }) => tokens.filter((_, at) => tokens[at + 1] === '(')))
  return {
    asserts: assertions.length > 0,
    calls: tested && [...called].some((each) => tested.has(each.split('.').at(-1) ?? '')),
    documented:
      [head, ...body].some(({ hasComment }) => hasComment) || /^[rbuf]{0,2}["']/i.test(body[0]?.tokens[0] ?? ''),
    named: /\p{L}{3}/u.test(name.slice('test'.length)),
    unrepeated: new Set(assertions).size === assertions.length,
    straight: !body.some(({ tokens }) => CONTROL.includes(tokens[0] ?? '')),
    silent: !called.has('print'),
  }
}

/** An `assert`, a method of unittest such as `self.assertEqual`, or `pytest.raises`. */
const isAssertion = ({ tokens }: PythonLine): boolean =>
  tokens[0] === 'assert' || tokens.some((token, at) => tokens[at + 1] === '(' && /\.(assert\w+|raises)$/.test(token))

/**
 * Quality of tests, -1 to 1: -1 for code that cannot be parsed, 0 for a test that asserts nothing or calls none of the
 * tested functions, else the share of the traits of a good style; the mean over the tests. Null where there is no test.
 */
export function qualityOf(traits: readonly TestTraits[] | null): number | null {
  if (traits === null) return -1
  const scores = traits.map((each) =>
    NECESSARY.every((name) => each[name] !== false) ? STYLE.filter((name) => each[name]).length / STYLE.length : 0,
  )
  return mean(scores)
}

/** Share of the tests that have a trait; -1 and null as for `qualityOf`, and null where the trait is not known. */
export function shareWith(trait: keyof TestTraits, traits: readonly TestTraits[] | null): number | null {
  if (traits === null) return -1
  return traits.some((each) => each[trait] === null) ? null : mean(traits.map((each) => Number(each[trait])))
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length

/** Python code with tests that a step writes: files by the names that pytest finds, or with a test function. */
export function testsWritten(step: Step): readonly string[] {
  const written = (callsOfStep(step) ?? []).flatMap(({ parameters }) => filesIn(parameters))
  return written.flatMap(({ path, content }) =>
    /(^|\/)test_[^/]*\.py$|_test\.py$/.test(path) ||
    (path.endsWith('.py') && /^[ \t]*(?:async )?def test/m.test(content))
      ? [content]
      : [],
  )
}

interface WrittenFile {
  readonly path: string
  readonly content: string
}

function filesIn(parameters: Readonly<Record<string, unknown>>): readonly WrittenFile[] {
  const many: readonly unknown[] = Array.isArray(parameters.files) ? parameters.files : []
  return [parameters, ...many].flatMap((each) => {
    if (typeof each !== 'object' || each === null || !('path' in each && 'content' in each)) return []
    const { path, content } = each
    return typeof path === 'string' && typeof content === 'string' ? [{ path, content }] : []
  })
}

/** Functions of the reference solution of a task; null where it has none. */
export function testedFunctions(truth: Json): ReadonlySet<string> | null {
  if (typeof truth !== 'object' || truth === null || !('files' in truth)) return null
  const { files } = truth
  if (typeof files !== 'object' || files === null) return null
  const names = Object.entries(files).flatMap(([path, text]: [string, Json]) =>
    path.endsWith('.py') && typeof text === 'string' ? functionsIn(text) : [],
  )
  return names.length === 0 ? null : new Set(names)
}
