import type { Rng } from '../../../../core/data/rng.ts'
import { times } from './operation.ts'

const WORDS =
  'amber basil cedar delta ember fern glade haze iris jade kelp lilac maple north ochre pearl quartz river sage tide umber vale willow yarrow zinc'.split(
    ' ',
  )

/** Arguments of the usual kinds. */
export const someInt = (rng: Rng): number => rng.int(-20, 60)
export const someInts = (rng: Rng): number[] => times(rng.int(4, 9), () => someInt(rng))
export const someWord = (rng: Rng): string => rng.choice(WORDS)
export const someWords = (rng: Rng): string[] => times(rng.int(3, 8), () => someWord(rng))
export const someText = (rng: Rng): string => someWords(rng).join(' ')
export const someNumber = (rng: Rng): number => rng.int(2, 400)
export const someTable = (rng: Rng): Record<string, number> =>
  Object.fromEntries(someWords(rng).map((word) => [word, rng.int(-5, 9)]))
export const someMatrix = (rng: Rng): number[][] => {
  const [rows, columns] = [rng.int(2, 4), rng.int(2, 5)]
  return times(rows, () => times(columns, () => rng.int(-3, 9)))
}
export const someIntervals = (rng: Rng): number[][] =>
  times(rng.int(3, 6), () => {
    const start = rng.int(0, 25)
    return [start, start + rng.int(1, 8)]
  })
/** From 1890 to 2110. */
export const someDate = (rng: Rng): string => isoDate(Date.UTC(1890, 0, 1) + rng.int(0, 80_000) * DAY_MS)

export const DAY_MS = 86_400_000
export const isoDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
