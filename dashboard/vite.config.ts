import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue()],
  resolve: { alias: { '#contract': fileURLToPath(new URL('../services/api/contract', import.meta.url)) } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows fonts and pictures of this origin only, never `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The drawing of charts is one lazy piece of about 190 KB compressed.
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': { target: `http://127.0.0.1:${process.env.PENFELD_PORT ?? '8080'}` } } },
})
