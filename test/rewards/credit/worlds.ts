import type { Group, Trajectory } from '../../../core/data/types.ts'
import { group, signal, step, trajectory } from '../../support/reward-samples.ts'

export interface MemberSpec {
  /** Anchor and reward of each step. */
  readonly steps: readonly (readonly [anchor: string, env: number | null])[]
  readonly given?: Partial<Trajectory>
  readonly success?: number
}

/** A member of a group, whose steps stand at text anchors. */
export const member = (id: string, { steps, given = {}, success }: MemberSpec): Trajectory =>
  trajectory({
    id,
    groupId: 'g',
    rewards: success === undefined ? [] : [signal('success', success)],
    steps: steps.map(([anchor, env], index) =>
      step({ index, trajectoryId: id, anchors: { text: anchor }, rewards: [signal('env', env)] }),
    ),
    ...given,
  })

export const groupOf = (...specs: readonly MemberSpec[]): Group =>
  group(specs.map((each, at) => member(`m${at}`, each)))
