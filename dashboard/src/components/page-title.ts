import { watchEffect } from 'vue'
import { useWords } from '../i18n/index.ts'

/** The title of the tab says where one is and, where it is known, how things stand. */
export function usePageTitle(title: () => string): void {
  const { t } = useWords()
  watchEffect(() => (document.title = t.value.common.title(title())))
}
