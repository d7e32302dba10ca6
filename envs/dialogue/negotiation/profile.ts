import type { Rng } from '../../../core/data/rng.ts'

/** Parts of the price that is asked for at first: prices are whole multiples of one. */
export const PARTS = 20

/** A defect that a buyer may point out. */
export interface Flaw {
  readonly key: string
  readonly isReal: boolean
}

/** A seller, and what it sells. */
export interface SellerProfile {
  readonly item: string
  /** Dollars of one part. */
  readonly unit: number
  /** Least price at the start, in parts: hidden. */
  readonly reserve: number
  /** The description names the real ones. */
  readonly flaws: readonly Flaw[]
}

export const realFlaws = ({ flaws }: SellerProfile): readonly Flaw[] => flaws.filter(({ isReal }) => isReal)

const [LOWEST_RESERVE, HIGHEST_RESERVE] = [12, 16]
const WRONG_FLAWS = 2

export function drawSeller(rng: Rng, difficulty: number): SellerProfile {
  const { item, flaws } = rng.choice(ITEMS)
  const shuffled = rng.shuffle(flaws).slice(0, difficulty + WRONG_FLAWS)
  return {
    item,
    unit: rng.int(2, 12),
    reserve: rng.int(LOWEST_RESERVE, HIGHEST_RESERVE),
    flaws: shuffled.map((key, at) => ({ key, isReal: at < difficulty })),
  }
}

const ITEMS = [
  { item: 'bicycle', flaws: ['rust on the chain', 'worn tyres', 'a loose saddle', 'a dented bell', 'scratched paint'] },
  { item: 'desk lamp', flaws: ['a frayed cable', 'a stiff joint', 'a faded shade', 'a missing bulb', 'a wobbly base'] },
  { item: 'guitar', flaws: ['old strings', 'a cracked nut', 'a scuffed body', 'a stuck tuner', 'a torn case'] },
  {
    item: 'camera',
    flaws: ['a weak battery', 'dust in the lens', 'a cracked cap', 'a sticky shutter', 'a worn strap'],
  },
  {
    item: 'armchair',
    flaws: ['a stained seat', 'a squeaking spring', 'a chipped leg', 'cat scratches', 'a flat cushion'],
  },
] as const
