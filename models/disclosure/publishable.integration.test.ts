import { ESLint } from 'eslint'
import { expect, test } from 'vitest'

const eslint = new ESLint()
const refused = async (filePath: string, cast: string): Promise<boolean> => {
  const text = `import type { Publishable } from '#models/disclosure/publishable.ts'\nexport const figures = ${cast}\nexport type Used = Publishable<number>\n`
  const [{ messages }] = await eslint.lintText(text, { filePath })
  return messages.some(({ ruleId, message }) => ruleId === 'no-restricted-syntax' && message.includes('models/disclosure'))
}
test.each(['[] as Publishable<number[]>', '[] as unknown as Publishable<number[]>', '[[]] as readonly Publishable<number[]>[]', '{} as import("#models/disclosure/guard-shapes.ts").GuardDecision', '<Publishable<number[]>>[]'])('eslint refuses %s elsewhere', async (cast) => {
  for (const file of ['services/publication/release.ts', 'services/api/routes/public.ts', 'infra/bench/x.ts']) expect(await refused(file, cast)).toBe(true)
})
test('eslint lets the guard, and other casts', async () => {
  expect(await refused('models/disclosure/decide-day.ts', '[] as Publishable<number[]>')).toBe(false)
  expect(await refused('services/publication/release.ts', '[] as readonly number[]')).toBe(false)
})
