import type { Family } from '../operation.ts'
import { DICTS, INTERVALS } from './collections.ts'
import { DATES } from './dates.ts'
import { MACHINES, PARSING, SIMULATION } from './machines.ts'
import { MATRICES } from './matrices.ts'
import { LISTS, NUMBERS, RECURSION } from './numbers.ts'
import { FORMATTING, STRINGS } from './text.ts'

/** Subjects of generated tasks. */
export const FAMILIES: readonly Family[] = [
  STRINGS,
  LISTS,
  DICTS,
  NUMBERS,
  PARSING,
  INTERVALS,
  MATRICES,
  RECURSION,
  SIMULATION,
  DATES,
  MACHINES,
  FORMATTING,
]
