import type { BenchWorld } from '../creditbench/world.ts'

export default {
  name: 'shop-miniature',
  summary: 'search, select options and buy in a shop of 36 products that resemble each other',
  environment: 'shop-miniature',
  tasks: 4,
} satisfies BenchWorld
