/** Frozen through and through: not looked into again. */
const frozen = new WeakSet<object>()

/** Says that a value is frozen through and through. */
export const markFrozen = (value: object): void => void frozen.add(value)

/**
 * Freezes data of the kernel deeply, in place, so that it can be handed to user code as it is. Steps are kept and
 * shown many times: what was frozen whole before costs one look.
 */
export function deepFrozen<T extends object>(value: T): T {
  freeze(value)
  return value
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || frozen.has(value)) return
  frozen.add(value)
  if (ArrayBuffer.isView(value)) return
  Object.freeze(value)
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') freeze(item)
  } else for (const item of Object.values(value)) freeze(item)
}
