import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { initialPolicyWeights } from '../../agents/policy.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { encodeSafetensors, readSafetensors } from '../../models/weights/safetensors.ts'
import { startingAdam } from '../../training/adam.ts'
import {
  expectSameTraining,
  type IterationReport,
  readCheckpoint,
  type TrainingCheckpoint,
  writeCheckpoint,
} from '../../training/index.ts'
import { newFolder } from '../support/folder.ts'

const REPORT: IterationReport = {
  ...{ iteration: 1, environmentSteps: 7, episodes: 4, aborted: 0, success: null, meanReturn: 0.25 },
  ...{ entropy: 1.5, clipFraction: null, gradientNorm: null, mixedGroups: 0, repeatedAnchors: 0.5 },
  ...{ rows: 7, creditedRows: 0, noCredit: null, warnings: [], heldOut: null },
  ...{ rewardModel: null, policyVersion: 'abc' },
}
const checkpoint = (identity: JsonObject = { seed: 3, options: { clip: 0.2 } }): TrainingCheckpoint => ({
  identity,
  state: {
    ...{ iteration: 1, environmentSteps: 7, rewardModel: null },
    adam: { ...startingAdam(initialPolicyWeights({ features: 6, hidden: 2 }, 4)), count: 4 },
  },
  reports: [REPORT],
})

let path = ''
beforeEach(() => {
  path = join(newFolder(), 'checkpoint.safetensors')
})

const reading = (): TrainingCheckpoint => readCheckpoint(path)
const invalid = (message: string) =>
  expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) })

describe('a checkpoint', () => {
  it('is read as it was written, bit by bit', () => {
    writeCheckpoint(path, checkpoint())
    expect(reading()).toEqual(checkpoint())
  })

  it('replaces the one before it, and leaves no other file', () => {
    writeCheckpoint(path, checkpoint())
    writeCheckpoint(path, checkpoint({ seed: 4 }))
    expect(reading().identity).toEqual({ seed: 4 })
    expect(readdirSync(join(path, '..'))).toEqual(['checkpoint.safetensors'])
  })

  it('is refused at every length but its own', () => {
    writeCheckpoint(path, checkpoint())
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 13) {
      writeFileSync(path, whole.subarray(0, length))
      expect(reading, `${length} bytes`).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }))
    }
  })

  it('is refused where a value was changed', () => {
    writeCheckpoint(path, checkpoint())
    const bytes = readFileSync(path)
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1
    writeFileSync(path, bytes)
    expect(reading).toThrow(invalid('damaged'))
  })

  it('is refused where it is missing, of another version, or something else', () => {
    expect(reading).toThrow(invalid('cannot be read'))
    const { weights } = checkpoint().state.adam
    writeFileSync(path, encodeSafetensors({ weights, metadata: {} }))
    expect(reading).toThrow(invalid('not a checkpoint of a training'))
    writeFileSync(path, encodeSafetensors({ weights, metadata: { format: 'stepgym-training-9' } }))
    expect(reading).toThrow(invalid('of the format stepgym-training-9: stepgym-training-1 is expected'))
  })

  it('is refused where its parts contradict each other', () => {
    const { state, ...rest } = checkpoint()
    const written = (changed: Partial<TrainingCheckpoint>): (() => TrainingCheckpoint) => {
      writeCheckpoint(path, { ...rest, state, ...changed })
      return reading
    }
    const other = startingAdam(initialPolicyWeights({ features: 5, hidden: 2 }, 4))
    expect(written({ reports: [] })).toThrow(invalid('0 reports of 1 iterations'))
    expect(written({ reports: [{ ...REPORT, iteration: 2 }] })).toThrow(invalid('report 1 is not one'))
    expect(written({ state: { ...state, adam: { ...state.adam, first: other.first } } })).toThrow(invalid('moments'))
  })

  it('of other settings is refused, with each that differs', () => {
    const kept = { environment: { id: 'grid@1', options: { size: 4 } }, seed: 1, same: [1] }
    const wanted = { environment: { id: 'grid@1', options: { size: 5 } }, seed: 1, same: [1], recipe: 'a' }
    expect(() => expectSameTraining('file', kept, kept)).not.toThrow()
    expect(() => expectSameTraining('file', kept, wanted)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('environment.options.size was 4 and is now 5; recipe was null and is now "a"'),
      }),
    )
  })

  it('is a safetensors file that other programs read', () => {
    writeCheckpoint(path, checkpoint())
    expect(Object.keys(readSafetensors(path).weights)).toContain('weights.embedding')
  })
})
