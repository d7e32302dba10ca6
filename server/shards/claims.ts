import { GymError } from '../../core/data/errors.ts'

/** The error of a node that uses a claim which is no longer its own. */
export const lostClaim = (shard: string): GymError =>
  new GymError('SHARD_LOST', `the claim of shard ${shard} was released or lost: claim it again`)
