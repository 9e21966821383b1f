/** Words of the machine tokens, for administrators, in both languages. */
export const tokensFr = {
  heading: 'Jetons pour machines',
  what: 'Un jeton ouvre l’API à un logiciel, dans l’en-tête « Authorization » et jamais dans une adresse. Il ne lit que ce que ses droits disent, et se révoque aussitôt.',
  name: 'À quoi il sert', nameHint: 'Par exemple : supervision de la ville.',
  scopes: 'Droits', scopeNames: { 'planner:read': 'lire le réseau', 'operator:read': 'lire l’exploitation', 'imports:write': 'déposer des relevés' },
  expires: 'Expire le', expiresHint: 'Un an au plus.',
  make: 'Créer le jeton', making: 'Création…',
  made: 'Copiez ce jeton maintenant : il ne sera plus montré, et personne ne le conserve.', secret: 'Jeton', done: 'Je l’ai copié',
  list: 'Jetons', prefix: 'Début', state: 'État', states: { valid: 'valable', expired: 'expiré', revoked: 'révoqué' },
  createdBy: (who: string, when: string) => `par ${who}, le ${when}`, usedAt: 'Dernier usage', never: 'jamais',
  actions: 'Actions', revoke: 'Révoquer', revokeOf: (name: string) => `Révoquer le jeton ${name}`, revoked: (name: string) => `${name} : révoqué, il n’ouvre plus rien.`,
  none: 'Aucun jeton n’a été créé.', noScope: 'Choisissez au moins un droit.',
}

export const tokensEn = {
  heading: 'Tokens for machines',
  what: 'A token opens the API to a program, in the header “Authorization” and never in an address. It reads what its rights say and nothing more, and is revoked at once.',
  name: 'What it is for', nameHint: 'For example: monitoring of the town.',
  scopes: 'Rights', scopeNames: { 'planner:read': 'read the network', 'operator:read': 'read the operation', 'imports:write': 'bring readings' },
  expires: 'Expires on', expiresHint: 'Within a year.',
  make: 'Make the token', making: 'Making…',
  made: 'Copy this token now: it is not shown again, and nobody keeps it.', secret: 'Token', done: 'I have copied it',
  list: 'Tokens', prefix: 'Begins', state: 'State', states: { valid: 'valid', expired: 'expired', revoked: 'revoked' },
  createdBy: (who, when) => `by ${who}, on ${when}`, usedAt: 'Last used', never: 'never',
  actions: 'Actions', revoke: 'Revoke', revokeOf: (name) => `Revoke the token ${name}`, revoked: (name) => `${name}: revoked, it opens nothing any more.`,
  none: 'No token was made.', noScope: 'Choose at least one right.',
} satisfies typeof tokensFr
