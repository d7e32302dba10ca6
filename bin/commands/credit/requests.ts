import { GymError } from '../../../core/data/errors.ts'
import { nearOr } from '../../../core/data/near.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { estimators } from '../../../registry/index.ts'
import type { CreditRequest } from '../../../rewards/credit/index.ts'

/**
 * Estimators by name or path, each with the options that are meant for it.
 * @param options by the estimator's name.
 * @throws GymError CONFIG_INVALID where none is asked for, one twice, or options are for one that is not;
 *   ESTIMATOR_UNKNOWN, naming near ones; ESTIMATOR_INVALID.
 */
export async function creditRequests(
  folder: string,
  references: readonly string[],
  options: JsonObject,
): Promise<readonly CreditRequest[]> {
  const catalog = estimators({ userFolder: folder })
  if (references.length === 0)
    throw invalid(`say by which estimators: --estimator ${catalog.names().join(',')} or some of them`)
  const loaded = await Promise.all(references.map((reference) => catalog.load(reference)))
  const names = loaded.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw invalid(`the estimator ${twice} is asked for twice`)
  const foreign = Object.keys(options).find((name) => !names.includes(name))
  if (foreign !== undefined)
    throw invalid(
      `--options sets ${foreign}, which is not asked for: ${nearOr(foreign, names, `asked for are ${names.join(', ')}`)}`,
    )
  return loaded.map((estimator) => ({ estimator, options: ownOptions(estimator.name, options) }))
}

function ownOptions(name: string, options: JsonObject): JsonObject {
  const own = Object.hasOwn(options, name) ? options[name] : {}
  if (isObject(own)) return own
  throw invalid(`--options sets ${name} as a whole: write ${name}.KEY=VALUE`)
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
