/** Number with the dimension that its unit has; '' for a bare number. */
export interface Quantity {
  /** In base units of the dimension. */
  readonly value: number
  /** In the unit that it is written in. */
  readonly written: number
  readonly dimension: string
}

/** Units by dimension, each in base units. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  length: { m: 1, km: 1e3, cm: 1e-2, mm: 1e-3, inch: 0.0254, ft: 0.3048, mile: 1609.344 },
  mass: { g: 1, kg: 1e3, mg: 1e-3, t: 1e6 },
  time: { s: 1, ms: 1e-3, min: 60, h: 3600, day: 86_400 },
  volume: { l: 1, ml: 1e-3 },
  share: { '%': 0.01 },
  money: { $: 1, usd: 1, '€': 1.0, eur: 1.0 },
}

/** Other spellings of units. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{
    meter: 'm',
    metre: 'm',
    kilometer: 'km',
    kilometre: 'km',
    centimeter: 'cm',
    centimetre: 'cm',
    foot: 'ft',
    feet: 'ft',
  },
  ...{ in: 'inch', inches: 'inch', gram: 'g', kilogram: 'kg', milligram: 'mg', tonne: 't', sec: 's', second: 's' },
  ...{ minute: 'min', hour: 'h', hr: 'h', d: 'day', liter: 'l', litre: 'l', percent: '%', dollar: '$', euro: '€' },
}

const NUMBER = String.raw`[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?`
const QUANTITY = new RegExp(String.raw`^([$€]?)\s*(${NUMBER})(?:\s*/\s*(\d+(?:\.\d+)?))?\s*([a-z%$€]*)\.?$`, 'i')

/**
 * A number, with thousands separators, as a fraction or in scientific notation, and with a unit that is known or none;
 * null for other text. A currency is a unit of its own.
 */
export function quantityIn(text: string): Quantity | null {
  const [, before = '', number = '', under, after = ''] = QUANTITY.exec(text.trim().replaceAll('−', '-')) ?? []
  if (!/\d/.test(number) || (before !== '' && after !== '')) return null
  const value = Number(number.replaceAll(',', '')) / Number(under ?? 1)
  const unit = before || after
  const found = unit === '' ? { dimension: '', scale: 1 } : unitOf(unit)
  return found === null || !Number.isFinite(value)
    ? null
    : { value: value * found.scale, written: value, dimension: found.dimension }
}

function unitOf(written: string): { readonly dimension: string; readonly scale: number } | null {
  const lower = written.toLowerCase()
  const names = [lower, lower.replace(/s$/, '')].flatMap((name) => [name, SPELLINGS[name] ?? name])
  for (const [dimension, units] of Object.entries(UNITS))
    for (const name of names) {
      const scale = Object.hasOwn(units, name) ? units[name] : undefined
      if (scale !== undefined)
        return { dimension: dimension === 'money' ? `money ${currencyOf(name)}` : dimension, scale }
    }
  return null
}

const currencyOf = (name: string): string => (['€', 'eur'].includes(name) ? 'eur' : 'usd')

/**
 * Whether two quantities are equal within a relative tolerance. A number without a unit is taken to be in the unit that
 * the other is written in; quantities of different dimensions are never equal.
 */
export function isSameQuantity(a: Quantity, b: Quantity, tolerance: number): boolean {
  if (a.dimension !== b.dimension && a.dimension !== '' && b.dimension !== '') return false
  const [x, y] = a.dimension === b.dimension ? [a.value, b.value] : [a.written, b.written]
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
}
