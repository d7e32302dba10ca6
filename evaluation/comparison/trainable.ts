import { GymError, messageOf } from '../../core/data/errors.ts'
import type { World } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import { expectAssignable, recordedColumns } from '../../rewards/credit/trial.ts'
import type { EstimatorMethod, Method } from './method.ts'

/**
 * Checks that the estimators of methods have what they read, before anything is trained. A method with a reward model
 * has its rewards from there.
 * @throws GymError SIGNAL_MISSING, CONFIG_INVALID naming the method; ESTIMATOR_UNKNOWN
 */
export async function expectTrainable(
  methods: readonly Method[],
  { environment }: Pick<World, 'environment'>,
  hooks: HookSet,
  catalogs?: CatalogSettings,
): Promise<void> {
  const columns = recordedColumns(environment, hooks)
  for (const method of methods.filter(isPlain)) {
    const estimator = await estimators(catalogs).load(method.estimator)
    try {
      expectAssignable(columns, { estimator, options: method.options }, null)
    } catch (thrown) {
      throw thrown instanceof GymError ? untrainable(method, thrown) : thrown
    }
  }
}

const isPlain = (method: Method): method is EstimatorMethod => method.kind === 'estimator' && !method.rewardModel

const untrainable = ({ label }: EstimatorMethod, problem: GymError): GymError =>
  new GymError(
    problem.code,
    `method ${label} cannot be trained here: ${messageOf(problem)}. A method with a model of process rewards is oprl-reference, oprl-repaired or prime-filtered`,
    { cause: problem },
  )
