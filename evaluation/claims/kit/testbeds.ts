import type { JsonObject } from '../../../core/data/types.ts'
import type { CatalogSettings } from '../../../registry/catalog.ts'
import { estimators } from '../../../registry/index.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { type Testbed, testbedOf } from '../../creditbench/testbed.ts'
import { type BenchWorld, modelsOf } from '../../creditbench/world.ts'
import { advisedPolicy } from '../../exact/advised-policy.ts'
import type { ExactModel } from '../../exact/model.ts'

export interface GridBed {
  /** Options of the grid. */
  readonly options: JsonObject
  readonly tasks: number
  /** Mean exact return of the policy. */
  readonly target: number
  /** Steps of an episode; else the environment's. */
  readonly maxSteps?: number
  /** Seed of the policy's preferences. */
  readonly seed?: number
  readonly catalogs?: CatalogSettings | undefined
}

/** Tasks of the grid under a frozen policy of chosen competence. */
export async function gridBed({ target, seed = 0, ...of }: GridBed): Promise<Testbed> {
  const models = await gridModels(of)
  return testbedOf(models, advisedPolicy(models, { target, seed }).policy)
}

export async function gridModels({
  options,
  tasks,
  maxSteps,
  catalogs,
}: Omit<GridBed, 'target' | 'seed'>): Promise<readonly ExactModel[]> {
  const world: BenchWorld = { name: 'grid', summary: 'a world of a claim', environment: 'grid', options, tasks }
  const models = await modelsOf(world, catalogs)
  return maxSteps === undefined ? models : models.map((model) => ({ ...model, maxSteps }))
}

/** @throws GymError ESTIMATOR_UNKNOWN */
export const estimatorNamed = (name: string, catalogs?: CatalogSettings): Promise<Estimator> =>
  estimators(catalogs).load(name)
