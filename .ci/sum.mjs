// Prints why each failed part failed, each part with its time and result, and one last line that sums all tests.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LINES_OF_A_FAILURE = 25
const LINES_OF_A_LOG = 40
const UNHANDLED = /Unhandled (Error|Rejection)/

const [, , folder] = process.argv

const rows = readFileSync(join(folder, 'parts.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))
const parts = rows.map(([name, status, seconds]) => partOf(name, Number(status), Number(seconds)))

/** A part that fails without a failed test counts as one: a floor of coverage, a release that is not there. */
function partOf(name, status, seconds) {
  const report = reportOf(join(folder, `${name}.json`))
  const failures = failuresIn(report)
  const isRepeated = rows.some(([other]) => other === `${name}-again`)
  const failed = status === 0 || isRepeated ? 0 : Math.max(1, report.numFailedTests, failures.length)
  const result = isRepeated ? 'stopped, run again' : failed > 0 ? `${failed} failed` : 'passed'
  const skipped = report.numPendingTests + report.numTodoTests
  const reasons = failures.length > 0 ? failures : [...unfinishedIn(name), endOfLog(join(folder, `${name}.log`))]
  return { name, seconds, passed: report.numPassedTests, failed, result, skipped, reasons }
}

/** Without counts where a part has no report, or was stopped while it wrote it. */
function reportOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
  }
}

/** Failed tests, and files that failed before their first test, with the beginning of what they said. */
function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (failed.length === 0 && status === 'failed') return [`${name}\n${headOf(message)}`]
    return failed.map(({ fullName, failureMessages }) => `${name}: ${fullName}\n${headOf(failureMessages.join('\n'))}`)
  })
}

function headOf(text) {
  const own = text.split('\n').filter((line) => !line.includes('/node_modules/'))
  return own.slice(0, LINES_OF_A_FAILURE).join('\n')
}

/** What a part noted of its tests, in order: a sign and a name each. */
function progressOf(name) {
  const path = join(folder, `${name}.progress`)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => line.split('\t'))
}

/** Test files and tests that began and did not end: what a part that was stopped waited for. */
function unfinishedIn(name) {
  const unfinished = new Set()
  for (const [sign, test] of progressOf(name)) {
    if (sign === '+') unfinished.add(test)
    if (sign === '-') unfinished.delete(test)
  }
  return [...unfinished].map((test) => `not finished: ${JSON.parse(test)}`)
}

/** Tests that failed, and passed when they ran again. */
const repeatedIn = (name) => progressOf(name).flatMap(([sign, test]) => (sign === '~' ? [JSON.parse(test)] : []))

function endOfLog(path) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : ['nothing was printed']
  const unhandled = lines.findIndex((line) => UNHANDLED.test(line))
  return (unhandled < 0 ? lines.slice(-LINES_OF_A_LOG) : lines.slice(unhandled, unhandled + LINES_OF_A_LOG)).join('\n')
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
const sum = (field) => parts.reduce((total, part) => total + part[field], 0)

for (const { name, result, reasons } of parts.filter((part) => part.result !== 'passed')) {
  console.log(`\n== why ${name} did not pass: ${result}\n${reasons.join('\n\n')}`)
}
const repeated = parts.flatMap(({ name }) => repeatedIn(name).map((test) => `${name}: ${test}`))
if (repeated.length > 0) console.log(`\n== passed only when they ran again\n${repeated.join('\n')}`)
console.log('\npart                    time')
for (const { name, seconds, passed, result } of parts) {
  const tests = passed > 0 ? `, ${passed} tests` : ''
  console.log(`${name.padEnd(20)} ${minutes(seconds).padStart(7)}  ${result}${tests}`)
}
console.log(`${'all'.padEnd(20)} ${minutes(sum('seconds')).padStart(7)}`)
// Without a test that passed, nothing was shown.
const failed = sum('passed') > 0 ? sum('failed') : Math.max(1, sum('failed'))
console.log(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`)
process.exitCode = failed > 0 ? 1 : 0
