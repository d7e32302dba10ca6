// Prints each part of a run with its time and result, and closes with one line that sums the tests of all parts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder] = process.argv

const parts = readFileSync(join(folder, 'parts.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([name, status, seconds]) => ({ name, seconds: Number(seconds), ...countsOf(name, status === '0') }))

/** A part that fails without a failed test counts as one: a floor of coverage, a release that is not there. */
function countsOf(name, isGood) {
  const counts = reportOf(join(folder, `${name}.json`))
  return isGood || counts.failed > 0 ? counts : { ...counts, failed: 1 }
}

/** Without counts where a part has no report, or was stopped while it wrote it. */
function reportOf(path) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(path, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
const sum = (field) => parts.reduce((total, part) => total + part[field], 0)

console.log('\npart                    time')
for (const { name, seconds, passed, failed } of parts) {
  const tests = passed > 0 ? `, ${passed} tests` : ''
  console.log(
    `${name.padEnd(20)} ${minutes(seconds).padStart(7)}  ${failed > 0 ? `${failed} failed` : 'passed'}${tests}`,
  )
}
console.log(`${'all'.padEnd(20)} ${minutes(sum('seconds')).padStart(7)}`)
// Without a test that passed, nothing was shown.
const failed = sum('passed') > 0 ? sum('failed') : Math.max(1, sum('failed'))
console.log(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`)
process.exitCode = failed > 0 ? 1 : 0
