import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Equality, StepBatch } from '../../../core/batch/index.ts'
import { GymError } from '../../../core/data/errors.ts'
import { assignCredit, type Shaping, withReason } from '../../../rewards/credit/index.ts'
import { EVERYTHING } from '../../../rewards/shaping/curation.ts'
import { weightedRecipe } from '../../../rewards/shaping/weights.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { assigned, SHARE, TEXT, WEIGHTS } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { type CurationFlags, curationOf } from '../../curation.ts'
import { exampleOf } from '../../examples.ts'
import { chosenRecipe } from '../../find.ts'
import { FLAGS, flagOneOf, readFlag, type SettingFlags, separated, settingsOfFlags } from '../../flags.ts'
import { besideOf, reportedLosses } from '../../recorded.ts'
import { painterOf } from '../../terminal/paint.ts'
import { writeColumns } from './columns.ts'
import { printedCredit } from './print.ts'
import { type CreditReport, countsOf, creditReport } from './report.ts'
import { creditRequests } from './requests.ts'
import { readSource } from './source.ts'

interface CreditFlags extends Pick<SettingFlags, 'recipe'>, CurationFlags {
  readonly estimator?: readonly string[]
  readonly options?: readonly string[]
  readonly batch?: string
  readonly progress?: number
  readonly equality: Equality
  readonly out?: string
  readonly weights?: Readonly<Record<string, number>>
  readonly tokens?: boolean
  readonly json?: boolean
}

export function addCredit(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('credit')
    .argument('[run]', 'folder of the run')
    .option('--estimator <names>', 'estimators, comma separated: names or paths', separated)
    .addOption(FLAGS.options())
    .option('--batch <file>', 'steps of any trainer in place of a run: JSON, JSON Lines or Parquet')
    .addOption(FLAGS.recipe())
    .addOption(readFlag('--progress <share>', 'how far training is, from 0 to 1, for recipes with a schedule', SHARE))
    .addOption(FLAGS.filter())
    .addOption(FLAGS.keepSteps())
    .addOption(
      readFlag('--weights <signal=n,...>', 'weights of signals, in place of a recipe: success=1,format=0.2', WEIGHTS),
    )
    .addOption(flagOneOf('--equality <rule>', 'which anchors are one', ['exact', 'python']).default('exact'))
    .addOption(readFlag('--out <file>', 'file of the columns (default: beside the source, as .credit.jsonl)', TEXT))
    .option('--tokens', 'write the advantages of the tokens of each action, too')
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym credit runs/a --estimator grpo,gigpo,hgpo',
        'stepgym credit runs/a --estimator gigpo --options gigpo.gamma=0.9 --recipe outcome-only',
        'stepgym credit runs/a --estimator grpo --weights success=1,format=0.2 --filter spread:outcome=success',
        'stepgym credit --batch steps.json --estimator grpo --out advantages.jsonl',
      ),
    )
    .action(async (run: string | undefined, { json = false, ...flags }: CreditFlags) => {
      const report = await credit(run, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedCredit(report, painterOf(cli.out, cli.variables)))
      exit(report.estimators.every(({ reason }) => reason === null) ? 0 : 1)
    })

  async function credit(run: string | undefined, flags: Omit<CreditFlags, 'json'>): Promise<CreditReport> {
    const { estimator = [], options = [], batch, equality, tokens = false } = flags
    const requests = await creditRequests(cli.folder, estimator, assigned(options) ?? {})
    const source = await readSource(cli.folder, { run, batch }, { equality })
    const shaping = await shapingOf(flags, source.batch)
    const curation = curationOf(flags)
    const losses = source.run ? reportedLosses(source.run, cli.err) : null
    const results = assignCredit(source.batch, requests, shaping, curation).map(withReason)
    const beside = besideOf(cli.folder, source.name, 'credit')
    const out = results.some((each) => each.credit) ? (flags.out ?? beside) : null
    if (out !== null) writeColumns(resolve(cli.folder, out), source.batch, results, tokens)
    const leftOut = curation === EVERYTHING ? null : countsOf(source.batch, curation)
    return creditReport(source, { leftOut, recipe: shaping?.recipe.name ?? null, losses, assigned: results, out })
  }

  async function shapingOf(
    flags: Pick<CreditFlags, 'recipe' | 'progress' | 'weights'>,
    batch: StepBatch,
  ): Promise<Shaping | null> {
    if (flags.weights !== undefined) {
      if (flags.recipe !== undefined) throw new GymError('CONFIG_INVALID', TWO_RECIPES)
      return { recipe: weightedRecipe(flags.weights, batch) }
    }
    const { recipe: name } = await readSettings(cli, settingsOfFlags(flags.recipe ? { recipe: flags.recipe } : {}))
    if (name === undefined) return null
    const { recipe } = await chosenRecipe(cli.folder, name)
    return { recipe, ...(flags.progress !== undefined && { progress: flags.progress }) }
  }
}

const TWO_RECIPES = '--weights is a recipe of its own: leave --recipe out'
