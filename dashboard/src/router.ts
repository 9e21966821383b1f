import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { isTheme, theme } from './design/theme.ts'
import { isLocale, locale } from './i18n/index.ts'

/** Kept from page to page: what a reader has chosen for all of them. */
const KEPT = ['lang', 'theme'] as const

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: (to) => ({ path: '/quartier', query: to.query }) },
    { path: '/quartier', name: 'public', component: () => import('./pages/public/DistrictPage.vue') },
    { path: '/commerce', name: 'merchant-choice', component: () => import('./pages/merchant/ChoicePage.vue') },
    { path: '/commerce/:id', name: 'merchant', component: () => import('./pages/merchant/MerchantPage.vue'), props: true },
    { path: '/planification', name: 'planner', component: () => import('./pages/planner/PlannerPage.vue') },
    { path: '/planification/etude', name: 'reinforcement', component: () => import('./pages/planner/reinforcement/StudyPage.vue') },
    { path: '/exploitation', name: 'operator', component: () => import('./pages/operator/OperatorPage.vue') },
    { path: '/publications', name: 'publications', component: () => import('./pages/data-officer/PublicationsPage.vue') },
    { path: '/publications/pourquoi', name: 'why-hidden', component: () => import('./pages/public/WhyHiddenPage.vue') },
    { path: '/connexion', name: 'sign-in', component: () => import('./pages/access/SignInPage.vue') },
    { path: '/acces', name: 'access', component: () => import('./pages/access/AccessPage.vue') },
    { path: '/acces/moi', name: 'own-access', component: () => import('./pages/access/OwnAccessPage.vue') },
    { path: '/publications/registre', name: 'register', component: () => import('./pages/data-officer/RegisterPage.vue') },
    { path: '/mes-donnees', name: 'own-data', component: () => import('./pages/resident/OwnDataPage.vue') },
    { path: '/conservation', name: 'retention', component: () => import('./pages/data-officer/RetentionPage.vue') },
    { path: '/methode', name: 'method', component: () => import('./pages/about/MethodPage.vue') },
    { path: '/accessibilite', name: 'accessibility', component: () => import('./pages/about/AccessibilityPage.vue') },
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/about/NotFoundPage.vue') },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
})

router.beforeEach((to, from) => {
  const lost = KEPT.filter((name) => to.path !== from.path && from.query[name] !== undefined && to.query[name] === undefined)
  if (lost.length === 0) return true
  return { ...to, query: { ...to.query, ...Object.fromEntries(lost.map((name) => [name, from.query[name]])) }, replace: true }
})

function applyAppearance(to: RouteLocationNormalized): void {
  if (isLocale(to.query.lang)) locale.value = to.query.lang
  theme.value = isTheme(to.query.theme) ? to.query.theme : 'auto'
}
router.beforeResolve(applyAppearance)

/** A new page: its heading is where a keyboard and a screen reader go on. */
router.afterEach((to, from) => {
  if (from.matched.length > 0 && to.path !== from.path) requestAnimationFrame(() => document.querySelector<HTMLElement>('main')?.focus())
})
