import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'key-door',
  summary: 'fetch the key, open the door, reach the goal',
  environment: 'grid',
  options: { world: 'key-door' },
  varies: { aliasing: [0, 1, 2], horizon: [24, 40, 80], rewardDelay: [0, 5], noise: [0, 0.1, 0.3] },
  isStudied: true,
} satisfies BenchWorld
