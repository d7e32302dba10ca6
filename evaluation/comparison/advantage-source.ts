import type { World } from '../../core/episode/world.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import type { AdvantageFunction, AdvantageSource } from '../../training/advantages.ts'
import { exactAdvantages } from './exact-advantages.ts'
import { withinShare, withoutAdvantages } from './group-filter.ts'
import type { EstimatorMethod, Method } from './method.ts'
import { randomRewards } from './random-rewards.ts'

/**
 * Where the advantages of a method come from.
 * @param oracles Exact advantages of a world, which several runs share.
 * @throws GymError ESTIMATOR_UNKNOWN
 */
export async function advantageSource(
  method: Method,
  seed: number,
  oracle: AdvantageFunction,
  catalogs?: CatalogSettings,
): Promise<AdvantageSource> {
  if (method.kind === 'estimator') return estimatorSource(method, catalogs)
  if (method.kind === 'oracle') return oracle
  return method.kind === 'random-reward' ? randomRewards(seed) : ({ batch }) => withoutAdvantages(batch.rowCount)
}

async function estimatorSource(
  { estimator, options, successShare }: EstimatorMethod,
  catalogs?: CatalogSettings,
): Promise<AdvantageSource> {
  const source = { estimator: await estimators(catalogs).load(estimator), options }
  return successShare ? withinShare(source, successShare) : source
}

export const oracleOf = (world: World): AdvantageFunction => exactAdvantages(world)
