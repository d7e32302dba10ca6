import type { Command } from 'commander'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { diagnose } from './diagnose.ts'
import type { Finding } from './finding.ts'

export function addDoctor(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('doctor')
    .description('check that everything that stepgym needs is present, and say what to do if it is not')
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym doctor'))
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const findings = await diagnose(cli)
      const isWell = findings.every(({ advice }) => advice === null)
      if (json) printJson(cli.out, { isWell, findings })
      else
        printLines(cli.out, [
          ...findings.flatMap(linesOf),
          isWell ? 'all is well' : 'problems found: see the lines marked ✗',
        ])
      exit(isWell ? 0 : 1)
    })

  function linesOf({ what, found, advice }: Finding): readonly string[] {
    const paint = painterOf(cli.out, cli.variables)
    if (advice === null) return [`${paint('green', '✓')} ${what}: ${found}`]
    return [paint('red', `✗ ${what}: ${found}`), `    ${advice}`]
  }
}
