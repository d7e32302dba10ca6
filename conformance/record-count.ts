import { parseJson } from '../core/data/json.ts'
/**
 * How many records a vector file holds, counted without its handler, so that no record is left out in silence.
 *
 * A `.jsonl` file has one a line that is not blank. A `.json` file has the items of its array, or of the array `cases`
 * of its object, or is one record; where it is not JSON as a whole it is read as lines, unless it starts as an array.
 */
export function countRecords(file: string, text: string): number {
  if (file.endsWith('.jsonl')) return countLines(text)
  try {
    return countItems(parseJson(text))
  } catch {
    return text.trimStart().startsWith('[') ? 1 : countLines(text)
  }
}

const countLines = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length

const countItems = (value: unknown): number => {
  const items = typeof value === 'object' && value !== null && 'cases' in value ? value.cases : value
  return Array.isArray(items) ? items.length : 1
}
