import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'slippery',
  summary: 'cross ice with holes in it, where a move may go another way',
  environment: 'grid',
  options: { world: 'slippery' },
  varies: { aliasing: [0, 1, 2] },
} satisfies BenchWorld
