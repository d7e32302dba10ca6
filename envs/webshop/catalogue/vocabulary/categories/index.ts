import { BEAUTY } from './beauty.ts'
import type { ProductCategory } from './category.ts'
import { ELECTRONICS } from './electronics.ts'
import { FASHION } from './fashion.ts'
import { GARDEN } from './garden.ts'
import { GROCERY } from './grocery.ts'

export const CATEGORIES: readonly ProductCategory[] = [...FASHION, ...GARDEN, ...BEAUTY, ...ELECTRONICS, ...GROCERY]
