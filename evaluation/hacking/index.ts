/** Attacks on reward hooks: ways to look better without being better, and what each hook makes of them. */

export type { Attack } from './attacks.ts'
export { ATTACKS } from './attacks.ts'
export { CONTROLS } from './controls.ts'
export type { AttackResult, HackingReport, HackingScenes } from './measure.ts'
export { allHackingScenes, compareReports, fooledBy, hackingReport } from './measure.ts'
