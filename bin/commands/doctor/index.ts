import type { Command } from 'commander'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { diagnose } from './diagnose.ts'
import type { Finding } from './finding.ts'
import { type AttackFlags, BACKEND_CHOICES, runAttacks } from './sandbox.ts'

type DoctorFlags = AttackFlags & { readonly attack?: boolean }

export function addDoctor(program: Command, host: CommandHost): void {
  const { cli, exit } = host
  program
    .command('doctor')
    .option('--attack', 'attack the sandbox instead, and show which layer stops each attack')
    .addOption(flagOneOf('--backend <name>', 'with --attack: back end to attack (default: auto)', BACKEND_CHOICES))
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym doctor', 'stepgym doctor --attack --backend pyodide'))
    .action(async ({ attack = false, json = false, ...flags }: DoctorFlags, command: Command) => {
      if (flags.backend !== undefined && !attack)
        command.error('error: --backend names the back end that --attack attacks: add --attack')
      if (attack) return runAttacks(host, { ...flags, json })
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
