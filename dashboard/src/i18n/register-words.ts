/** Words of the register of accesses, for the data officer, in both languages. */
const severalFr = (count: number, one: string, more: string) => (count < 2 ? one : more)
const severalEn = (count: number, one: string, more: string) => (count === 1 ? one : more)

export const registerFr = {
  title: 'Registre des accès',
  lead: 'Qui a consulté les données de qui, et qui a changé quoi. Rien n’y est modifié ni effacé ; votre consultation y est inscrite elle aussi.',
  chain: {
    heading: 'État du registre',
    holds: (entries: string) => `Le registre est intact : ${entries} inscriptions, chacune liée à la précédente.`,
    vouched: (seq: string) => `Une empreinte signée et conservée ailleurs garantit les inscriptions jusqu’au n° ${seq}.`,
    vouchedBeside: (seq: string) => `Une empreinte signée garantit les inscriptions jusqu’au n° ${seq}, mais elle est conservée à côté du registre : qui peut le couper peut la couper aussi. L’exploitant peut la faire écrire ailleurs (PENFELD_AUDIT_HEADS).`,
    notVouched: 'Aucune empreinte n’est encore conservée ailleurs : la première vient dans l’heure.',
    broken: 'Le registre a été altéré.',
    brokenAt: (seq: string) => `La première inscription altérée ou manquante est le n° ${seq}.`,
    brokenDo: 'Ne touchez à rien, prévenez l’exploitant : la commande « penfeld audit verify » donne le détail, et la dernière sauvegarde permet de comparer.',
    checkedAt: (when: string) => `Vérifié le ${when}.`,
    head: 'Dernière empreinte',
  },
  filters: { heading: 'Chercher', subject: 'De qui (point de livraison, titulaire, personne)', actor: 'Qui (nom ou numéro)', kind: 'Nature', allKinds: 'Toutes', from: 'Du', to: 'Au', search: 'Chercher', reset: 'Tout afficher' },
  csv: 'Télécharger en CSV', csvHint: 'Au plus 5 000 inscriptions ; le téléchargement est inscrit au registre.',
  listHeading: 'Inscriptions',
  tableOf: 'Tableau des inscriptions',
  shown: (count: number) => severalFr(count, `${count} inscription affichée, la plus récente d’abord.`, `${count} inscriptions affichées, les plus récentes d’abord.`),
  none: 'Aucune inscription ne correspond.', noneDo: 'Élargissez la période ou retirez un critère.',
  older: 'Plus anciennes', newest: 'Revenir aux plus récentes',
  entry: 'N°', at: 'Quand', who: 'Qui', what: 'Quoi', whose: 'De qui', reason: 'Motif',
  service: 'le service', erased: (id: string) => `effacé (${id})`,
  parties: { person: 'personne', token: 'jeton', 'delivery-point': 'point', holder: 'titulaire', element: 'élément', record: 'objet', erased: 'effacé' },
  named: (name: string, kind: string, id: string) => `${name} (${kind} ${id})`, unnamed: (kind: string, id: string) => `${kind} ${id}`,
  kinds: {
    reading: 'consultation', 'sign-in': 'connexion', 'sign-out': 'déconnexion', 'sign-in-refused': 'connexions refusées', 'sessions-ended': 'sessions fermées', rights: 'droits', consent: 'consentement', edit: 'correction', import: 'import',
    study: 'étude', signature: 'signature', release: 'publication', activation: 'activation', 'token-made': 'jeton créé', 'token-used': 'jeton utilisé', 'token-revoked': 'jeton révoqué', 'token-refused': 'jetons refusés', export: 'export',
    erasure: 'effacement', 'audit-read': 'lecture du registre', act: 'autre action', 'not-done': 'refusé', 'log-broken': 'registre altéré',
  },
}

export const registerEn = {
  title: 'Register of accesses',
  lead: 'Who has looked at whose figures, and who has changed what. Nothing in it is changed or deleted; that you look at it is entered as well.',
  chain: {
    heading: 'State of the register',
    holds: (entries) => `The register is intact: ${entries} entries, each linked to the one before.`,
    vouched: (seq) => `A signed head that is kept elsewhere vouches for the entries up to no. ${seq}.`,
    vouchedBeside: (seq) => `A signed head vouches for the entries up to no. ${seq}, but it is kept beside the register: whoever can cut the one off can cut off the other. The operator can have it written elsewhere (PENFELD_AUDIT_HEADS).`,
    notVouched: 'No head is kept elsewhere yet: the first one comes within the hour.',
    broken: 'The register was tampered with.',
    brokenAt: (seq) => `The first entry that was changed or is missing is no. ${seq}.`,
    brokenDo: 'Touch nothing and tell the operator: “penfeld audit verify” gives the details, and the last backup allows to compare.',
    checkedAt: (when) => `Checked on ${when}.`,
    head: 'Newest head',
  },
  filters: { heading: 'Search', subject: 'Whose (delivery point, holder, person)', actor: 'Who (name or number)', kind: 'Kind', allKinds: 'All', from: 'From', to: 'To', search: 'Search', reset: 'Show all' },
  csv: 'Download as CSV', csvHint: 'At most 5,000 entries; the download is entered in the register.',
  listHeading: 'Entries',
  tableOf: 'Table of entries',
  shown: (count) => severalEn(count, `${count} entry shown, the newest first.`, `${count} entries shown, the newest first.`),
  none: 'No entry fits.', noneDo: 'Widen the period or take away a condition.',
  older: 'Older ones', newest: 'Back to the newest',
  entry: 'No.', at: 'When', who: 'Who', what: 'What', whose: 'Whose', reason: 'Reason',
  service: 'the service', erased: (id) => `erased (${id})`,
  parties: { person: 'person', token: 'token', 'delivery-point': 'point', holder: 'holder', element: 'element', record: 'object', erased: 'erased' },
  named: (name, kind, id) => `${name} (${kind} ${id})`, unnamed: (kind, id) => `${kind} ${id}`,
  kinds: {
    reading: 'reading', 'sign-in': 'sign-in', 'sign-out': 'sign-out', 'sign-in-refused': 'sign-ins refused', 'sessions-ended': 'sessions ended', rights: 'rights', consent: 'consent', edit: 'correction', import: 'import',
    study: 'study', signature: 'signature', release: 'publication', activation: 'activation', 'token-made': 'token made', 'token-used': 'token used', 'token-revoked': 'token revoked', 'token-refused': 'tokens refused', export: 'export',
    erasure: 'erasure', 'audit-read': 'register read', act: 'other act', 'not-done': 'refused', 'log-broken': 'register tampered with',
  },
} satisfies typeof registerFr
