import { GymError } from '../../../core/data/errors.ts'
import { readEvidence } from '../../../core/data/evidence.ts'
import type { Evidence } from '../../../core/data/types.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'

/** What a step's data comes to. */
export interface ReadStep {
  /** As the environment's parser is to see it. */
  readonly action: WireValue
  readonly evidence: Evidence | undefined
}

/**
 * Reads the data of a step. Actions of an environment whose schema is an object are the data itself; any other action
 * stands in its one field `action`. `metadata` belongs to neither: it may carry `evidence`.
 * @throws GymError FRAME_INVALID, EVIDENCE_INVALID
 */
export function readStep(actionSchema: unknown, data: WireObject): ReadStep {
  const { metadata = {}, ...fields } = data
  if (!isWireObject(metadata)) throw new GymError('FRAME_INVALID', 'metadata is to be an object')
  const { evidence = null } = metadata
  return { action: actionOf(actionSchema, fields), evidence: evidence === null ? undefined : readEvidence(evidence) }
}

function actionOf(actionSchema: unknown, fields: WireObject): WireValue {
  if (kindOf(actionSchema) === 'fields') return fields
  const { action, ...others } = fields
  if (action !== undefined && Object.keys(others).length === 0) return action
  if (kindOf(actionSchema) === 'unknown' && action === undefined) return fields
  const what = action === undefined ? 'the field action is missing' : `no use for ${Object.keys(others).join(', ')}`
  throw new GymError('FRAME_INVALID', `a step of this environment is {"action": ...}: ${what.slice(0, 200)}`)
}

/** Whether actions are objects, something else, or whatever the environment's parser likes. */
export function kindOf(actionSchema: unknown): 'fields' | 'value' | 'unknown' {
  const { type } = (typeof actionSchema === 'object' && actionSchema !== null ? actionSchema : {}) as Typed
  if (type === 'object') return 'fields'
  return typeof type === 'string' ? 'value' : 'unknown'
}

interface Typed {
  readonly type?: unknown
}
