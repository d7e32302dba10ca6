import type { OptionDimension } from '../options.ts'
import type { Department } from '../words.ts'

/** A kind of product: what it is called, where it stands, what it may offer, and what it costs. */
export interface ProductCategory {
  readonly department: Department
  /** The path that WebShop joins with ' › ', top first. */
  readonly path: string
  /** What the shop files the product under (WebShop's `query`). */
  readonly query: string
  /** The name in titles. */
  readonly noun: string
  /** What shoppers say instead, with its article; products say it in their first bullet. */
  readonly everyday: readonly string[]
  readonly attributes: readonly string[]
  readonly dimensions: readonly OptionDimension[]
  /** Ordinary products cost some ten of dollars from `low` to `high`, both included (3: 30.50 to 39.99 dollars). */
  readonly priceTens: { readonly low: number; readonly high: number }
}

/** Splits the comma-separated word lists of the category files. */
export const wordsOf = (list: string): readonly string[] => list.split(', ')
