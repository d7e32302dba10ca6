import type { Command } from 'commander'
import type { CommandHost } from '../../cli.ts'
import { addEvalClaims } from './claims.ts'
import { addEvalCredit } from './credit.ts'
import { addEvalFatal } from './fatal.ts'
import { addEvalValues } from './values.ts'

/** Commands that ask what is true of steps: they need environments that fork, or that can be solved. */
export function addEval(program: Command, host: CommandHost): void {
  const group = program.command('eval')
  for (const add of [addEvalCredit, addEvalClaims, addEvalValues, addEvalFatal]) add(group, host)
}
