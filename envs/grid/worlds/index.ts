import type { DrawLevel } from '../level.ts'
import type { WorldName } from '../options.ts'
import { drawKeyDoor } from './key-door.ts'

export const WORLDS: Readonly<Record<WorldName, DrawLevel>> = {
  'key-door': drawKeyDoor,
}
