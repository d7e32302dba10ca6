import type { Command } from 'commander'
import type { CommandHost } from '../../cli.ts'
import { addEvalClaims } from './claims.ts'
import { addEvalCredit } from './credit.ts'
import { addEvalDistance } from './distance.ts'
import { addEvalEnvironments } from './environments.ts'
import { addEvalFatal } from './fatal.ts'
import { addEvalHacking } from './hacking.ts'
import { addEvalProbes } from './probes.ts'
import { addEvalRewards } from './rewards.ts'
import { addEvalValues } from './values.ts'

/** Commands that ask what is true of steps, and how good what is said of them is. */
export function addEval(program: Command, host: CommandHost): void {
  const group = program.command('eval')
  for (const add of [
    ...[addEvalCredit, addEvalClaims, addEvalValues, addEvalFatal],
    ...[addEvalRewards, addEvalHacking, addEvalDistance, addEvalProbes],
    addEvalEnvironments,
  ])
    add(group, host)
}
