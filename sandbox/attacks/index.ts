import type { Attack } from './attack.ts'
import { ESCAPE } from './escape.ts'
import { EXHAUSTION } from './exhaustion.ts'
import { HOST } from './host.ts'
import { KERNEL } from './kernel.ts'
import { PROCESSES } from './processes.ts'
import { REMAINS } from './remains.ts'

export type { Attack } from './attack.ts'
export type { AttackOutcome } from './run.ts'
export { attackWith } from './run.ts'

/** Every attack, in the order in which they are shown. */
export const ATTACKS: readonly Attack[] = [...EXHAUSTION, ...PROCESSES, ...HOST, ...KERNEL, ...REMAINS, ...ESCAPE]
