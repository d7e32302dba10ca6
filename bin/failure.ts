import { CommanderError } from 'commander'
import { GymError } from '../core/data/errors.ts'
import { fullMessageOf } from '../core/data/user-code.ts'
import { type Cli, type ExitCode, printJson } from './cli.ts'
import { painterOf } from './terminal/paint.ts'
import { onOneLine } from './terminal/text-sink.ts'

/** Says what went wrong: as JSON on standard output where that was asked for, else as a line on standard error. */
export function reportFailure(thrown: unknown, { out, err, variables }: Cli, asJson: boolean): ExitCode {
  if (thrown instanceof CommanderError) return reportUsage(thrown, out, asJson)
  const code = thrown instanceof GymError ? thrown.code : 'UNEXPECTED'
  const message = fullMessageOf(thrown)
  if (asJson) printJson(out, { error: { code, message } })
  else err.write(`${painterOf(err, variables)('red', `stepgym: ${code}:`)} ${onOneLine(message)}\n${traceOf(thrown)}`)
  return 1
}

/** Commander has written its own message, and help is not a failure. */
function reportUsage({ exitCode, message }: CommanderError, out: Cli['out'], asJson: boolean): ExitCode {
  if (exitCode === 0) return 0
  if (asJson) printJson(out, { error: { code: 'CONFIG_INVALID', message: message.replace(/^error: /, '') } })
  return 2
}

/** Where an unexpected error was thrown, by a defect of ours or of a user's module, without its message. */
const traceOf = (thrown: unknown): string =>
  thrown instanceof Error && !(thrown instanceof GymError) ? framesOf(thrown.stack ?? '') : ''

const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => `${line}\n`)
    .join('')
