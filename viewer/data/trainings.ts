import { fstatSync } from 'node:fs'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { READ, withRunFile } from '../../records/files.ts'
import { readRange } from '../../records/lines.ts'
import type { CurveLine, CurvePoint } from '../answers.ts'

/** The file in which `stepgym train` leaves what each of its iterations did. */
export const TRAINING_FILE = 'curves.json'

/** Bytes that such a file has at most: millions of iterations. */
const MOST_BYTES = 2 ** 26

/** Figures of a report that are drawn, by what they are called: the same names as those of a run. */
const FIGURES: Readonly<Record<string, string>> = {
  meanReturn: 'return',
  success: 'success',
  mixedGroups: 'groups with different returns',
  repeatedAnchors: 'repeated anchors',
  entropy: 'entropy of the policy (nats)',
  gradientNorm: 'norm of the gradient',
  clipFraction: 'rows out of the clip range',
}

/** What a training did, iteration by iteration; a file that cannot be read says why. */
export function trainingCurve({ id, folder }: { readonly id: string; readonly folder: string }): CurveLine {
  const unknown = { id, kind: 'training', environment: '', method: '', seed: null, points: [] } as const
  try {
    return { ...unknown, ...curveIn(readTraining(`${folder}/${TRAINING_FILE}`)), problem: null }
  } catch (thrown) {
    return { ...unknown, problem: `${TRAINING_FILE}: ${messageOf(thrown)}` }
  }
}

/** The folder may be anyone's: no link is followed out of it. */
function readTraining(path: string): JsonObject {
  return withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    if (size > MOST_BYTES) throw new GymError('RECORD_CORRUPT', `it has ${size} bytes, more than ${MOST_BYTES}`)
    return objectIn(parseJson(readRange(fd, 0, size).toString()), 'it')
  })
}

function curveIn({ identity, reports }: JsonObject) {
  const settings = objectIn(identity ?? {}, 'identity')
  if (!Array.isArray(reports)) throw new GymError('RECORD_CORRUPT', 'reports should be a list of iterations')
  const environment = textIn(objectIn(settings.environment ?? {}, 'identity.environment').id)
  const method = textIn(objectIn(settings.estimator ?? {}, 'identity.estimator').name)
  const seed = typeof settings.seed === 'number' || typeof settings.seed === 'string' ? settings.seed : null
  return { environment, method, seed, points: pointsOf(reports) }
}

/** A figure of an iteration is of the policy that acted in it: it stands where the iteration began. */
function pointsOf(reports: readonly Json[]): readonly CurvePoint[] {
  let [episodes, steps] = [0, 0]
  return reports.map((each, at) => {
    const report = objectIn(each, `reports[${at}]`)
    const point = { episodes, steps, values: figuresOf(report) }
    episodes += numberIn(report.episodes) ?? 0
    steps = numberIn(report.environmentSteps) ?? steps
    return point
  })
}

function figuresOf(report: JsonObject): CurvePoint['values'] {
  const own = Object.entries(FIGURES).map(([name, shown]) => [shown, numberIn(report[name])] as const)
  const heldOut = report.heldOut ? objectIn(report.heldOut, 'heldOut') : {}
  return {
    ...Object.fromEntries(own),
    'held-out success': numberIn(heldOut.success),
    'held-out return': numberIn(heldOut.meanReturn),
  }
}

function objectIn(value: Json, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new GymError('RECORD_CORRUPT', `${what} should be an object`)
}

const numberIn = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null)
const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
