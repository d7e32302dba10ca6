import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ClaimResult } from '../../../evaluation/claims/kit/claim.ts'
import { claimsReport } from '../../../evaluation/claims/kit/report.ts'
import { runClaims } from '../../../evaluation/claims/kit/run.ts'
import type { Verdict } from '../../../evaluation/claims/kit/verdict.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { POSITION, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag, separated } from '../../flags.ts'
import { type Painter, painterOf, type Style } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'

interface EvalClaimsFlags {
  readonly quick?: boolean
  readonly only?: readonly string[]
  readonly seed?: number
  readonly out: string
  readonly json?: boolean
}

export function addEvalClaims(program: Command, { cli }: CommandHost): void {
  program
    .command('claims')
    .description('test claims about credit assignment, published ones and our own, and report which hold')
    .option('--quick', 'smaller samples, and wider intervals: about a minute instead of ten')
    .option('--only <names>', 'claims, comma separated: names or paths (default: all)', separated)
    .addOption(readFlag('--seed <n>', 'of policies and batches (default: 0)', POSITION))
    .addOption(readFlag('--out <file>', 'file of the page', TEXT).default('runs/claims.md'))
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym eval claims --quick', 'stepgym eval claims --only turn-index,min-form'))
    .action(async ({ json = false, ...flags }: EvalClaimsFlags) => {
      const results = await tested(flags)
      const file = resolve(cli.folder, flags.out)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, claimsReport(results, { command: commandOf(flags) }))
      if (json) printJson(cli.out, results)
      else printLines(cli.out, printedClaims(results, flags.out, painterOf(cli.out, cli.variables)))
    })

  async function tested({ quick = false, only, seed = 0 }: EvalClaimsFlags) {
    const bar = progressBar(cli.err)
    const results = await runClaims({
      effort: quick ? 'quick' : 'full',
      seed,
      catalogs: { userFolder: cli.folder },
      ...(only && { only }),
      onProgress: (done, total, now) => bar.update(now, done, total),
    })
    bar.clear()
    return results
  }
}

/** That writes the same page again. */
function commandOf({ quick, only, seed = 0, out }: EvalClaimsFlags): string {
  const flags = [
    ...(quick ? ['--quick'] : []),
    ...(only ? [`--only ${only.join(',')}`] : []),
    ...(seed === 0 ? [] : [`--seed ${seed}`]),
    `--out ${out}`,
  ]
  return `npx stepgym eval claims ${flags.join(' ')}`
}

/** Each claim with its verdict, what was found, and which conditions did not hold. */
const printedClaims = (results: readonly ClaimResult[], report: string, paint: Painter): readonly string[] => [
  ...results.flatMap((result) => linesOf(result, paint)),
  `conditions, figures and intervals: ${report}`,
]

const STYLES: Readonly<Record<Verdict, Style>> = { confirmed: 'green', refuted: 'red', undecided: 'yellow' }

const linesOf = (
  { name, claim, verdict, conditions, beside, says }: ClaimResult,
  paint: Painter,
): readonly string[] => [
  `${paint('bold', name)}: ${paint(STYLES[verdict], verdict)}`,
  `  ${claim}`,
  `  ${says}`,
  ...conditions.filter((each) => each.verdict !== 'confirmed').map(conditionLine),
  ...beside.map((each) => `  beside, ${each.verdict}: ${each.says}`),
  '',
]

const conditionLine = ({ verdict, says }: ClaimResult['conditions'][number]): string => `  ${verdict}: ${says}`
