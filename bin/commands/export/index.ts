import { isAbsolute, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { World } from '../../../core/episode/world.ts'
import { exportRun, FORMATS, type Format, GRAINS, type Grain } from '../../../exchange/export.ts'
import { type Run, readRun } from '../../../records/index.ts'
import { expectSameWorld } from '../../../records/match.ts'
import type { Shaping } from '../../../rewards/credit/index.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { assigned, NUMBER, SHARE, TEXT } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenRecipe } from '../../find.ts'
import { FLAGS, flagOneOf, readFlag, type SettingFlags, separated, settingsOfFlags } from '../../flags.ts'
import { openWorldOf, runProgress } from '../../recorded.ts'
import { creditRequests } from '../credit/requests.ts'
import { type ExportReport, linesOf } from './print.ts'

interface ExportFlags extends Pick<SettingFlags, 'recipe' | 'env'> {
  readonly format: Format
  readonly grain?: Grain
  readonly estimator?: readonly string[]
  readonly options?: readonly string[]
  readonly progress?: number
  readonly score?: string
  readonly minScore?: number
  readonly pairs?: 'trajectory' | 'step'
  readonly bare?: boolean
  readonly out?: string
  readonly json?: boolean
}

export function addExport(program: Command, { cli }: CommandHost): void {
  program
    .command('export')
    .argument('<run>', 'folder of the run')
    .addOption(flagOneOf('--format <name>', 'format of the file', FORMATS).makeOptionMandatory())
    .addOption(flagOneOf('--grain <unit>', 'what a row is, for parquet and sft (default: steps)', GRAINS))
    .option('--estimator <names>', 'estimators whose advantages are written, comma separated', separated)
    .addOption(FLAGS.options())
    .addOption(FLAGS.recipe())
    .addOption(readFlag('--progress <share>', 'how far training is, from 0 to 1, for recipes with a schedule', SHARE))
    .addOption(readFlag('--score <signal>', 'what sft, dpo and prm judge by (default: env)', TEXT))
    .addOption(readFlag('--min-score <n>', 'least score of a trajectory, for sft', NUMBER))
    .addOption(flagOneOf('--pairs <unit>', 'what dpo compares (default: trajectory)', ['trajectory', 'step']))
    .option('--bare', 'for chat, atif, sharegpt and verifiers: without the fields that only stepgym import reads')
    .addOption(readFlag('--out <file>', 'a file that is not there (default: beside the run)', TEXT))
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym export runs/a --format parquet --estimator grpo,gigpo',
        'stepgym export runs/a --format chat --out a.jsonl',
        'stepgym export runs/a --format dpo --pairs step --score success',
      ),
    )
    .action(async (folder: string, { json = false, ...flags }: ExportFlags) => {
      expectUsed(flags)
      const report = await cli.guarded({ report: () => {} }, () => exported(folder, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  async function exported(folder: string, flags: Omit<ExportFlags, 'json'>): Promise<ExportReport> {
    const { format, grain = 'steps', estimator = [], options = [] } = flags
    const requests = estimator.length === 0 ? [] : await creditRequests(cli.folder, estimator, assigned(options) ?? {})
    const run = readRun(resolve(cli.folder, folder))
    const { world, problem } = isConversation(format) ? await worldOf(run, flags) : NO_WORLD
    const out = flags.out ?? besideRun(folder, format, grain)
    const progress = runProgress(run, cli.err)
    try {
      const written = await exportRun(run, resolve(cli.folder, out), {
        ...{ format, grain, requests, world },
        shaping: requests.length === 0 ? null : await shapingOf(flags),
        score: flags.score ?? 'env',
        minScore: flags.minScore ?? null,
        pairs: flags.pairs ?? 'trajectory',
        isBare: flags.bare ?? false,
        onProgress: progress.add,
      })
      return { run: folder, format, grain, out, ...written, tornBytes: run.tornBytes, withoutEnvironment: problem }
    } finally {
      progress.clear()
    }
  }

  /** Conversations need what the environment says of tasks; the rest of a run can be exported without it. */
  async function worldOf(run: Run, { env }: Pick<ExportFlags, 'env'>): Promise<WorldOrProblem> {
    try {
      const world = await openWorldOf(cli, run, env === undefined ? {} : { env })
      expectSameWorld(run.manifest, world)
      return { world, problem: null }
    } catch (thrown) {
      if (env !== undefined || !(thrown instanceof GymError)) throw thrown
      return { world: null, problem: messageOf(thrown) }
    }
  }

  async function shapingOf(flags: Pick<ExportFlags, 'recipe' | 'progress'>): Promise<Shaping | null> {
    const { recipe: name } = await readSettings(cli, settingsOfFlags(flags.recipe ? { recipe: flags.recipe } : {}))
    if (name === undefined) return null
    const { recipe } = await chosenRecipe(cli.folder, name)
    return { recipe, ...(flags.progress !== undefined && { progress: flags.progress }) }
  }

  function besideRun(folder: string, format: Format, grain: Grain): string {
    const ending = isTable(format) ? 'parquet' : 'jsonl'
    const middle = format === 'parquet' ? grain : grain === 'tokens' ? `${format}-tokens` : format
    const path = `${resolve(cli.folder, folder)}.${middle}.${ending}`
    return isAbsolute(folder) ? path : relative(cli.folder, path)
  }
}

interface WorldOrProblem {
  readonly world: World | null
  /** Why it cannot be opened. */
  readonly problem: string | null
}

const NO_WORLD: WorldOrProblem = { world: null, problem: null }

const isTable = (format: Format): boolean => format === 'parquet' || format === 'verl'
const isConversation = (format: Format): boolean => !isTable(format)

/** Formats that a flag has a say in. */
const USED: Readonly<Record<string, readonly Format[]>> = {
  score: ['sft', 'dpo', 'prm'],
  minScore: ['sft'],
  pairs: ['dpo'],
  bare: ['chat', 'atif', 'sharegpt', 'verifiers'],
  env: FORMATS.filter(isConversation),
}

/** A flag that would do nothing is a mistake. @throws GymError CONFIG_INVALID */
function expectUsed(flags: Omit<ExportFlags, 'json'>): void {
  const { format, grain, estimator, options, recipe, progress } = flags
  const given = new Map<string, unknown>(Object.entries(flags))
  for (const [name, formats] of Object.entries(USED))
    if (given.get(name) !== undefined && !formats.includes(format))
      throw invalid(`${flagOf(name)} is for the formats ${formats.join(', ')}, and not for ${format}`)
  if (grain === 'tokens' && format !== 'parquet' && format !== 'sft')
    throw invalid(`--grain tokens is for the formats parquet and sft, and not for ${format}`)
  if (estimator === undefined && (options ?? recipe ?? progress) !== undefined)
    throw invalid('--options, --recipe and --progress are for advantages: name an estimator with --estimator')
  if (estimator !== undefined && format === 'sft') throw invalid('sft has no advantages: leave --estimator out')
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
