import { Option } from 'commander'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { World } from '../../../core/episode/world.ts'
import { type ExportSettings, endingOf, FORMATS, type Format, GRAINS, type Grain } from '../../../exchange/export.ts'
import type { Manifest } from '../../../records/index.ts'
import { expectSameWorld } from '../../../records/match.ts'
import type { Shaping } from '../../../rewards/credit/index.ts'
import type { Cli } from '../../cli.ts'
import { assigned, NUMBER, NUMBERS, SHARE } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { type CurationFlags, curationOf } from '../../curation.ts'
import { chosenRecipe } from '../../find.ts'
import { FLAGS, flagOneOf, readFlag, type SettingFlags, separated, settingsOfFlags } from '../../flags.ts'
import { openWorldOf } from '../../recorded.ts'
import { creditRequests } from '../credit/requests.ts'

/** Flags that say what is written of a run. */
export interface FormatFlags extends Pick<SettingFlags, 'recipe'>, CurationFlags {
  readonly format: Format
  readonly grain?: Grain
  readonly estimator?: readonly string[]
  readonly options?: readonly string[]
  readonly progress?: number
  readonly score?: readonly string[]
  readonly sigmas?: readonly number[]
  readonly threshold?: number
  readonly minScore?: number
  readonly pairs?: 'trajectory' | 'step'
  readonly bare?: boolean
}

export const formatFlag = (): Option => flagOneOf('--format <name>', 'format of the file', FORMATS)

const SCORE =
  'what sft, dpo and prm judge by (default: env); for dpo also several in order of importance, comma separated'
const SIGMAS = 'for dpo by several: deviations by which the first, and the others, have to lead (default: 0)'

/** All flags of `FormatFlags`, except for the format. */
export const formatFlags = (): readonly Option[] => [
  flagOneOf('--grain <unit>', 'what a row is, for parquet and sft (default: steps)', GRAINS),
  new Option('--estimator <names>', 'estimators whose advantages are written, comma separated').argParser(separated),
  FLAGS.options(),
  FLAGS.recipe(),
  readFlag('--progress <share>', 'how far training is, from 0 to 1, for recipes with a schedule', SHARE),
  FLAGS.filter(),
  FLAGS.keepSteps(),
  new Option('--score <signals>', SCORE).argParser(separated),
  readFlag('--sigmas <numbers>', SIGMAS, NUMBERS),
  readFlag('--threshold <n>', 'for prm: labels are true from this value on, else false', NUMBER),
  readFlag('--min-score <n>', 'least score of a trajectory, for sft', NUMBER),
  flagOneOf('--pairs <unit>', 'what dpo compares (default: trajectory)', ['trajectory', 'step']),
  new Option('--bare', 'for chat, atif, sharegpt and verifiers: without the fields that only stepgym import reads'),
]

/**
 * What flags ask for. The environment is opened for conversations alone.
 * @throws GymError CONFIG_INVALID, ESTIMATOR_UNKNOWN, ESTIMATOR_INVALID, RECIPE_UNKNOWN
 */
export async function exportSettings(cli: Cli, flags: FormatFlags, world: World | null): Promise<ExportSettings> {
  const { format, grain = 'steps', estimator = [], options = [], score: scores = ['env'], minScore = null } = flags
  const requests = estimator.length === 0 ? [] : await creditRequests(cli.folder, estimator, assigned(options) ?? {})
  const shaping = requests.length === 0 ? null : await shapingOf(cli, flags)
  const { pairs = 'trajectory', bare: isBare = false, sigmas = [0], threshold = null } = flags
  const judged = { scores, sigmas, threshold, minScore, pairs, curation: curationOf(flags) }
  return { format, grain, requests, shaping, world, ...judged, isBare }
}

async function shapingOf(cli: Cli, flags: Pick<FormatFlags, 'recipe' | 'progress'>): Promise<Shaping | null> {
  const { recipe: name } = await readSettings(cli, settingsOfFlags(flags.recipe ? { recipe: flags.recipe } : {}))
  if (name === undefined) return null
  const { recipe } = await chosenRecipe(cli.folder, name)
  return { recipe, ...(flags.progress !== undefined && { progress: flags.progress }) }
}

