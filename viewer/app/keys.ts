import { useLayoutEffect } from 'preact/hooks'

const SETTING = 'stepgym-keys'

/** Whether single keys do something. */
export const areKeysOn = (): boolean => localStorage.getItem(SETTING) !== 'off'

/** Turns single keys on or off, for this browser. */
export const setKeys = (isOn: boolean): void => localStorage.setItem(SETTING, isOn ? 'on' : 'off')

/** Calls `on` with single keys, except in fields, with other keys held, and where they are turned off. */
export function useKeys(on: (key: string) => boolean): void {
  // Before the next key: what it does depends on where this one led.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isField = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      const isHeld = event.ctrlKey || event.metaKey || event.altKey
      if (isField || isHeld || event.defaultPrevented || !areKeysOn() || document.querySelector('dialog[open]')) return
      if (on(event.key)) event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}
