import { expect, test } from 'vitest'
import { keptName } from './import-desk.ts'

test.each([['a.csv', 'a.csv'], ['C:\\data\\b.CSV.GZ', 'b.csv.gz'], ['../../etc/passwd.csv', 'passwd.csv'], ['.hidden.csv', 'hidden.csv'], ['été (1).xml', 'ete_1_.xml'], [`${'x'.repeat(300)}.txt`, `${'x'.repeat(80)}.txt`], ['a\u0000b\n.csv', 'a_b_.csv'], ['.csv', undefined], ['a.csv.report.json', undefined], ['a', undefined], ['', undefined]])('the name %j becomes %j', (given, kept) => {
  expect(keptName(given)).toBe(kept)
})
