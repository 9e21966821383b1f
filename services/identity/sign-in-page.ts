import { createHash } from 'node:crypto'
import { SAMPLE_PEOPLE } from './sample-people.ts'

const STYLE = `
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
body { margin: 0; background: Canvas; color: CanvasText }
main { max-width: 34rem; margin: 6vh auto; padding: 0 1.25rem }
h1 { font-size: 1.5rem; margin: 0 0 .5rem }
ul { list-style: none; margin: 1.5rem 0; padding: 0; display: grid; gap: .6rem }
button { font: inherit; width: 100%; text-align: start; padding: .8rem 1rem; border: 1px solid GrayText; border-radius: .4rem; background: ButtonFace; color: ButtonText; cursor: pointer }
button:hover, button:focus-visible { outline: 3px solid Highlight; outline-offset: 1px }
strong, span { display: block }
p { margin: .4rem 0 }`

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The list of sample people as buttons of one form; works without JavaScript. */
export function signInPage(action: string, language: 'fr' | 'en'): string {
  const words = language === 'fr'
    ? { title: 'Connexion à la démonstration', intro: 'Choisissez une personne. Il n’y a pas de mot de passe : ces personnes sont inventées.', note: 'Sur un site réel, cette page est celle de votre fournisseur d’identité.' }
    : { title: 'Sign in to the demonstration', intro: 'Choose a person. There is no password: these people are invented.', note: 'On a real site this page is the one of your identity provider.' }
  const people = SAMPLE_PEOPLE.map(({ subject, name, description }) =>
    `<li><button name="subject" value="${escape(subject)}"><strong>${escape(name)}</strong><span>${escape(description[language])}</span></button></li>`)
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Penfeld - ${words.title}</title><style>${STYLE}</style></head>
<body><main><h1>${words.title}</h1><p>${words.intro}</p><form method="post" action="${escape(action)}"><ul>${people.join('')}</ul></form><p>${words.note}</p></main></body></html>`
}

/** `formTargets`: where the form may lead to; browsers apply it to the redirects after it as well. */
export function signInPageHeaders(formTargets: readonly string[]): Record<string, string> {
  const hash = createHash('sha256').update(STYLE).digest('base64')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self' ${formTargets.join(' ')}; frame-ancestors 'none'; base-uri 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}
