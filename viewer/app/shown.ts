import { type ComponentChildren, options, type VNode } from 'preact'
import { visible } from './format.ts'

const ATTRIBUTES = ['title', 'aria-label', 'placeholder'] as const

/**
 * Makes every text that is drawn show what would hide or reorder other text, wherever the text is from. Called once,
 * before anything is drawn.
 */
export function showHiddenText(): void {
  const before = options.vnode
  options.vnode = (node: VNode) => {
    if (typeof node.type === 'string') reveal(node.props)
    before?.(node)
  }
}

function reveal(props: { children?: ComponentChildren } & Record<string, unknown>): void {
  props.children = revealed(props.children)
  for (const name of ATTRIBUTES) {
    const text = props[name]
    if (typeof text === 'string') props[name] = visible(text)
  }
}

function revealed(children: ComponentChildren): ComponentChildren {
  if (typeof children === 'string') return visible(children)
  return Array.isArray(children) ? children.map(revealed) : children
}
