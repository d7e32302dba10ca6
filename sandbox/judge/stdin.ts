import { lastLineOf } from '../lines.ts'
import { oneByOne, TIME_IS_UP } from './run-python.ts'
import type { JudgeContext } from './split.ts'
import { type Candidate, outcomeOf, PASSED, type StdinSuite, type TestOutcome, type Verdict } from './types.ts'

/** Judges a program by its output for each input. Expected outputs never enter the sandbox, so that the judge is `split`. */
export async function judgeStdin(suite: StdinSuite, candidate: Candidate, context: JudgeContext): Promise<Verdict> {
  const judged = (test: StdinSuite['tests'][number]) => judgeOne(suite, candidate, test, context)
  return { judge: 'split', outcomes: await oneByOne(suite.tests, context.totalMs, judged) }
}

async function judgeOne(
  { limitSeconds }: StdinSuite,
  { source, files }: Candidate,
  { input, output }: StdinSuite['tests'][number],
  { run, signal }: JudgeContext,
): Promise<TestOutcome> {
  const ran = await run({ source, stdin: input, files, wallMs: limitSeconds * 1000 }, signal)
  if (ran.status === 'timeout') return TIME_IS_UP
  if (ran.status !== 'ended') return outcomeOf('error', 'the process was killed at a limit')
  if (ran.exitCode !== 0) return outcomeOf('error', `exit ${ran.exitCode}: ${lastLineOf(ran.stderr).slice(0, 500)}`)
  if (isSameOutput(ran.stdout, output)) return PASSED
  const detail = `input ${shown(input)} gave ${shown(ran.stdout)}, expected ${shown(output)}`
  return { ...outcomeOf('failed', 'the output is another'), detail }
}

const shown = (text: string): string => JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}...` : text)

/**
 * Whether two outputs are the same: line by line without surrounding spaces, where lines of numbers may be written
 * otherwise (`1.0` for `1`), as LiveCodeBench grades standard output.
 */
export const isSameOutput = (given: string, expected: string): boolean => areLinesSame(given, expected, isSameLine)

/** Whether two outputs have as many lines, each the same without surrounding spaces. Reads no more of `given` than that. */
export function areLinesSame(
  given: string,
  expected: string,
  isSame: (given: string, expected: string) => boolean,
): boolean {
  const wanted = linesOf(expected)
  const own = linesOf(given, wanted.length + 1)
  return own.length === wanted.length && own.every((line, at) => isSame(line, wanted[at] ?? ''))
}

const linesOf = (text: string, most?: number): readonly string[] =>
  text
    .trim()
    .split('\n', most)
    .map((line) => line.trim())

function isSameLine(given: string, expected: string): boolean {
  if (given === expected) return true
  const wanted = decimalsOf(expected)
  const own = wanted && decimalsOf(given, wanted.length + 1)
  return own !== null && wanted?.join(' ') === own.join(' ')
}

/** The first numbers of a line, each in its one shortest form; null where something else stands among them. */
function decimalsOf(line: string, most?: number): readonly string[] | null {
  const numbers = line.split(/\s+/, most).map(canonicalDecimal)
  return numbers.every((number) => number !== null) ? numbers : null
}

/** Sign, digits without zeros at either end, and the exponent of the last digit. */
function canonicalDecimal(text: string): string | null {
  const [whole, sign = '', before = '', after = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (whole === undefined || before + after === '') return null
  const digits = (before + after).replace(/^0+/, '')
  const short = withoutLastZeros(digits)
  if (short === '') return '0'
  const last = BigInt(exponent) - BigInt(after.length) + BigInt(digits.length - short.length)
  return `${sign === '-' ? '-' : ''}${short}e${last}`
}

/** Read in one way only: an output may be one line of millions of digits. */
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

function withoutLastZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
