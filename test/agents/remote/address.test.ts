import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { socketAddress, withoutToken } from '../../../agents/remote/address.ts'

describe('socketAddress', () => {
  it.each([
    ['http://localhost:8000', {}, 'ws://localhost:8000/ws'],
    ['https://gym.example/', {}, 'wss://gym.example/ws'],
    ['localhost:8000/webshop', {}, 'ws://localhost:8000/webshop/ws'],
    ['ws://[::1]:8000/webshop/ws', {}, 'ws://[::1]:8000/webshop/ws'],
    ['http://h:1', { environment: 'webshop' }, 'ws://h:1/webshop/ws'],
    [
      'http://h:1/proxied/',
      { environment: 'webshop@1', token: 'secret-1' },
      'ws://h:1/t/secret-1/proxied/webshop%401/ws',
    ],
    ['http://h:1?a=b', {}, 'ws://h:1/ws?a=b'],
  ])('makes of %s and %j %s', (url, parts, address) => {
    expect(socketAddress(url, parts)).toBe(address)
  })

  it.each(['', 'http://', 'ftp://h', 'http://h#part', 'ws://h:99999'])('refuses %j', (url) => {
    expect(() => socketAddress(url)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('shows no token if an address is refused', () => {
    expect(() => socketAddress('ftp://h/t/secret-1/ws')).toThrow(/t\/\*\*\*\/ws/)
    expect(withoutToken('ws://h/t/secret-1/webshop/ws')).toBe('ws://h/t/***/webshop/ws')
  })

  it('lets nothing in a name or token reach other segments', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1 }), (environment, token) => {
        fc.pre(!['.', '..'].includes(environment) && !['.', '..'].includes(token))
        const segments = new URL(socketAddress('http://h', { environment, token })).pathname
          .split('/')
          .map(decodeURIComponent)
        expect(segments).toEqual(['', 't', token, environment, 'ws'])
      }),
    )
  })
})
