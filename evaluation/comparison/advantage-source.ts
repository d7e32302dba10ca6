import type { World } from '../../core/episode/world.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import type { AdvantageFunction, AdvantageSource } from '../../training/advantages.ts'
import { exactAdvantages } from './exact-advantages.ts'
import type { Method } from './method.ts'
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
  if (method.kind === 'estimator')
    return { estimator: await estimators(catalogs).load(method.estimator), options: method.options }
  if (method.kind === 'oracle') return oracle
  return method.kind === 'random-reward' ? randomRewards(seed) : withoutAdvantages
}

/** No row has an advantage, so that nothing is learnt. */
const withoutAdvantages: AdvantageFunction = ({ batch: { rowCount } }) => ({
  advantages: new Float64Array(rowCount),
  mask: new Uint8Array(rowCount),
})

export const oracleOf = (world: World): AdvantageFunction => exactAdvantages(world)
