// A reporter that notes in the file $TEST_PROGRESS when each test file and each test begins and ends, which tells what a
// run that was stopped had not finished, and each test that failed and passed when it ran again.
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'

const note = (sign, name) => appendFileSync(process.env.TEST_PROGRESS, `${sign}\t${JSON.stringify(name)}\n`)
const fileOf = ({ moduleId }) => relative(process.cwd(), moduleId)
const nameOf = ({ module, fullName }) => `${fileOf(module)}: ${fullName}`

export default class Progress {
  onTestModuleQueued = (module) => note('+', fileOf(module))
  onTestModuleEnd = (module) => note('-', fileOf(module))
  onTestCaseReady = (test) => note('+', nameOf(test))
  onTestCaseResult = (test) => {
    note('-', nameOf(test))
    if (test.diagnostic()?.flaky) note('~', nameOf(test))
  }
}
