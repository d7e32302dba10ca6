import { league } from './league.ts'
import type { Project } from './project.ts'
import { rooms } from './rooms.ts'
import { shop } from './shop.ts'

/** Projects that repositories are made of. */
export const PROJECTS: readonly Project[] = [shop, league, rooms]
