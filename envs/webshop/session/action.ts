import { pythonLower } from '../../../core/cpython/text.ts'
import type { ShopRules } from './rules.ts'

/** An action read as `name[argument]`. */
export interface ShopAction {
  readonly name: string
  /** In lower case; null where the action has no such form. */
  readonly argument: string | null
}

/**
 * WebShop's `parse_action` and `str.lower()` of the argument: equals `re.match(r'(.+)\[(.+)\]', text)` for any text,
 * in linear time. Only the first line counts. The argument ends before its last `]`; it starts after the last `[`
 * that leaves it one character, or, where brackets may be said, after the first `[`.
 */
export function parseShopAction(text: string, { bracketsMayBeSaid }: Pick<ShopRules, 'bracketsMayBeSaid'>): ShopAction {
  const lineEnd = text.indexOf('\n')
  const end = text.lastIndexOf(']', (lineEnd === -1 ? text.length : lineEnd) - 1)
  const start = end < 3 ? -1 : bracketsMayBeSaid ? text.indexOf('[', 1) : text.lastIndexOf('[', end - 2)
  if (start < 1 || start > end - 2) return { name: text, argument: null }
  return { name: text.slice(0, start), argument: pythonLower(text.slice(start + 1, end)) }
}

/** Whether `click[KEY]` is read as naming the key. */
export const isReadAs = (key: string, rules: Pick<ShopRules, 'bracketsMayBeSaid'>): boolean =>
  /^[^[\]\n]+$/.test(key) || parseShopAction(`click[${key}]`, rules).argument === key
