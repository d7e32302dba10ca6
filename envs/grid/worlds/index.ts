import type { DrawLevel } from '../level.ts'
import type { WorldName } from '../options.ts'
import { drawCorridor } from './corridor.ts'
import { drawKeyDoor } from './key-door.ts'
import { drawSlippery } from './slippery.ts'
import { drawSokoban } from './sokoban.ts'

export const WORLDS: Readonly<Record<WorldName, DrawLevel>> = {
  'key-door': drawKeyDoor,
  corridor: drawCorridor,
  sokoban: drawSokoban,
  slippery: drawSlippery,
}
