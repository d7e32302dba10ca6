import { describe, expect, it } from 'vitest'
import { isLocalAddress, Origins } from '../../browser/origins.ts'

describe('origins that a page may load from', () => {
  const origins = new Origins(['https://example.org', 'http://127.0.0.1:3000', 'http://[::1]/'])

  it.each([
    ['https://example.org/a?b#c', true],
    ['https://example.org:443/', true],
    ['wss://example.org/socket', true],
    ['http://127.0.0.1:3000/', true],
    ['ws://127.0.0.1:3000/', true],
    ['http://[::1]/x', true],
    ['http://example.org/', false],
    ['https://example.org:8443/', false],
    ['https://example.org.evil.net/', false],
    ['https://example.org@evil.net/', false],
    ['https://www.example.org/', false],
    ['http://127.0.0.1/', false],
    ['http://localhost:3000/', false],
    ['file:///etc/passwd', false],
    ['data:text/html,x', false],
    ['javascript:alert(1)', false],
    ['not an address', false],
  ])('are compared by scheme, host and port: %s', (address, isAllowed) => {
    expect(origins.allows(address)).toBe(isAllowed)
  })

  it.each([
    'example.org',
    'https://example.org/path',
    'https://*.example.org',
    'ftp://example.org',
    'https://user@example.org',
    '',
  ])('are written as origins: %j is refused', (text) => {
    expect(() => new Origins([text])).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it.each([
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['10.1.2.3', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['169.254.169.254', true],
    ['100.64.0.1', true],
    ['0.0.0.0', true],
    ['224.0.0.1', true],
    ['93.184.216.34', false],
    ['::1', true],
    ['::', true],
    ['::127.0.0.1', true],
    ['fe80::1', true],
    ['fd00::1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:93.184.216.34', false],
    ['::FFFF:10.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['64:ff9b::7f00:1', true],
    ['2606:2800:220:1::1', false],
    ['localhost', true],
  ])('know the address of this machine and its networks: %s', (address, isLocal) => {
    expect(isLocalAddress(address)).toBe(isLocal)
  })

  it('refuse a name that leads to this machine, unless the address itself is listed', () => {
    expect(origins.refusalOf('example.org', '127.0.0.1')).toMatch(/example\.org has the address 127\.0\.0\.1/)
    expect(origins.refusalOf('example.org', '93.184.216.34')).toBeNull()
    expect(origins.refusalOf('127.0.0.1', '127.0.0.1')).toBeNull()
    expect(origins.refusalOf('[::1]', '::1')).toBeNull()
    expect(origins.refusalOf('localhost', '127.0.0.1')).toBeNull()
  })
})
