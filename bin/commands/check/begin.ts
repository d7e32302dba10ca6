import { checkAgent } from '../../../core/check/agent.ts'
import { checkEnvironment } from '../../../core/check/environment.ts'
import { checkHook } from '../../../core/check/hook.ts'
import type { CheckResult, CheckSettings } from '../../../core/check/report.ts'
import { withOptions } from '../../../core/reward/hook.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { agents, estimators, hooks } from '../../../registry/index.ts'
import { checkEstimator, type Estimator } from '../../../rewards/credit/index.ts'
import type { Cli } from '../../cli.ts'
import { type Chosen, readSettings, type Settings } from '../../config.ts'
import { environmentCatalog } from '../../find.ts'
import { type Kind, kindOf } from '../../subject.ts'

type Place = Pick<Cli, 'folder' | 'variables'>

/** What must be checked, as the command line and its surroundings say. */
export interface CheckRequest {
  readonly chosen: Chosen
  readonly flags: Settings
  readonly cli: Place
}

/** What is checked. */
export interface Subject {
  readonly subject: string
  readonly kind: Kind
  /** The environment that a hook or an agent is checked in; null for an environment or an estimator. */
  readonly where: string | null
}

/** A check that is about to run. */
export interface Check extends Subject {
  readonly results: AsyncIterable<CheckResult>
}

/** Small, with listed actions: any hook and most agents can do something there. */
const DEFAULT_PLACE = 'guess-number'

/** Loads what must be checked. @throws GymError of its kind, where it cannot be found or used */
export async function begin({ chosen, flags, cli }: CheckRequest, checkSettings: CheckSettings): Promise<Check> {
  const { reference, options } = chosen
  const settings = await readSettings(cli, flags)
  const kind = await kindOf(reference, cli.folder, settings)
  if (kind === 'reward hook') return hookCheck(chosen, settings, cli, checkSettings)
  if (kind === 'agent') return agentCheck(chosen, settings, cli, checkSettings)
  if (kind === 'estimator') return estimatorCheck(chosen, cli)
  const own = await readSettings(cli, { ...flags, env: reference, options: { ...flags.options, ...options } })
  const environment = await environmentCatalog(cli.folder, own).load(reference)
  return {
    subject: environment.id,
    kind,
    where: null,
    results: checkEnvironment(environment, own.options, checkSettings),
  }
}

async function hookCheck(
  { reference, options }: Chosen,
  settings: Settings,
  { folder }: Place,
  checkSettings: CheckSettings,
): Promise<Check> {
  const hook = withOptions(await hooks({ userFolder: folder }).load(reference), options)
  const place = await environmentCatalog(folder, settings).load(settings.env ?? DEFAULT_PLACE)
  const results = checkHook(hook, place, settings.options, checkSettings)
  return { subject: hook.name, kind: 'reward hook', where: place.id, results }
}

/** Under its defaults, and the options that were chosen over them. */
async function estimatorCheck({ reference, options }: Chosen, { folder }: Place): Promise<Check> {
  const estimator = await estimators({ userFolder: folder }).load(reference)
  const chosen: Estimator = { ...estimator, compute: (batch, own) => estimator.compute(batch, { ...options, ...own }) }
  return { subject: estimator.name, kind: 'estimator', where: null, results: checkEstimator(chosen) }
}

async function agentCheck(
  { reference, options }: Chosen,
  settings: Settings,
  { folder }: Place,
  checkSettings: CheckSettings,
): Promise<Check> {
  const factory = await agents({ userFolder: folder }).load(reference)
  const agent = await createAgent(factory, options)
  const place = await environmentCatalog(folder, settings).load(settings.env ?? factory.expertFor ?? DEFAULT_PLACE)
  return {
    subject: agent.name,
    kind: 'agent',
    where: place.id,
    results: checkAgent(agent, place, settings.options, checkSettings),
  }
}
