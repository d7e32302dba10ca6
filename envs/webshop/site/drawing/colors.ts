/** Colours of a drawing, as `#rrggbb`. */
export interface Ink {
  readonly main: string
  readonly shade: string
  readonly light: string
}

/** Colours by the words that options and titles use, scents and flavours included. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ navy: '#24365f', ivory: '#e9e0c6', teal: '#1f7f7c', burgundy: '#7a1f37', olive: '#7c7b3a', mustard: '#cf9f2c' },
  ...{ 'charcoal gray': '#4a4e54', lilac: '#b79bd0', coral: '#ee7d64', turquoise: '#3bb7b2', maroon: '#6e2230' },
  ...{ khaki: '#b3a273', plum: '#6d3a68', sapphire: '#2553a5', indigo: '#413a94', 'sky blue': '#7db8e2' },
  ...{ 'forest green': '#2c5f3c', bronze: '#9a6a3a', black: '#26282c', 'snow white': '#e8e9eb', silver: '#aab0b7' },
  ...{ magenta: '#c02a83', apricot: '#f0ad77', crimson: '#b3203a', ruby: '#a3173f', mauve: '#a97c93' },
  ...{ terracotta: '#bb6044', fuchsia: '#cc3690', cinnamon: '#9a5430', cranberry: '#961f3d', nude: '#d3a88d' },
  ...{ mocha: '#6f4e3f', garnet: '#741c31', peach: '#f2b295', lavender: '#a493cf', cedar: '#94603c' },
  ...{ jasmine: '#ead78b', citrus: '#e5a92a', bergamot: '#b4b745', eucalyptus: '#7aa594', vanilla: '#e8d7a2' },
  ...{ peony: '#dd8fa9', sage: '#98a884', neroli: '#e7bb74', ginger: '#c48b43', cocoa: '#5b3a2b' },
  ...{ strawberry: '#d0394b', mango: '#eda231', maple: '#a8622a', hazelnut: '#97704a', cardamom: '#8a9a5a' },
  ...{ paprika: '#bd4425', teriyaki: '#61402a', chipotle: '#8d3a24', tarragon: '#6c8a4d', pumpkin: '#da7a26' },
  ...{ brass: '#b8923e', ceramic: '#d8cfc2', bamboo: '#c3a566', concrete: '#97989a', iron: '#55585c' },
  ...{ red: '#c23a3a', orange: '#dd7d2b', yellow: '#e0bd3a', green: '#4c8a4f', blue: '#3a6fb5', purple: '#77509f' },
  ...{ pink: '#dd86a6', brown: '#7d5738', gray: '#85898f', grey: '#85898f', white: '#e8e9eb', gold: '#c39c3c' },
}

const NAMES = Object.keys(NAMED).sort((one, other) => other.length - one.length)

/** The colour that a text names; null where it names none. */
export function colorIn(text: string): string | null {
  const name = NAMES.find((each) => text.includes(each))
  return name === undefined ? null : (NAMED[name] ?? null)
}

/** One of a few calm colours, always the same for a text. */
export function colorFor(text: string): string {
  let hash = 7
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) % 9973
  return CALM[hash % CALM.length] ?? '#7f8a96'
}
const CALM = ['#6b8ba4', '#9a8f7a', '#8aa07c', '#a58595', '#7e86a8', '#b19068', '#6fa09a', '#a17f6b'] as const

export const inkOf = (color: string): Ink => ({
  main: color,
  shade: mixed(color, 0, 0.28),
  light: mixed(color, 255, 0.5),
})

/** @param toward 0 for black, 255 for white @param share from 0 to 1 */
function mixed(color: string, toward: number, share: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  return `#${channels
    .map((value) =>
      Math.round(value + (toward - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
