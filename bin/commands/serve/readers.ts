import type { Unfinished } from '../../../server/protocols/openenv/player.ts'
import { ROLES, type Role, type Token } from '../../../server/roles.ts'
import type { Reader } from '../../config/readers.ts'

export const PORT: Reader<number> = {
  expects: 'a port from 0 to 65535; 0 is any that is free',
  ofText: (text) => (/^\d{1,5}$/.test(text) ? Number(text) : undefined),
  ofValue: (value) => (typeof value === 'number' && value >= 0 && value <= 65_535 ? value : undefined),
}

export const UNFINISHED: Reader<Unfinished> = {
  expects: 'aborted or truncated',
  ofText: (text) => text,
  ofValue: (value) => (value === 'aborted' || value === 'truncated' ? value : undefined),
}

/** `TOKEN` for a trainer, or `ROLE=TOKEN`. */
export const TOKEN: Reader<Token> = {
  expects: 'TOKEN, agent=TOKEN, trainer=TOKEN or observer=TOKEN, of 8 to 256 letters, digits, and . _ ~ -',
  ofText: (text) => text,
  ofValue(value) {
    const [, named = 'trainer', token] = /^(?:([a-z]+)=)?([\w.~-]{8,256})$/.exec(String(value)) ?? []
    const role = ROLES.find((each: Role) => each === named)
    return role !== undefined && token !== undefined ? { role, token } : undefined
  },
}
