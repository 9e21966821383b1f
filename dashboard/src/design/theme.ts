import { ref, watchEffect } from 'vue'

export const THEMES = ['light', 'dark', 'auto'] as const
export type Theme = (typeof THEMES)[number]
export const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme)

/** Set from the address by the router, so that a link shows what its sender saw. */
export const theme = ref<Theme>('auto')

watchEffect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})
