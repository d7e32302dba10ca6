import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { passAtK } from '../../../rewards/pass-at-k.ts'
import type { SandboxPool } from '../../../sandbox/index.ts'
import type { WireObject } from '../../transport/json.ts'
import { type Datasets, readWanted } from './datasets.ts'
import { Fields } from './fields.ts'
import type { Problem, TestConfig } from './problems.ts'
import { type FusionLimits, languagesOf, readRunCode, runCode } from './run-code.ts'
import { submit } from './submit.ts'

/** What the calls of the API work on. */
export interface FusionSettings {
  readonly pool: SandboxPool
  readonly datasets: Datasets
  readonly limits: FusionLimits
}

/** One call. */
export interface FusionCall extends FusionSettings {
  readonly fields: Fields
  /** Whose programs take turns with those of others. */
  readonly owner: string
  /** Aborts where the client leaves. */
  readonly signal: AbortSignal
}

/** @returns body of the answer */
export type FusionRoute = (call: FusionCall) => unknown

/** SandboxFusion's calls, by method and path. */
export const FUSION_ROUTES: ReadonlyMap<string, FusionRoute> = new Map<string, FusionRoute>([
  ['GET v1/ping', () => 'pong'],
  ['POST run_code', (call) => run(call)],
  ['GET list_datasets', ({ datasets }) => datasets.names],
  ['POST list_ids', (call) => page(call, ({ id }) => id)],
  ['POST get_prompts', (call) => page(call, promptOf)],
  [
    'POST get_prompt_by_id',
    (call) => {
      const [problem, config] = problemOf(call)
      return promptOf(problem, config)
    },
  ],
  [
    'POST submit',
    (call) => {
      const completion = call.fields.text('completion')
      const [problem, config] = problemOf(call)
      return submit(problem, completion, config, call)
    },
  ],
  ['POST get_metrics', ({ fields }) => metricsOf(fields)],
  ['POST get_metrics_function', () => ({ function: null })],
  [
    'POST run_jupyter',
    () => {
      throw new GymError('FRAME_UNKNOWN', 'run_jupyter is not served: give the cells to /run_code as one program')
    },
  ],
])

/** @throws GymError FRAME_INVALID, with all that is wrong in `problems` of the fields */
function expectRead({ problems }: Fields): void {
  if (problems.length > 0)
    throw new GymError('FRAME_INVALID', problems.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
}

function run({ pool, fields, limits, owner, signal }: FusionCall): unknown {
  const request = readRunCode(fields, languagesOf(pool), limits)
  expectRead(fields)
  return runCode(pool, request, limits, { owner, signal })
}

function wantedOf({ fields, pool, limits }: FusionCall) {
  return readWanted(fields, languagesOf(pool), limits.runSeconds)
}

/** Problems of a data set from `offset`, at most `limit`. */
function page<T>(call: FusionCall, view: (problem: Problem, config: TestConfig) => T): readonly T[] {
  const wanted = wantedOf(call)
  const [offset, limit] = [call.fields.whole('offset', 0), call.fields.whole('limit', 1_000_000)]
  expectRead(call.fields)
  const problems = call.datasets.all(wanted).slice(Math.max(0, offset), Math.max(0, offset) + Math.max(0, limit))
  return problems.map((problem) => view(problem, wanted.config))
}

function problemOf(call: FusionCall): readonly [Problem, TestConfig] {
  const wanted = wantedOf(call)
  const id = call.fields.id('id')
  expectRead(call.fields)
  return [call.datasets.one(wanted, id), wanted.config]
}

const promptOf = ({ id, labels, prompt }: Problem, config: TestConfig): JsonObject => ({
  id,
  prompt: prompt(config),
  labels,
})

/**
 * Share of results that are accepted, and unbiased pass@k over the problems (Chen et al., "Evaluating Large Language
 * Models Trained on Code", 2021) for k = 1, 2, 4 and so on, as far as every problem has that many results.
 */
function metricsOf(fields: Fields): JsonObject {
  const counts = new Map<string | number, { samples: number; passed: number }>()
  const results = fields.objects('results')
  for (const result of results) {
    const id = result.id('id')
    const { samples, passed } = counts.get(id) ?? { samples: 0, passed: 0 }
    counts.set(id, { samples: samples + 1, passed: passed + Number(result.flag('accepted')) })
  }
  expectRead(fields)
  const problems = [...counts.values()]
  if (problems.length === 0) return {}
  const accepted = problems.reduce((sum, { passed }) => sum + passed, 0) / results.length
  const least = Math.min(...problems.map(({ samples }) => samples))
  const metrics: Record<string, number> = { accepted }
  for (let k = 1; k <= least; k *= 2)
    metrics[`pass@${k}`] =
      problems.reduce((sum, { samples, passed }) => sum + passAtK(samples, passed, k), 0) / problems.length
  return metrics
}

/** A body as fields. */
export const fieldsOf = (body: WireObject): Fields => new Fields(body)
