import '@fontsource-variable/source-sans-3/wght.css'
import '@fontsource/b612/latin-400.css'
import '@fontsource/b612/latin-700.css'
import './design/index.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { retryOnlyWhatMaySucceed } from './api/queries.ts'
import App from './App.vue'
import { router } from './router.ts'

createApp(App)
  .use(router)
  .use(VueQueryPlugin, { queryClientConfig: { defaultOptions: { queries: { retry: retryOnlyWhatMaySucceed, staleTime: 4_000 } } } })
  .mount('#app')
