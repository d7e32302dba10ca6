/** Values of every type, as they stand in a frame or body. */
export const WRONG = [
  ...['null', 'true', '0', '-1', '1.5', '1e308', '12345678901234567890', 'NaN', '-Infinity', '""', '"x"'],
  ...['"__proto__"', `"${'x'.repeat(300)}"`, '"\\ud800"', '[]', '[null]', '[1, "x"]', '[[[[]]]]', '{}', '{"a": 1}'],
  '{"__proto__": 1}',
] as const