/** A world, or why there is none. */
export interface WorldOrProblem {
  readonly world: World | null
  /** Why it cannot be opened; null where it could, or is not needed. */
  readonly problem: string | null
}

/**
 * The environment of a run, for conversations, which need what it says of tasks; the rest of a run can be exported
 * without it.
 * @param env the user's name or path of it
 * @throws GymError as opening it does, where `env` is given
 */
export async function exportWorld(
  cli: Cli,
  manifest: Manifest,
  { format, env }: Pick<FormatFlags, 'format'> & { readonly env?: string },
): Promise<WorldOrProblem> {
  if (isTable(format)) return { world: null, problem: null }
  try {
    const world = await openWorldOf(cli, { manifest }, env === undefined ? {} : { env })
    expectSameWorld(manifest, world)
    return { world, problem: null }
  } catch (thrown) {
    if (env !== undefined || !(thrown instanceof GymError)) throw thrown
    return { world: null, problem: messageOf(thrown) }
  }
}

/** What the name of a file says of what it has: `steps.parquet`, `chat.jsonl`. */
export function kindOfFile({ format, grain = 'steps' }: Pick<FormatFlags, 'format' | 'grain'>): string {
  const middle = format === 'parquet' ? grain : grain === 'tokens' ? `${format}-tokens` : format
  return `${middle}.${endingOf(format)}`
}

const isTable = (format: Format): boolean => endingOf(format) === 'parquet'
const isConversation = (format: Format): boolean => !isTable(format)

/** Formats that a flag has a say in. */
const USED: Readonly<Record<string, readonly Format[]>> = {
  score: ['sft', 'dpo', 'prm'],
  minScore: ['sft'],
  pairs: ['dpo'],
  sigmas: ['dpo'],
  threshold: ['prm'],
  bare: ['chat', 'atif', 'sharegpt', 'verifiers'],
  env: FORMATS.filter(isConversation),
}

/** A flag that would do nothing is a mistake. @throws GymError CONFIG_INVALID */
export function expectUsed(flags: FormatFlags): void {
  const { format, grain, estimator, options, recipe, progress, score = [], pairs } = flags
  const given = new Map<string, unknown>(Object.entries(flags))
  for (const [name, formats] of Object.entries(USED))
    if (given.get(name) !== undefined && !formats.includes(format))
      throw invalid(`${flagOf(name)} is for the formats ${formats.join(', ')}, and not for ${format}`)
  if (grain === 'tokens' && format !== 'parquet' && format !== 'sft')
    throw invalid(`--grain tokens is for the formats parquet and sft, and not for ${format}`)
  if (estimator === undefined && (options ?? recipe ?? progress) !== undefined)
    throw invalid('--options, --recipe and --progress are for advantages: name an estimator with --estimator')
  if (score.length > 1 && (format !== 'dpo' || pairs === 'step'))
    throw invalid('several scores compare trajectories, for dpo: give --score one signal')
  if (flags.sigmas !== undefined && score.length < 2) throw invalid('--sigmas is for several scores: --score a,b')
  if (flags.keepSteps !== undefined && !hasPlaceForMask(flags)) throw invalid(NO_PLACE)
  if (estimator !== undefined && format === 'sft') throw invalid('sft has no advantages: leave --estimator out')
}

/** Formats that say which steps are learnt from. */
const MASKED: readonly Format[] = ['verl', 'sft', 'dpo', 'prm', 'sharegpt', 'verifiers']

const hasPlaceForMask = ({ format, grain, estimator }: Pick<FormatFlags, 'format' | 'grain' | 'estimator'>): boolean =>
  MASKED.includes(format) || grain === 'tokens' || estimator !== undefined

const NO_PLACE = `--keep-steps is for ${MASKED.join(', ')}, for --grain tokens, and for advantages: name an estimator`

/** A flag as it is written, by the name of its value. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
