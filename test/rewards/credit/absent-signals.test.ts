import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import igpo from '../../../rewards/advantage/igpo.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import prime from '../../../rewards/advantage/prime.ts'
import { assignCredit } from '../../../rewards/credit/assign.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'

const batch = parseBatch({
  trajectory: ['a', 'b'],
  group: ['g', 'g'],
  signals: { env: [0, 1], implicit: [0.1, 0.2] },
  outcomes: { success: [0, 1] },
})

const reasonOf = (estimator: Estimator, options: JsonObject = {}) =>
  assignCredit(batch, [{ estimator, options }])[0]?.reason

describe('a batch that lacks a signal of an estimator', () => {
  it.each([
    [oprl, 'oprl.process, now process'],
    [prime, 'prime.process, now process'],
    [igpo, 'igpo.gain, now gain'],
  ])('gives a reason with the option that names another signal', (estimator, advice) => {
    const reason = reasonOf(estimator)
    expect(reason?.code).toBe('SIGNAL_MISSING')
    expect(reason?.message).toMatch(/^the batch has no signal/)
    expect(reason?.message).toContain(`. Name another by the option ${advice}`)
  })

  it('names what the option was given', () => {
    expect(reasonOf(oprl, { process: 'implict' })?.message).toMatch(/ by the option oprl\.process, now implict$/)
  })

  it('has an advantage once the option names one that is there', () => {
    expect(reasonOf(oprl, { process: 'implicit' })).toBeNull()
  })
})
