import { click, documentOf, type Family, shows, some } from './family.ts'

const WORDS = [
  'File',
  'Edit',
  'View',
  'Tools',
  'Share',
  'Export',
  'Import',
  'Format',
  'Layout',
  'Print',
  'Search',
  'Theme',
]
const LEAVES = ['as PDF', 'as text', 'as picture', 'now', 'later', 'for all', 'for me']

/** Menus within menus: the right one is three levels deep. */
export const menu: Family = (rng) => {
  const tops = some(rng, WORDS, 3)
  const menus = tops.map((top) => ({
    top,
    inner: some(
      rng,
      WORDS.filter((word) => !tops.includes(word)),
      2,
    ),
  }))
  const { top, inner } = rng.choice(menus)
  const second = rng.choice(inner)
  const leaves = some(rng, LEAVES, 3)
  const leaf = rng.choice(leaves)
  return {
    instruction: `Open the menu ${top}, then ${second}, and choose "${leaf}".`,
    judge: shows(`Chosen: ${top} > ${second} > ${leaf}.`),
    path: [click('button', top), click('button', second), click('button', leaf)],
    page: () => documentOf('Menus', menus.map((each) => topOf(each, leaves)).join('\n'), SCRIPT),
  }
}

interface Menu {
  readonly top: string
  readonly inner: readonly string[]
}

const topOf = ({ top, inner }: Menu, leaves: readonly string[]): string =>
  `<div><button data-menu aria-expanded="false">${top}</button><div hidden>${inner.map((name) => innerOf(top, name, leaves)).join('')}</div></div>`

const innerOf = (top: string, name: string, leaves: readonly string[]): string =>
  `<div><button data-menu aria-expanded="false">${name}</button><div hidden>${leaves
    .map((leaf) => `<button data-path="${top} > ${name} > ${leaf}">${leaf}</button>`)
    .join('')}</div></div>`

const SCRIPT = `document.addEventListener('click', ({ target }) => {
  if (target.dataset.path) say('Chosen: ' + target.dataset.path + '.')
  if (target.dataset.menu === undefined) return
  const siblings = target.parentElement.parentElement.querySelectorAll(':scope > div > [data-menu]')
  for (const other of siblings) {
    const isOpen = other === target && target.getAttribute('aria-expanded') === 'false'
    other.setAttribute('aria-expanded', String(isOpen))
    other.nextElementSibling.hidden = !isOpen
  }
})`
