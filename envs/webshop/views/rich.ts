import { isChosen } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import { urlOf } from '../session/url.ts'
import type { Shop } from '../shop.ts'
import { fragmentsOf } from './fragments.ts'
import type { TextNode } from './nodes.ts'

type OptionNode = Extract<TextNode, { kind: 'option' }>

/**
 * WebShop's `text_rich` observation: one visible text a line, with marks for what can be clicked and what was. WebShop
 * takes an option for chosen where its value stands in quotes anywhere in the address, a query included.
 */
export function richView(state: ShopState, shop: Shop): string {
  const isClicked = clickedBy(state, shop)
  let head = ''
  let body = ''
  for (const { nodes } of fragmentsOf(state, shop))
    for (const node of nodes) {
      body += `${lineOf(node, state, isClicked)}\n`
      if (node.kind === 'option' && isClicked(node)) head = `You have clicked ${node.text}.\n${head}`
    }
  return head + body
}

function clickedBy(state: ShopState, { rules }: Shop): (node: OptionNode) => boolean {
  if (rules.showChosenOptions) return ({ name, value }) => isChosen(state, { kind: 'option', name, value })
  const url = urlOf(state)
  return ({ text }) => url.includes(`"${text}"`)
}

function lineOf(node: TextNode, state: ShopState, isClicked: (node: OptionNode) => boolean): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'button':
      return `[button] ${node.text} [button_]`
    case 'product':
      return `\n${marked(node.text, state.visited.includes(node.text))}`
    case 'option':
      return `  ${marked(node.text, isClicked(node))}`
  }
}

const marked = (text: string, isClicked: boolean): string =>
  isClicked ? `[clicked button] ${text} [clicked button_]` : `[button] ${text} [button_]`
