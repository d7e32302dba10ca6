import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import type { StepBatch } from '../../../core/batch/index.ts'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { type Assigned, advantageAt, tokenAdvantagesAt } from '../../../rewards/credit/index.ts'
import type { Credit } from '../../../rewards/estimator/estimator.ts'

/**
 * Writes a line a step, in the order of its source: `trajectoryId`, `index`, and the advantage by each estimator, null
 * if there is none; `withTokens` adds those of the tokens, under `tokens`. An earlier file of this kind is
 * replaced, at once and as a whole.
 * @throws GymError CONFIG_INVALID where something else is in the place, or nothing can be written there;
 *   SIGNAL_MISSING for tokens that were not recorded.
 */
export function writeColumns(path: string, batch: StepBatch, assigned: readonly Assigned[], withTokens: boolean): void {
  if (withTokens && !batch.tokens)
    throw new GymError('SIGNAL_MISSING', 'no tokens were recorded: leave --tokens out, or record evidence with steps')
  expectReplaceable(path)
  try {
    writeLines(`${path}.part`, linesOf(batch, assigned, withTokens))
    renameSync(`${path}.part`, path)
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}

const BEGINNING = '{"trajectoryId":'

function expectReplaceable(path: string): void {
  if (!existsSync(path) || beginningOf(path) === BEGINNING) return
  throw new GymError('CONFIG_INVALID', `${path} exists and holds no columns of credit: name another with --out`)
}

function beginningOf(path: string): string | null {
  try {
    const file = openSync(path, 'r')
    const bytes = Buffer.alloc(BEGINNING.length)
    const count = readSync(file, bytes)
    closeSync(file)
    return bytes.toString('utf8', 0, count)
  } catch {
    return null
  }
}

function* linesOf(batch: StepBatch, assigned: readonly Assigned[], withTokens: boolean): Generator<string> {
  const { sourceRow, trajectories, trajectoryOf, stepIndex } = batch
  const rowOf = new Int32Array(batch.rowCount)
  for (let row = 0; row < rowOf.length; row++) rowOf[sourceRow[row] ?? 0] = row
  for (const row of rowOf) {
    const trajectoryId = trajectories.ids[trajectoryOf[row] ?? 0] ?? ''
    const named = <T>(of: (credit: Credit) => T) =>
      Object.fromEntries(assigned.map(({ estimator, credit }) => [estimator, credit && of(credit)]))
    const values = named((credit) => advantageAt(credit, row))
    const tokens = withTokens ? { tokens: named((credit) => tokenAdvantagesAt(batch, credit, row)) } : {}
    yield `${JSON.stringify({ trajectoryId, index: stepIndex[row] ?? 0, ...values, ...tokens })}\n`
  }
}

const LINES_A_WRITE = 4096

function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(path, 'w')
  try {
    let pending: string[] = []
    for (const line of lines) {
      if (pending.push(line) < LINES_A_WRITE) continue
      writeSync(file, pending.join(''))
      pending = []
    }
    writeSync(file, pending.join(''))
  } finally {
    closeSync(file)
  }
}
