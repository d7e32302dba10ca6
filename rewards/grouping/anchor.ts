import type { AnchorColumn } from '../../core/batch/index.ts'
import type { Grouping } from './grouping.ts'
import { groupedByPair } from './pairs.ts'

/**
 * Steps of one group that were taken at equal anchors, repeats within a trajectory among them (GiGPO's step groups).
 * What "equal" means was settled when the batch was built: `BatchSettings.equality`.
 */
export const anchorGroups = (episodes: Grouping, { ids }: AnchorColumn): Grouping => groupedByPair(episodes.ids, ids)
