import type { RewardNoise } from './noise.ts'
import type { BenchWorld } from './world.ts'

/** One setting in which every entry is measured. */
export interface Condition {
  /** Which table it belongs to: `worlds`, or the name of what is varied. */
  readonly study: string
  readonly world: BenchWorld
  /** The value of what is varied, null for the world as it is. */
  readonly value: string | null
  readonly groupSize: number
  readonly noise: RewardNoise
}

const GROUP_SIZE = 8
const GROUP_SIZES = [4, 8, 16, 32] as const
const NOISES: Readonly<Record<string, RewardNoise>> = {
  none: { kind: 'none' },
  'flipped 10 %': { kind: 'flipped', chance: 0.1 },
  'flipped 30 %': { kind: 'flipped', chance: 0.3 },
  random: { kind: 'random' },
  inverted: { kind: 'inverted' },
}

/** Every world as it is, then one thing varied at a time. */
export function conditionsOf(worlds: readonly BenchWorld[]): readonly Condition[] {
  const studied = worlds.filter(({ isStudied }) => isStudied)
  return [
    ...worlds.map((world) => plain('worlds', world)),
    ...studied.flatMap((world) =>
      GROUP_SIZES.map((size) => ({ ...plain('group size', world), value: `${size}`, groupSize: size })),
    ),
    ...worlds.flatMap(optionConditions),
    ...studied.flatMap((world) =>
      Object.entries(NOISES).map(([value, noise]) => ({ ...plain('reward noise', world), value, noise })),
    ),
  ]
}

const plain = (study: string, world: BenchWorld): Condition => ({
  study,
  world,
  value: null,
  groupSize: GROUP_SIZE,
  noise: { kind: 'none' },
})

const optionConditions = (world: BenchWorld): readonly Condition[] =>
  Object.entries(world.varies ?? {}).flatMap(([option, values]) =>
    values.map((value) => ({
      ...plain(option, { ...world, options: { ...world.options, [option]: value } }),
      value: `${value}`,
    })),
  )
