import type { StepBatch } from '../../core/batch/index.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Estimator } from '../estimator/estimator.ts'

/** How to name other signals, where options name some that a batch lacks; empty where they name none. */
export function renamingAdvice({ signals, outcomes }: StepBatch, estimator: Estimator, options: JsonObject): string {
  const isAbsent = (signal: string): boolean => !signals.has(signal) && !outcomes.has(signal)
  const absent = namedSignals(estimator, options).filter(({ signal }) => isAbsent(signal))
  const advice = absent.map(({ option, signal }) => `${estimator.name}.${option}, now ${signal}`)
  return advice.length === 0 ? '' : `. Name another by the option ${advice.join('; ')}`
}

/** Options that name a signal which the estimator reads, with what they name. */
function namedSignals({ consumes, defaults }: Estimator, options: JsonObject) {
  const reads = new Set(consumes.map((each) => each.replace(/ \(.*\)$/, '')))
  return Object.entries(defaults).flatMap(([option, fallback]) => {
    const signal = options[option] ?? fallback
    const isName = typeof fallback === 'string' && reads.has(fallback)
    return isName && typeof signal === 'string' ? [{ option, signal }] : []
  })
}
