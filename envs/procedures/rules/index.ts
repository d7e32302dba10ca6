import type { Rule } from '../rule.ts'
import { LIST_RULES } from './lists.ts'
import { NUMBER_RULES } from './numbers.ts'
import { TEXT_RULES } from './text.ts'
import { WORD_RULES } from './words.ts'

/** The 23 procedures of ProcBench (Fujisawa et al., 2024), by names of our own, and nested arithmetic. */
export const RULES: readonly [Rule, ...Rule[]] = [...TEXT_RULES, ...WORD_RULES, ...LIST_RULES, ...NUMBER_RULES]
