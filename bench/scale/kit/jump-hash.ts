import { Rng } from '../../../core/data/rng.ts'

/**
 * Place of a key among `places` of equal shares, so that only the keys of a new last place move when there is one more:
 * jump consistent hash (Lamping and Veach 2014, arXiv:1406.2294), with Threefry in place of its generator. The servers'
 * own hash has the same shares and moves, and costs a digest for each place.
 * @param key two words of 32 bits
 */
export function jumpHash(key: readonly [number, number], places: number): number {
  const rng = new Rng({ word0: key[0], word1: key[1] }, 0)
  let [place, next] = [0, 0]
  while (next < places) {
    place = next
    // The number of places beyond which the key moves.
    next = Math.floor((place + 1) / (1 - rng.float()))
  }
  return place
}
