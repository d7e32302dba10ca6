import type { Rng } from '../../core/data/rng.ts'

/** A standard normal draw (Box & Muller, 1958). */
export const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.float())) * Math.cos(2 * Math.PI * rng.float())
